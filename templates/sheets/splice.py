"""One column laid into somebody's own workbook: every other byte of its sheets stays as it was.

Loading and saving a workbook anew would lose what the library does not know (drawings, cached
results, conditional formats). So the cells are cut into the sheet's XML where they belong.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from templates.sheets.splice_styles import with_styles
from templates.sheets.xml_cuts import (
    CannotSplice,
    Tag,
    column_of,
    cut,
    end_of,
    letters_of,
    parser,
    row_of,
    tags,
)

LAST_COLUMN = 16_384
_WORKBOOK, _RELATIONS, _STYLES = (
    "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
)  # fmt: skip
_WIDTH = 60
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Cell:
    """A text for one row of the new column; `colour` fills it ("FFC7CE")."""

    text: str
    colour: str


def lay_column(data: bytes, sheet: str, *, place: int, cells: Mapping[int, Cell]) -> bytes:
    """`data` with `cells` (by row, from 1) in column `place` (from 1); what stood there goes.

    Raises CannotSplice.
    """
    if not 1 <= place <= LAST_COLUMN:
        raise CannotSplice("beyond the last column")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            part = _part_of(archive, sheet)
            colours = sorted({cell.colour for cell in cells.values()})
            styles, first = with_styles(_read(archive, _STYLES), colours)
            numbers = {colour: first + n for n, colour in enumerate(colours)} if first else {}
            changed = {part: _laid(archive.read(part), place, cells, styles=numbers)}
            return _copied(archive, changed | ({_STYLES: styles} if styles else {}))
    except (KeyError, ValueError, expat.ExpatError, zipfile.BadZipFile) as error:
        raise CannotSplice("an archive of another kind") from error


def _copied(archive: zipfile.ZipFile, changed: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in archive.infolist():
            content = changed.get(entry.filename)
            kept = zipfile.ZipInfo(entry.filename, entry.date_time)
            kept.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(kept, archive.read(entry) if content is None else content)
    return out.getvalue()


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    return archive.read(name) if name in archive.namelist() else b""


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The archive's name for a sheet; some writers give absolute targets."""
    names = [
        _by_local(tag.attributes)["id"]
        for tag in tags(archive.read(_WORKBOOK))
        if tag.local == "sheet" and tag.attributes.get("name") == sheet
    ]
    targets = {
        tag.attributes["Id"]: tag.attributes["Target"]
        for tag in tags(archive.read(_RELATIONS))
        if tag.local == "Relationship" and not tag.ended
    }
    return posixpath.normpath(posixpath.join("/xl", targets[names[0]])).lstrip("/")


def _by_local(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name.rpartition(":")[2]: value for name, value in attributes.items()}


# ── The sheet ───────────────────────────────────────────────────────────────────────────────────
@dataclass(slots=True)
class _Row:
    """Where the new cell of a row goes: at `seam`, in the place of the bytes up to `until`."""

    number: int
    prefix: str
    column: int = 0
    seam: int = 0
    until: int = 0


@dataclass(slots=True)
class _Seams:
    """What the parser finds: one seam per wanted row, and what stands above the rows."""

    data: bytes
    place: int
    wanted: frozenset[int]
    rows: dict[int, _Row] = field(default_factory=dict)
    heads: list[Tag] = field(default_factory=list)
    _at: int = 0
    _row: _Row | None = None
    _replaced: bool = False

    def find(self) -> None:
        reader = parser()

        def begin(name: str, attributes: dict[str, str]) -> None:
            if name.endswith("c"):
                self._begin_cell(name, attributes, reader.CurrentByteIndex)
            elif name.endswith("row"):
                self._begin_row(name, attributes)
            elif not self._at:
                self.heads.append(Tag(name, attributes, reader.CurrentByteIndex))

        def end(name: str) -> None:
            if name.endswith("c"):
                self._end_cell(name, reader.CurrentByteIndex)
            elif name.endswith("row"):
                self._end_row(name, reader.CurrentByteIndex)
            elif not self._at:
                self.heads.append(Tag(name, {}, reader.CurrentByteIndex, ended=True))

        reader.StartElementHandler, reader.EndElementHandler = begin, end
        reader.Parse(self.data, True)  # noqa: FBT003  expat's own signature

    def _begin_row(self, name: str, attributes: Mapping[str, str]) -> None:
        self._at = int(attributes.get("r", self._at + 1))
        prefix = name.removesuffix("row")
        self._row = _Row(self._at, prefix) if self._at in self.wanted else None

    def _begin_cell(self, name: str, attributes: Mapping[str, str], start: int) -> None:
        row = self._row
        if row is None or name != f"{row.prefix}c":
            return
        row.column = column_of(attributes["r"]) if "r" in attributes else row.column + 1
        if row.column >= self.place and not row.seam:
            row.seam = row.until = start
            self._replaced = row.column == self.place

    def _end_cell(self, name: str, at: int) -> None:
        if self._row and self._replaced and name == f"{self._row.prefix}c":
            self._row.until = max(end_of(self.data, name, at), at)
            self._replaced = False

    def _end_row(self, name: str, at: int) -> None:
        row, self._row = self._row, None
        if row is None or end_of(self.data, name, at) < 0:
            return
        if row.number in self.rows:
            raise CannotSplice("a row stands twice")
        if not row.seam:
            row.seam = row.until = at
        self.rows[row.number] = row


def _laid(
    data: bytes, place: int, cells: Mapping[int, Cell], *, styles: Mapping[str, int]
) -> bytes:
    """The sheet with the column. Raises CannotSplice when a row of `cells` is not there."""
    seams = _Seams(data, place, frozenset(cells))
    seams.find()
    if seams.rows.keys() != cells.keys() or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise CannotSplice("rows that are not there")
    cuts = list(_head_cuts(data, seams.heads, place, last=max(cells)))
    for number, row in seams.rows.items():
        made = _cell_xml(row, place, cells[number], styles=styles)
        cuts.append((row.seam, row.until, made))
    return cut(data, cuts)


def _cell_xml(row: _Row, place: int, cell: Cell, *, styles: Mapping[str, int]) -> bytes:
    if not cell.text:
        return b""
    p, text = row.prefix, escape(_NOT_XML.sub("", cell.text))
    styled = f' s="{styles[cell.colour]}"' if cell.colour in styles else ""
    at = f"{letters_of(place)}{row.number}"
    return (
        f'<{p}c r="{at}"{styled} t="inlineStr"><{p}is><{p}t xml:space="preserve">{text}'
        f"</{p}t></{p}is></{p}c>"
    ).encode()


def _head_cuts(
    data: bytes, heads: Sequence[Tag], place: int, *, last: int
) -> Iterator[tuple[int, int, bytes]]:
    """The wider extent, and a width for the new column unless one is set for it."""
    widths = [int(tag.attributes["max"]) for tag in heads if tag.local == "col" and not tag.ended]
    width = f'col min="{place}" max="{place}" width="{_WIDTH}" customWidth="1"/>'
    for tag in heads:
        if tag.local == "dimension" and not tag.ended:
            stop = data.index(b">", tag.start) + 1
            yield tag.start, stop, _extent(data[tag.start : stop], tag, place, last=last)
        if tag.local == "cols" and tag.ended and 0 < max(widths, default=0) < place:
            yield tag.start, tag.start, f"<{tag.prefix}{width}".encode()
        if tag.local == "sheetData" and not tag.ended and not widths:
            made = f"<{tag.prefix}cols><{tag.prefix}{width}</{tag.prefix}cols>"
            yield tag.start, tag.start, made.encode()


def _extent(written: bytes, tag: Tag, place: int, *, last: int) -> bytes:
    first, _, end = tag.attributes.get("ref", "A1").partition(":")
    end = end or first
    column = max(column_of(end), place)
    row = max(row_of(end), last)
    old, new = tag.attributes.get("ref", ""), f"{first}:{letters_of(column)}{row}"
    return written.replace(f'"{old}"'.encode(), f'"{new}"'.encode())
