"""Certificates as printed papers: the rows of the records as the press wants them."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated

from fastapi import Depends

from api.deps import Settings
from api.exports import Exports
from api.problems import SigningKeyExpired
from api.signing import Signing
from states.errors import BadInput
from states.records import acts
from states.records.certificate_board import CertificateRow
from states.rules import exam
from states.rules.evaluation import EVALUATION_WORD, EvaluationKind
from states.rules.exam import ExamResult
from states.rules.identity import KIND_LABEL, DocumentKind, mask_number
from states.rules.routes import Level, Route
from states.rules.stages import Role
from templates.papers.certificate import CertificatePaper, certificates
from templates.papers.fonts import glyphs_missing
from templates.papers.particulars import Contested, Evaluated, Examined, Particulars, Trained
from templates.papers.press import UnprintableText, spelled, unprintable
from templates.papers.signing import Signer

PRINTERS = frozenset(
    {Role.CENTRE, Role.PROVIDER, Role.EVALUATOR, Role.EXAM_AUTHORITY, Role.ORGANISER}
)
"""Who prints and seals certificates: with the whole document number, when permitted besides."""
PRINTED = frozenset({"issued", "accepted", "refused", "released"})
"""What has a paper: nothing that waits without a serial, was given up, replaced or revoked."""
_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Kinds of characters that a name never has: they turn lines, or hide in them."""
_NAMED = 10
_RESULT = {result: word for word, result in exam.RESULT_BY_WORD.items()}


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints certificates for this installation, signed where it has a key."""

    base_url: str
    sample: bool
    signer: Signer | None

    def one(self, leaving: Exports, row: CertificateRow) -> bytes:
        """One certificate as PDF, with a masked number. Raises as `many`.

        Whoever seals and is permitted gets the whole number, and the ledger keeps that it left.
        """
        if leaving.me.role not in PRINTERS or not leaving.me.full_numbers:
            masked = mask_number(row.document_number)
            return self.many([replace(row, document_number=masked)])
        pdf = self.many([row])
        acts.note(
            leaving.session, acts.EXPORTED, actor=leaving.me.actor, at=leaving.at,
            about=f"certificate/{row.id}", project_id=row.project_id,
            detail={"sheet": "certificates", "rows": 1, "sha256": hashlib.sha256(pdf).hexdigest()},
        )  # fmt: skip
        return pdf

    def many(self, rows: Sequence[CertificateRow]) -> bytes:
        """Those that stand in one PDF, of everybody whose name is still known.

        Raises BadInput(why="certificate_is_void" or "person_is_forgotten") when that is nobody,
        BadInput(why="certificate_unprintable") rather than leaving a box where a character was,
        SigningKeyExpired rather than signing with what no reader trusts any more.
        """
        if self.signer and self.signer.has_expired():
            raise SigningKeyExpired
        standing = [row for row in rows if row.state in PRINTED]
        known = [row for row in standing if row.name]
        if not known:
            raise BadInput(why="person_is_forgotten" if standing else "certificate_is_void")
        pdf = _printed([self._paper(row) for row in known])
        return self.signer.signed(pdf) if self.signer else pdf

    def _paper(self, row: CertificateRow) -> CertificatePaper:
        return CertificatePaper(
            name=row.name,
            document_kind=KIND_LABEL[DocumentKind(row.document_kind)],
            document_number=row.document_number,
            level=Level(row.level),
            inscription=row.inscription,
            sealer=row.provider_name,
            particulars=particulars_of(row),
            issued=row.issued_day,
            internal_serial=row.serial,
            certificate_number=row.number,
            verify_url=f"{self.base_url}/verify/{row.verify_token}",
            sample=self.sample,
        )


def check_name(name: str) -> None:
    """A name that is to stand on a certificate. Raises BadInput(why="name_unprintable")."""
    invisible = "".join(one for one in name if unicodedata.category(one) in _INVISIBLE)
    if wrong := invisible + glyphs_missing(name):
        raise BadInput(why="name_unprintable", characters=spelled("".join(dict.fromkeys(wrong))))


def _printed(papers: Sequence[CertificatePaper]) -> bytes:
    try:
        return certificates(papers)
    except UnprintableText as error:
        raise _unprintable_ones(papers) from error


def _unprintable_ones(papers: Sequence[CertificatePaper]) -> BadInput:
    """Which they are by their serials: a name, a sealer or a contest holds such a character."""
    missing = {paper.internal_serial: unprintable(asdict(paper)) for paper in papers}
    serials = [serial for serial, characters in missing.items() if characters]
    more = "…" if len(serials) > _NAMED else ""
    characters = spelled("".join(dict.fromkeys("".join(missing.values()))))
    return BadInput(
        why="certificate_unprintable",
        serials="、".join(serials[:_NAMED]) + more,
        characters=characters,
    )


def printer(settings: Settings, signer: Signing) -> Printer:
    """What a door needs for printing."""
    return Printer(settings.base_url, sample=settings.sample_mode, signer=signer)


Printing = Annotated[Printer, Depends(printer)]


def particulars_of(row: CertificateRow) -> Particulars:
    """What the certificate says of its route; LookupError where the records do not hold it."""
    match Route(row.route):
        case Route.TRAINING if row.opens_on and row.ended_on:
            return Trained(row.opens_on, row.ended_on, row.half_hours)
        case Route.EVALUATION if row.evaluated_on:
            word = EVALUATION_WORD[EvaluationKind(row.kind)]
            return Evaluated(word, row.source_number, row.evaluated_on)
        case Route.EXAM if row.case_year:
            grade = exam.GRADE_WORD[int(row.kind.removeprefix("grade_"))]
            return Examined(row.case_year, "", grade, _RESULT[ExamResult(row.result)])
        case Route.CONTEST if row.held_on:
            return Contested(row.case_title, row.provider_name, row.held_on)
        case route:
            raise LookupError(f"{row.serial} lacks what a certificate by {route} says")
