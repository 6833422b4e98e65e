"""Somebody's own workbook handed back, with what was found beside each row."""

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from states.rules.findings import Verdict
from templates.sheets import splice
from templates.sheets.cells import Cell, as_text
from templates.sheets.grid import Grid, open_grids
from templates.sheets.reader import Columns, find_table, fold_header
from templates.sheets.xml_cuts import CannotSplice

MARK_TITLE = {"zh": "核对结果", "en": "Findings"}
"""The header of the column in either language; a file marked before keeps one such column."""
LONGEST = 2_000
COLOURS = {
    Verdict.ERROR: "FFC7CE",
    Verdict.NOT_ELIGIBLE: "FFC7CE",
    Verdict.MANUAL_REVIEW: "FFEB9C",
    Verdict.REPAIRED: "DDEBF7",
}
_HEADER = "D9D9D9"
_WIDTH = 60
_OPTIONS = {
    "in_memory": True,  # the reading room writes no file
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True, slots=True)
class Remark:
    """What stands beside one row: the sentences, and the worst verdict among them."""

    text: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Marked:
    """An xlsx as text, so that it can come out of the reading room."""

    content: str

    @property
    def data(self) -> bytes:
        return base64.b64decode(self.content)


def mark(
    data: bytes, filename: str, *, columns: Columns, title: str, remarks: Mapping[int, Remark]
) -> Marked:
    """The workbook with one more column, right of the last used one.

    An .xlsx keeps everything else; any other file is written anew as one, cell by cell. `remarks`
    are by sheet row, from 1. Raises SheetUnreadable.
    """
    grid, at = find_table(data, filename, columns)
    place = _old_place(grid, at) or _first_free(grid)
    cells = {row: splice.Cell(_text(r), COLOURS[r.verdict]) for row, r in remarks.items()}
    cells[at + 1] = splice.Cell(title, _HEADER)
    if place <= len(grid.rows[at]):
        cells = {row: splice.Cell("", _HEADER) for row in _spoken_of(grid, at, place)} | cells
    try:
        made = splice.lay_column(data, grid.name, place=place, cells=cells)
    except CannotSplice:
        made = _anew(data, filename, grid.name, place=place, cells=cells)
    return Marked(base64.b64encode(made).decode())


def _text(remark: Remark) -> str:
    return remark.text[:LONGEST]


def _old_place(grid: Grid, at: int) -> int:
    """The column (from 1) of an earlier mark; 0 without one."""
    titles = {fold_header(title) for title in MARK_TITLE.values()}
    folded = (place for place, cell in enumerate(grid.rows[at], 1) if fold_header(cell) in titles)
    return next(folded, 0)


def _first_free(grid: Grid) -> int:
    """The column (from 1) right of everything that is written in the sheet."""
    used = (place for row in grid.rows for place, cell in enumerate(row, 1) if as_text(cell))
    return max(used, default=0) + 1


def _spoken_of(grid: Grid, at: int, place: int) -> Iterable[int]:
    """The rows below the header that an earlier mark stands in."""
    for number, row in enumerate(grid.rows[at + 1 :], start=at + 2):
        if place <= len(row) and as_text(row[place - 1]):
            yield number


# ── A new workbook for what is no xlsx ──────────────────────────────────────────────────────────
def _anew(
    data: bytes, filename: str, sheet: str, *, place: int, cells: Mapping[int, splice.Cell]
) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, _OPTIONS) as book:
        shown = {"text": book.add_format({"num_format": "@"})}
        shown |= {
            kind: book.add_format({"num_format": pattern}) for kind, pattern in _PATTERNS.items()
        }
        fills = {
            colour: book.add_format({"bg_color": f"#{colour}", "num_format": "@"})
            for colour in {cell.colour for cell in cells.values()}
        }
        for number, grid in enumerate(open_grids(data, filename), start=1):
            page = book.add_worksheet(_sheet_name(grid.name, number))
            mine = cells if grid.name == sheet else {}
            if mine:
                page.set_column(place - 1, place - 1, _WIDTH)
            _copy(page, grid.rows, (place, mine), shown=shown, fills=fills)
    return stream.getvalue()


_PATTERNS = {"date": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss", "time": "hh:mm:ss"}


def _sheet_name(name: str, number: int) -> str:
    """Names that Excel does not take, or would take for another's, are numbered."""
    usable = not set(name) & set("[]:*?/\\'") and len(name) <= 31  # noqa: PLR2004  Excel's limit
    return name if usable and name else f"Sheet{number}"


def _copy(
    page: Worksheet,
    rows: Sequence[Sequence[Cell]],
    marks: tuple[int, Mapping[int, splice.Cell]],
    *,
    shown: Mapping[str, Format],
    fills: Mapping[str, Format],
) -> None:
    place, cells = marks
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if column != place - 1 or not cells:
                _write(page, (number - 1, column), cell, shown=shown)
        if number in cells:
            mark = cells[number]
            page.write_string(number - 1, place - 1, mark.text, fills[mark.colour])


def _write(
    page: Worksheet, at: tuple[int, int], cell: Cell, *, shown: Mapping[str, Format]
) -> None:
    """Texts stay texts: what looks like a formula is none."""
    if isinstance(cell, bool):
        page.write_boolean(*at, cell)
    elif isinstance(cell, int | float):
        page.write_number(*at, cell)
    elif isinstance(cell, datetime):
        page.write_datetime(*at, cell, shown["moment" if cell.time() != time() else "date"])
    elif isinstance(cell, date):
        page.write_datetime(*at, cell, shown["date"])
    elif isinstance(cell, time):
        page.write_datetime(*at, cell, shown["time"])
    elif text := as_text(cell):
        page.write_string(*at, text, shown["text"])
