"""Finds the table in a sheet: titles above, a header in any order, totals and signatures below."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from states.rules.identity import quoted
from templates.sheets.cells import Cell, as_text, plain
from templates.sheets.grid import MAX_ROWS, Grid, SheetUnreadable, open_grids

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Told how many rows of how many are done."""
PROGRESS_STEP = 500
HEADER_SEARCH = 30
"""A header further down than this is not looked for."""
ENOUGH_TO_BE_A_HEADER = 2
_FOOT = re.compile(
    r"合计|总计|小计|共\d+[人名]|填[表报]人|制表|审核人|负责人|填报日期|联系电话:|(?:注|备注|说明):"
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a kind of sheet: name -> other spellings."""

    spellings: Mapping[str, Sequence[str]]
    required: tuple[str, ...]
    serial: str = "序号"

    def names(self, column: str, cell: Cell) -> bool:
        """Whether a cell of this column holds nothing but the column's own name."""
        words = (column, *self.spellings[column])
        return fold_header(cell) in {fold_header(word) for word in words}

    def by_spelling(self) -> dict[str, str]:
        return {
            fold_header(word): name
            for name, others in self.spellings.items()
            for word in (name, *others)
        }


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: `sheet_row` counts from 1 at the top of the sheet."""

    sheet_row: int
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        return as_text(self.cells.get(column))

    def quote(self, column: str) -> str:
        """The cell as a message may quote it."""
        return quoted(self.text(column))


@dataclass(frozen=True, slots=True)
class Table:
    """What was found: the texts above the header, and the rows that hold data."""

    sheet: str
    header_row: int
    columns: tuple[str, ...]
    titles: tuple[str, ...]
    rows: tuple[TableRow, ...]


def fold_header(text: Cell) -> str:
    """A header without stars, blanks and remarks in brackets."""
    folded = unicodedata.normalize("NFKC", as_text(text))
    return re.sub(r"[\s*]|\(.*?\)", "", folded).casefold()


def read_table(data: bytes, filename: str, columns: Columns) -> Table:
    """The first visible sheet that holds this kind of table. Raises SheetUnreadable."""
    grid, at = find_table(data, filename, columns)
    return _table(grid, at, columns)


def find_table(data: bytes, filename: str, columns: Columns) -> tuple[Grid, int]:
    """The sheet that `read_table` reads, and where its header stands. Raises SheetUnreadable."""
    spellings = columns.by_spelling()
    first: Grid | None = None
    for grid in open_grids(data, filename):
        first = first or grid
        at = _header_row(grid, spellings)
        if at is not None:
            return grid, at
    sheet = first.name if first else ""
    raise SheetUnreadable("header_not_found", sheet=sheet, column="、".join(columns.required))


def silent(_done: int, _total: int) -> None:
    """Nobody waits for progress."""


def counted(rows: Sequence[T], progress: Progress) -> Iterator[T]:
    """The rows one by one; progress is told now and then, and at the end."""
    for done, row in enumerate(rows):
        if done % PROGRESS_STEP == 0:
            progress(done, len(rows))
        yield row
    progress(len(rows), len(rows))


def _header_row(grid: Grid, spellings: Mapping[str, str]) -> int | None:
    """The row of the first thirty that names most of our columns, and at least two."""
    named = [
        len({spellings.get(fold_header(cell)) for cell in row} - {None})
        for row in grid.rows[:HEADER_SEARCH]
    ]
    best = max(named, default=0)
    return named.index(best) if best >= ENOUGH_TO_BE_A_HEADER else None


def _table(grid: Grid, at: int, columns: Columns) -> Table:
    places = _places(grid, at, columns)
    rows = tuple(_data_rows(grid, at, places, columns=columns))
    if not rows:
        raise SheetUnreadable("sheet_without_rows", sheet=grid.name, row=at + 1)
    if len(rows) > MAX_ROWS:
        raise SheetUnreadable(
            "sheet_too_long", sheet=grid.name, row=rows[MAX_ROWS].sheet_row, limit=MAX_ROWS
        )
    titles = tuple(as_text(cell) for row in grid.rows[:at] for cell in row if as_text(cell))
    return Table(grid.name, at + 1, tuple(places), titles, rows)


def _places(grid: Grid, at: int, columns: Columns) -> dict[str, int]:
    """Where each column stands. Raises SheetUnreadable on a missing or doubled one."""
    spellings, places = columns.by_spelling(), dict[str, int]()
    for place, cell in enumerate(grid.rows[at]):
        name = spellings.get(fold_header(cell))
        if name in places and name in columns.required:
            raise SheetUnreadable("column_twice", sheet=grid.name, row=at + 1, column=name)
        if name:
            places.setdefault(name, place)
    missing = [name for name in columns.required if name not in places]
    if missing:
        raise SheetUnreadable(
            "column_missing", sheet=grid.name, row=at + 1, column="、".join(missing)
        )
    return places


def _data_rows(
    grid: Grid, at: int, places: Mapping[str, int], *, columns: Columns
) -> Iterator[TableRow]:
    for number, row in enumerate(grid.rows[at + 1 :], start=at + 2):
        cells = {name: row[place] for name, place in places.items() if place < len(row)}
        if _is_data(cells, row, columns):
            yield TableRow(number, cells)


def _is_data(cells: Mapping[str, Cell], row: Iterable[Cell], columns: Columns) -> bool:
    """Not empty, not only a prefilled serial number, no header again, no total or signature."""
    first = next((text for cell in row if (text := plain(cell))), "")
    if _FOOT.match(first):
        return False
    said = [(name, cell) for name, cell in cells.items() if as_text(cell)]
    if all(columns.names(name, cell) for name, cell in said):
        return False  # a header of two merged rows, or one repeated on each printed page
    return any(name != columns.serial for name, _ in said)
