"""A certificate of the records as a line of 证书信息归集表, for whoever hands the workbook over."""

from collections.abc import Iterable
from datetime import date
from typing import Final, Protocol

from states.rules.routes import Level, Route, certificate_title
from states.rules.words import say
from templates.sheets.aggregation import AggregationLayout, AggregationRow, write_aggregation
from templates.sheets.writer import ExportMark

_ROUTES: Final = {
    Route.TRAINING: "培训考核",
    Route.EVALUATION: "职业技能评价",
    Route.EXAM: "信息技术水平考试",
    Route.CONTEST: "技能比武",
}
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
    def route(self) -> str: ...
    @property
    def source_number(self) -> str: ...
    @property
    def opens_on(self) -> date | None: ...
    @property
    def ended_on(self) -> date | None: ...
    @property
    def total(self) -> int | None: ...
    @property
    def replaces(self) -> str | None: ...
    @property
    def replaces_number(self) -> str | None: ...


def write_batch(
    certificates: Iterable[Collected],
    layout: AggregationLayout | None = None,
    *,
    mark: ExportMark | None = None,
) -> bytes:
    """The workbook of a batch as xlsx, laid out as given. Raises IncompleteCertificates."""
    return write_aggregation((aggregation_row(each) for each in certificates), layout, mark=mark)


def aggregation_row(certificate: Collected) -> AggregationRow:
    """One line, in the office's words: who seals it, and what the route alone knows (C23-C36)."""
    level, route = Level(certificate.level), Route(certificate.route)
    trained = route is Route.TRAINING
    return AggregationRow(
        internal_serial=certificate.serial,
        name=certificate.name,
        sex=say("sex", certificate.sex, "zh") if certificate.sex else "",
        document_kind=say("document", certificate.document_kind, "zh"),
        number=certificate.document_number,
        certificate_name=certificate_title(level),
        level=_LEVELS[level],
        route=_ROUTES[route],
        certificate_number=certificate.number or "",
        issued_on=certificate.issued_day,
        sealing_body=certificate.provider_name,
        inscription=certificate.inscription,
        district=certificate.district,
        opens_on=certificate.opens_on if trained else None,
        ended_on=certificate.ended_on if trained else None,
        provider=certificate.provider_name if trained else "",
        evaluation_body=certificate.provider_name if route is Route.EVALUATION else "",
        source_certificate=certificate.source_number,
        mark="" if certificate.total is None else f"{certificate.total / 10:g}",
        phone=certificate.phone,
        note=_note(certificate),
    )


def _note(certificate: Collected) -> str:
    """A successor names the one that it replaces: the city knows it by its number."""
    if not certificate.replaces:
        return ""
    number = f"证书编号 {certificate.replaces_number}，" if certificate.replaces_number else ""
    return f"替换原证书：{number}内部流水号 {certificate.replaces}"
