"""Certificates as printed papers: the rows of the records as the press wants them."""

from collections.abc import Sequence
from dataclasses import replace

from states.errors import BadInput
from states.records.certificate_board import CertificateRow
from states.rules.identity import KIND_LABEL, DocumentKind, mask_number
from states.rules.routes import Level
from states.rules.stages import Role
from templates.papers.certificate import CertificatePaper, certificates

PRINTERS = frozenset({Role.CENTRE, Role.PROVIDER})
"""Who prints certificates, and so gets the whole document number on them."""


def paper_for(role: Role, row: CertificateRow, *, base_url: str, sample: bool) -> bytes:
    """One certificate as PDF; for whoever only looks, with a masked document number."""
    if role not in PRINTERS:
        row = replace(row, document_number=mask_number(row.document_number))
    return papers([row], base_url=base_url, sample=sample)


def papers(rows: Sequence[CertificateRow], *, base_url: str, sample: bool) -> bytes:
    """Printed certificates in one PDF, of everybody whose name is still known.

    Raises BadInput(why="person_is_forgotten") when that is nobody.
    """
    known = [row for row in rows if row.name]
    if not known:
        raise BadInput(why="person_is_forgotten")
    return certificates([_paper(row, base_url, sample=sample) for row in known])


def _paper(row: CertificateRow, base_url: str, *, sample: bool) -> CertificatePaper:
    return CertificatePaper(
        name=row.name,
        document_kind=KIND_LABEL[DocumentKind(row.document_kind)],
        document_number=row.document_number,
        level=Level(row.level),
        inscription=row.inscription,
        sealer=row.provider_name,
        started=row.opens_on,
        ended=row.ended_on,
        half_hours=row.half_hours,
        issued=row.issued_day,
        internal_serial=row.serial,
        certificate_number=row.number,
        verify_url=f"{base_url}/verify/{row.verify_token}",
        sample=sample,
    )
