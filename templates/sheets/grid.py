"""From bytes to cells: workbooks and text files opened carefully, or refused with a reason."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from templates.sheets.cells import Cell

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 60_000
MAX_COLUMNS = 78
MAX_INFLATED = 400 * 1024 * 1024
MAX_RATIO = 200
SMALL_INFLATED = 10 * 1024 * 1024
"""Up to this a file may unpack to more than MAX_RATIO times its size: equal rows pack well."""
MAX_ENTRIES = 2_000
MAX_SHEETS = 50
MAX_MERGED_ROWS = 1_000
MAX_LINE = 1_000_000
TITLE_ROOM = 100
"""Rows granted above MAX_ROWS for titles, header and foot."""

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
"""How a workbook with a password names its only stream."""
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_FAR_CELL = re.compile(
    rb"""<c\b[^<>]*\br=["'](?:[A-Z]{3,}\d+|[C-Z][A-Z]\d+|[A-Z]+\d{6,})["'][^<>]*(?<!/)>"""
)
"""A filled cell beyond column BZ or row 99,999: the grid up to it would not fit into memory."""
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_SLICE = 1 << 20
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError)
"""What the archive reader raises on a broken, cut or encrypted file."""


class SheetUnreadable(ValueError):
    """The file cannot be read as this sheet; nothing of it was imported.

    `code` is a key of the word list, section "row"; `params` fill its sentence and always hold
    sheet, row (from 1, 0 when no row is meant) and column.
    """

    def __init__(
        self, code: str, *, sheet: str = "", row: int = 0, column: str = "", **params: str | int
    ) -> None:
        super().__init__(code)
        self.code, self.sheet, self.row, self.column = code, sheet, row, column
        self.params: dict[str, str | int] = {
            "sheet": sheet,
            "row": row,
            "column": column,
            **params,
        }


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet as it stands: `rows[0]` is row 1. Merged cells below each other are filled."""

    name: str
    rows: Sequence[Sequence[Cell]]


def open_grids(data: bytes, filename: str) -> Iterator[Grid]:
    """The visible sheets of a file, one after the other. Raises SheetUnreadable."""
    if not data.strip():
        raise SheetUnreadable("file_empty")
    if len(data) > MAX_BYTES:
        raise SheetUnreadable("file_too_large", limit=MAX_BYTES // 1024 // 1024)
    if data.startswith(_ZIP):
        _check_archive(data)
        return _workbook_grids(data)
    if data.startswith(_OLE):
        if _LOCKED in data:
            raise SheetUnreadable("file_has_password")
        return _workbook_grids(data)
    return iter([_text_grid(data, filename)])


def _check_archive(data: bytes) -> None:
    """Bounds what the archive claims and what it holds before anything is built from it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_sizes(entries, len(data))
            if not _is_workbook(archive):
                raise SheetUnreadable("file_not_a_workbook")
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels")):
                    _check_content(archive, entry)
    except _DAMAGE as error:
        raise SheetUnreadable("file_damaged") from error


def _is_workbook(archive: zipfile.ZipFile) -> bool:
    """Of Excel and WPS, or LibreOffice's own (.ods), which says so in its first entry."""
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return True
    return "mimetype" in names and archive.read("mimetype").startswith(_OPEN_DOCUMENT)


def _check_sizes(entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    if any(entry.flag_bits & 1 for entry in entries):
        raise SheetUnreadable("file_has_password")
    inflated = sum(entry.file_size for entry in entries)
    allowed = min(max(SMALL_INFLATED, MAX_RATIO * size), MAX_INFLATED)
    if len(entries) > MAX_ENTRIES or inflated > allowed:
        raise SheetUnreadable("file_inflates_too_far")


def _check_content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """No entity is declared, and no cell lies far out. Reading to the end checks the sum, too."""
    sheet, kept = entry.filename.startswith("xl/worksheets/"), b""
    with archive.open(entry) as stream:
        while piece := stream.read(_SLICE):
            kept = kept[-200:] + piece
            if _ENTITIES.search(kept):
                raise SheetUnreadable("file_has_entities")
            if sheet and _FAR_CELL.search(kept):
                raise SheetUnreadable("sheet_too_wide", limit=MAX_COLUMNS)


def _workbook_grids(data: bytes) -> Iterator[Grid]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            names = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.visible == SheetVisibleEnum.Visible
                and sheet.typ == SheetTypeEnum.WorkSheet
            ]
            for name in names[:MAX_SHEETS]:
                yield _sheet_grid(book.get_sheet_by_name(name))
    except PasswordError as error:
        raise SheetUnreadable("file_has_password") from error
    except CalamineError as error:
        raise SheetUnreadable("file_damaged") from error


def _sheet_grid(sheet: CalamineSheet) -> Grid:
    if sheet.total_height > MAX_ROWS + TITLE_ROOM:
        raise SheetUnreadable(
            "sheet_too_long", sheet=sheet.name, row=sheet.total_height, limit=MAX_ROWS
        )
    if sheet.total_width > MAX_COLUMNS:
        raise SheetUnreadable("sheet_too_wide", sheet=sheet.name, limit=MAX_COLUMNS)
    rows: list[list[Cell]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        _fill_down(rows, top, left, bottom=min(bottom, top + MAX_MERGED_ROWS))
    return Grid(sheet.name, rows)


def _fill_down(rows: list[list[Cell]], top: int, left: int, *, bottom: int) -> None:
    """A cell merged over several rows speaks for each of them."""
    if bottom == top or top >= len(rows) or left >= len(rows[top]):
        return
    for row in rows[top + 1 : bottom + 1]:
        row[left] = rows[top][left]


def _text_grid(data: bytes, filename: str) -> Grid:
    """A CSV as WPS and Excel save it: UTF-8 with or without mark, UTF-16, else GB 18030."""
    if not filename.lower().endswith((".csv", ".txt")):
        raise SheetUnreadable("file_not_a_workbook")
    text = _decoded(data)
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(_lines(text), delimiter=_delimiter(text)):
            rows.append([_csv_cell(cell) for cell in row])
            if len(rows) > MAX_ROWS + TITLE_ROOM:
                raise SheetUnreadable("sheet_too_long", row=len(rows), limit=MAX_ROWS)
            if len(row) > MAX_COLUMNS:
                raise SheetUnreadable("sheet_too_wide", row=len(rows), limit=MAX_COLUMNS)
    except csv.Error as error:
        raise SheetUnreadable("file_damaged", row=len(rows) + 1) from error
    return Grid("CSV", rows)


def _lines(text: str) -> Iterator[str]:
    for place, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > MAX_LINE:
            raise SheetUnreadable("file_damaged", row=place)
        yield line


def _decoded(data: bytes) -> str:
    utf_16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise SheetUnreadable("file_encoding_unknown")


def _delimiter(text: str) -> str:
    head = text[:4096]
    return max(",\t;", key=head.count)


def _csv_cell(cell: str) -> str:
    """Undoes ="319901…", which offices write to keep a number's digits."""
    match = re.fullmatch(r'="(.*)"', cell.strip())
    return match[1] if match else cell
