"""Certificates as files: the workbook for 证书归集, and the printed papers."""

from collections.abc import Iterable, Sequence

from states.records.certificate_board import CertificateRow
from states.rules.identity import KIND_LABEL, DocumentKind, Sex
from states.rules.routes import Level, certificate_title
from templates.papers.certificate import CertificatePaper, certificates
from templates.sheets.aggregation import AggregationRow, write_aggregation

_LEVEL = {Level.BASIC: "基础", Level.ADVANCED: "高级"}
_SEX = {Sex.MALE: "男", Sex.FEMALE: "女"}
_ROUTE = "培训考核"


def aggregation(rows: Iterable[CertificateRow]) -> bytes:
    """证书信息归集表 of a batch (C22)."""
    return write_aggregation(_aggregated(row) for row in rows)


def papers(rows: Sequence[CertificateRow], *, base_url: str, sample: bool) -> bytes:
    """Printed certificates in one PDF. Raises ValueError for none."""
    return certificates([_paper(row, base_url, sample=sample) for row in rows])


def _aggregated(row: CertificateRow) -> AggregationRow:
    level = Level(row.level)
    return AggregationRow(
        internal_serial=row.serial,
        name=row.name,
        sex=_SEX[Sex(row.sex)] if row.sex else "",
        document_kind=KIND_LABEL[DocumentKind(row.document_kind)],
        number=row.document_number,
        certificate_name=certificate_title(level),
        level=_LEVEL[level],
        route=_ROUTE,
        certificate_number=row.number or "",
        issued_on=row.issued_day.isoformat(),
        sealing_body=row.provider_name,
        inscription=row.inscription,
        district=row.district,
        training_period=f"{row.opens_on}至{row.ended_on}",
        provider=row.provider_name,
        mark=_mark(row.total),
        phone=row.phone,
        form="电子",
    )


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


def _mark(tenths: int | None) -> str:
    if tenths is None:
        return ""
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest}" if rest else str(whole)
