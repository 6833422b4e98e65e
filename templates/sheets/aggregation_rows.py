"""A certificate of the records as a line of 证书信息归集表, for whoever hands the workbook over."""

from collections.abc import Iterable
from datetime import date
from typing import Final, Protocol

from states.rules.routes import Level, certificate_title
from states.rules.words import say
from templates.sheets.aggregation import AggregationRow, write_aggregation
from templates.sheets.writer import ExportMark

_ROUTE: Final = "培训考核"
_LEVELS: Final = {Level.BASIC: "基础", Level.ADVANCED: "高级"}


class Collected(Protocol):
    """What is asked of a certificate; marks are tenths."""

    @property
    def serial(self) -> str: ...
    @property
    def number(self) -> str | None: ...
    @property
    def name(self) -> str: ...
    @property
    def provider_name(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def inscription(self) -> str: ...
    @property
    def issued_day(self) -> date: ...
    @property
    def district(self) -> str: ...
    @property
    def sex(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def document_kind(self) -> str: ...
    @property
    def document_number(self) -> str: ...
    @property
    def opens_on(self) -> date: ...
    @property
    def ended_on(self) -> date: ...
    @property
    def total(self) -> int | None: ...


def write_batch(certificates: Iterable[Collected], *, mark: ExportMark | None = None) -> bytes:
    """The workbook of a batch as xlsx."""
    return write_aggregation((aggregation_row(each) for each in certificates), mark=mark)


def aggregation_row(certificate: Collected) -> AggregationRow:
    """One line, in the office's words. The provider of the training seals it (C23)."""
    level = Level(certificate.level)
    return AggregationRow(
        internal_serial=certificate.serial,
        name=certificate.name,
        sex=say("sex", certificate.sex, "zh") if certificate.sex else "",
        document_kind=say("document", certificate.document_kind, "zh"),
        number=certificate.document_number,
        certificate_name=certificate_title(level),
        level=_LEVELS[level],
        route=_ROUTE,
        certificate_number=certificate.number or "",
        issued_on=certificate.issued_day.isoformat(),
        sealing_body=certificate.provider_name,
        inscription=certificate.inscription,
        district=certificate.district,
        training_period=f"{certificate.opens_on} 至 {certificate.ended_on}",
        provider=certificate.provider_name,
        mark="" if certificate.total is None else f"{certificate.total / 10:g}",
        phone=certificate.phone,
    )
