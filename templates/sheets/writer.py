"""Workbooks written: every text stays text, so that no cell of ours is ever a live formula."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

Out = str | int | float | None
RISKY = ("=", "+", "-", "@", "\t", "\r")
DEFAULT_WIDTH = 14
CHOICE_ROWS = 2000
"""So many rows below the header offer the words of a column to choose from."""
_FIXED_TIME = datetime(2026, 1, 1)  # noqa: DTZ001 -- equal rows give equal bytes
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet to write: titles merged over all columns, a header, rows, lines of the foot.

    `choices` are the words a column offers to whoever fills it in.
    """

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Out]]
    titles: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExportMark:
    """Whom a workbook with whole document numbers was handed to: printed on every page of it."""

    id: str
    person: str
    office: str
    at: str
    purpose: str

    @property
    def line(self) -> str:
        """The mark in one line."""
        return f"含个人信息 · {self.office} {self.person} · {self.at} · {self.id}"


def header(words: str) -> tuple[str, ...]:
    """Column names from one line of them."""
    return tuple(words.split())


def write_pages(*pages: Page, mark: ExportMark | None = None) -> bytes:
    """The pages as one xlsx, marked when it leaves with personal data. Equal input, equal bytes."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, _OPTIONS) as book:
        book.set_properties({"created": _FIXED_TIME, "comments": mark.line if mark else ""})
        formats = {
            "title": book.add_format({"bold": True, "align": "center", "font_size": 14}),
            "header": book.add_format({"bold": True, "border": 1, "text_wrap": True}),
            "text": book.add_format({"num_format": "@"}),
            "guarded": book.add_format({"num_format": "@", "quote_prefix": True}),
        }
        for page in (*pages, _mark_page(mark)) if mark else pages:
            sheet = book.add_worksheet(page.name)
            _write(sheet, page, formats)
            if mark:
                _watermark(sheet, mark)
    return stream.getvalue()


def _watermark(sheet: Worksheet, mark: ExportMark) -> None:
    """In the print margins, where it neither hides data nor disturbs whoever reads the columns."""
    line = mark.line.replace("&", "&&")
    sheet.set_header(f"&C&9&K999999{line}")
    sheet.set_footer(f"&C&9&K999999{line} · &P/&N")


def _mark_page(mark: ExportMark) -> Page:
    rows = (
        ("导出编号", mark.id),
        ("导出单位", mark.office),
        ("导出人", mark.person),
        ("导出时间", mark.at),
        ("用途", mark.purpose),
        ("提示", "本表含个人信息，仅限所列用途使用，不得转交，用毕删除。"),
    )
    return Page("导出说明", header("项目 内容"), rows, widths={"项目": 14, "内容": 60})


def _write(sheet: Worksheet, page: Page, formats: Mapping[str, Format]) -> None:
    last = len(page.header) - 1
    for row, title in enumerate(page.titles):
        _write_wide(sheet, row, last, title=title, form=formats["title"])
    at = len(page.titles)
    _write_header(sheet, page, at, formats=formats)
    count = 0
    for count, cells in enumerate(page.rows, start=1):
        for column, cell in enumerate(cells):
            _write_cell(sheet, (at + count, column), cell, formats=formats)
    for row, line in enumerate(page.foot, start=at + count + 1):
        sheet.write_string(row, 0, line)


def _write_header(sheet: Worksheet, page: Page, at: int, *, formats: Mapping[str, Format]) -> None:
    """Columns are text, so that what is typed below the header keeps its digits."""
    for column, name in enumerate(page.header):
        sheet.set_column(column, column, page.widths.get(name, DEFAULT_WIDTH), formats["text"])
        sheet.write_string(at, column, name, formats["header"])
        if words := page.choices.get(name):
            rule = {"validate": "list", "source": list(words), "error_type": "warning"}
            sheet.data_validation(at + 1, column, at + CHOICE_ROWS, column, rule)
    sheet.freeze_panes(at + 1, 0)


def _write_wide(sheet: Worksheet, row: int, last: int, *, title: str, form: Format) -> None:
    if last > 0:
        sheet.merge_range(row, 0, row, last, "", form)
    sheet.write_string(row, 0, title, form)


def _write_cell(
    sheet: Worksheet, place: tuple[int, int], cell: Out, *, formats: Mapping[str, Format]
) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        form = formats["guarded" if cell.startswith(RISKY) else "text"]
        sheet.write_string(*place, cell, form)
    else:
        sheet.write_number(*place, cell)
