"""证书信息归集表 written: what the uploader hands to 证书归集 (C22, section 2.4 no. 5)."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict, field_validator

from templates.sheets.writer import ExportMark, Page, write_pages


@dataclass(frozen=True, slots=True)
class AggregationRow:
    """One certificate, already in the office's words: this sheet translates nothing.

    `certificate_number` stays empty until the hub gives one; `internal_serial` is ours (§2.6).
    """

    internal_serial: str
    name: str
    document_kind: str
    number: str
    certificate_name: str
    level: str
    route: str
    issued_on: str
    sealing_body: str
    inscription: str
    district: str
    sex: str = ""
    certificate_number: str = ""
    training_period: str = ""
    provider: str = ""
    evaluation_body: str = ""
    source_certificate: str = ""
    mark: str = ""
    phone: str = ""
    photo: str = ""
    form: str = ""
    note: str = ""


class AggregationColumn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    title: str
    width: int = 14

    @field_validator("field")
    @classmethod
    def is_known(cls, value: str) -> str:
        if value not in AggregationRow.__slots__:
            raise ValueError(f"a certificate has no field {value}")
        return value


class AggregationLayout(BaseModel):
    """Which columns, in which order and under which titles: data, since the real list may move."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sheet: str
    title: str
    source: str
    columns: tuple[AggregationColumn, ...]


@cache
def aggregation_layout() -> AggregationLayout:
    """The layout that stands beside this file."""
    file = resources.files("templates.sheets").joinpath("aggregation.toml")
    return AggregationLayout.model_validate(tomllib.loads(file.read_text("utf-8")))


def write_aggregation(
    rows: Iterable[AggregationRow],
    layout: AggregationLayout | None = None,
    *,
    mark: ExportMark | None = None,
) -> bytes:
    """The workbook as xlsx; every cell is text, so that no number loses a digit."""
    layout = layout or aggregation_layout()
    fields = [column.field for column in layout.columns]
    page = Page(
        name=layout.sheet,
        header=[column.title for column in layout.columns],
        rows=([getattr(row, field) for field in fields] for row in rows),
        titles=(layout.title,),
        widths={column.title: column.width for column in layout.columns},
    )
    return write_pages(page, mark=mark)
