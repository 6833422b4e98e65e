"""证书信息归集表 written: what the uploader hands to 证书归集 (C22, section 2.4 no. 5)."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from templates.sheets.writer import ExportMark, Page, write_pages

TEXT: Final = "text"
"""The format of every column that names no other; a day in it is written 2026-05-20."""
_ISO: Final = "yyyy-mm-dd"
_TOKEN: Final = re.compile(r"yyyy|mm?|dd?|[A-Za-z]")
_SPOKEN: Final = {"yyyy": "{0.year:04}", "mm": "{0.month:02}", "m": "{0.month}",
                  "dd": "{0.day:02}", "d": "{0.day}"}  # fmt: skip
_BETWEEN: Final = " 至 "
Words = Annotated[str, Field(min_length=1, max_length=200)]


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
    issued_on: date
    sealing_body: str
    inscription: str
    district: str
    sex: str = ""
    certificate_number: str = ""
    opens_on: date | None = None
    ended_on: date | None = None
    provider: str = ""
    evaluation_body: str = ""
    source_certificate: str = ""
    mark: str = ""
    phone: str = ""
    photo: str = ""
    form: str = ""
    note: str = ""

    @property
    def training_period(self) -> tuple[date, ...]:
        """The first and the last day of a class; no days outside training."""
        return (self.opens_on, self.ended_on) if self.opens_on and self.ended_on else ()


_DAYS: Final = frozenset({"issued_on", "opens_on", "ended_on", "training_period"})
FIELDS: Final = frozenset({*AggregationRow.__slots__, "training_period"})
"""What a column may hold."""


class UnusableLayout(ValueError):
    """归集表版式无法使用。 DUBAN_AGGREGATION_LAYOUT is no layout as docs/certificates.md has it."""

    def __init__(self, file: Path, said: str) -> None:
        super().__init__(f"归集表版式无法使用 · DUBAN_AGGREGATION_LAYOUT {file.name}: {said}")


class IncompleteCertificates(ValueError):
    """A column that must be filled is empty; `serials` by the title of the column, and no names."""

    def __init__(self, serials: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(f"{title}: {len(who)}" for title, who in serials.items()))
        self.serials = serials


class AggregationColumn(BaseModel):
    """A column: `value` is written where a certificate has nothing, or everywhere without a field.

    `format` is "text", or for days a pattern of yyyy, m or mm, d or dd: "yyyy年m月d日".
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    field: str = ""
    title: Words
    width: int = Field(default=14, ge=1, le=200)
    format: Words = TEXT
    required: bool = False
    value: str = ""

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if not self.field and not self.value:
            raise ValueError("a column needs a field or a value")
        if self.field and self.field not in FIELDS:
            raise ValueError(f"a certificate has no field {self.field}")
        if self.format != TEXT and self.field not in _DAYS:
            raise ValueError(f"{self.field or self.title} is no day: its format is {TEXT!r}")
        if self.format != TEXT and not _is_day_pattern(self.format):
            raise ValueError(f"{self.format!r} needs yyyy, m or mm, d or dd, each once")
        return self

    def cell(self, row: AggregationRow) -> str:
        """What stands in this column for one certificate, as text."""
        held = getattr(row, self.field) if self.field else ""
        if isinstance(held, str):
            return held or self.value
        days = held if isinstance(held, tuple) else (held,)
        pattern = _ISO if self.format == TEXT else self.format
        return _BETWEEN.join(_spoken(day, pattern) for day in days if day) or self.value


class AggregationLayout(BaseModel):
    """Which columns, in which order and under which titles: data, since the real list may move.

    Receipts are matched by our own serial, so no layout is without it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sheet: str = Field(pattern=r"^[^\[\]:*?/\\']{1,31}$")
    title: str = Field(default="", max_length=200)
    source: Words
    columns: tuple[AggregationColumn, ...]

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        for what in ("title", "field"):
            named = [getattr(column, what) for column in self.columns if getattr(column, what)]
            if doubled := sorted({each for each in named if named.count(each) > 1}):
                raise ValueError(f"two columns have the {what} {doubled[0]}")
        if "internal_serial" not in {column.field for column in self.columns}:
            raise ValueError("a column with the field internal_serial is missing")
        return self


@cache
def aggregation_layout() -> AggregationLayout:
    """The layout that stands beside this file."""
    file = resources.files("templates.sheets").joinpath("aggregation.toml")
    return AggregationLayout.model_validate(tomllib.loads(file.read_text("utf-8")))


def layout_from(file: Path | None) -> AggregationLayout:
    """The layout of an office's own file, or the one of the package. Raises UnusableLayout."""
    if file is None:
        return aggregation_layout()
    try:
        return AggregationLayout.model_validate(tomllib.loads(file.read_text("utf-8")))
    except ValidationError as error:
        raise UnusableLayout(file, "; ".join(_flaws(error))) from error
    except (OSError, ValueError) as error:
        raise UnusableLayout(file, " ".join(str(error).split())) from error


def write_aggregation(
    rows: Iterable[AggregationRow],
    layout: AggregationLayout | None = None,
    *,
    mark: ExportMark | None = None,
) -> bytes:
    """The workbook as xlsx; every cell is text, so that no number loses a digit.

    Raises IncompleteCertificates.
    """
    layout = layout or aggregation_layout()
    lines = [(row.internal_serial, [column.cell(row) for column in layout.columns]) for row in rows]
    _check(lines, layout)
    page = Page(
        name=layout.sheet,
        header=[column.title for column in layout.columns],
        rows=(cells for _, cells in lines),
        titles=(layout.title,) if layout.title else (),
        widths={column.title: column.width for column in layout.columns},
    )
    return write_pages(page, mark=mark)


def _check(lines: Iterable[tuple[str, list[str]]], layout: AggregationLayout) -> None:
    empty: dict[str, list[str]] = {}
    for serial, cells in lines:
        for column, cell in zip(layout.columns, cells, strict=True):
            if column.required and not cell:
                empty.setdefault(column.title, []).append(serial)
    if empty:
        raise IncompleteCertificates(empty)


def _is_day_pattern(pattern: str) -> bool:
    return sorted(token[0] for token in _TOKEN.findall(pattern)) == ["d", "m", "y"]


def _spoken(day: date, pattern: str) -> str:
    return _TOKEN.sub(lambda token: _SPOKEN[token[0]].format(day), pattern)


def _flaws(error: ValidationError) -> Iterator[str]:
    """Where and what, as in "columns.2.width: …": columns count from 1, as people count them."""
    for flaw in error.errors(include_url=False):
        place = [str(part + 1) if isinstance(part, int) else part for part in flaw["loc"]]
        yield f"{'.'.join(place)}: {flaw['msg']}".removeprefix(": ")
