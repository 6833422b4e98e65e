"""Certificates as printed papers: the rows of the records as the press wants them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends

from api.deps import Settings
from api.problems import SigningKeyExpired
from api.signing import Signing
from states.errors import BadInput
from states.records.certificate_board import CertificateRow
from states.rules import exam
from states.rules.evaluation import EVALUATION_WORD, EvaluationKind
from states.rules.exam import ExamResult
from states.rules.identity import KIND_LABEL, DocumentKind, mask_number
from states.rules.routes import Level, Route
from states.rules.stages import Role
from templates.papers.certificate import CertificatePaper, certificates
from templates.papers.particulars import Contested, Evaluated, Examined, Particulars, Trained
from templates.papers.signing import Signer

PRINTERS = frozenset(
    {Role.CENTRE, Role.PROVIDER, Role.EVALUATOR, Role.EXAM_AUTHORITY, Role.ORGANISER}
)
"""Who prints and seals certificates, and so gets the whole document number on them."""
PRINTED = frozenset({"issued", "accepted", "refused", "released"})
"""What has a paper: nothing that waits without a serial, was given up, replaced or revoked."""
_RESULT = {result: word for word, result in exam.RESULT_BY_WORD.items()}


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints certificates for this installation, signed where it has a key."""

    base_url: str
    sample: bool
    signer: Signer | None

    def one(self, role: Role, row: CertificateRow) -> bytes:
        """One certificate as PDF; for whoever only looks, with a masked document number.

        Raises as `many`.
        """
        if role not in PRINTERS:
            row = replace(row, document_number=mask_number(row.document_number))
        return self.many([row])

    def many(self, rows: Sequence[CertificateRow]) -> bytes:
        """Those that stand in one PDF, of everybody whose name is still known.

        Raises BadInput(why="certificate_is_void" or "person_is_forgotten") when that is nobody,
        SigningKeyExpired rather than signing with what no reader trusts any more.
        """
        if self.signer and self.signer.has_expired():
            raise SigningKeyExpired
        standing = [row for row in rows if row.state in PRINTED]
        known = [row for row in standing if row.name]
        if not known:
            raise BadInput(why="person_is_forgotten" if standing else "certificate_is_void")
        pdf = certificates([self._paper(row) for row in known])
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
