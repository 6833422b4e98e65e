"""XML read by its places, so that pieces can be cut in and every other byte stays as it was."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.parsers import expat

_LETTERS = re.compile(r"[A-Z]+")


class CannotSplice(ValueError):
    """The archive is not laid out as we know it: the caller writes a new workbook instead."""


@dataclass(frozen=True, slots=True)
class Tag:
    """An element as it stands in the bytes. `end` is None at its beginning."""

    name: str
    attributes: Mapping[str, str]
    start: int
    ended: bool = False

    @property
    def local(self) -> str:
        return self.name.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        return self.name.removesuffix(self.local)


def tags(data: bytes) -> list[Tag]:
    """Every element of a small part. Raises CannotSplice on a document type."""
    found: list[Tag] = []
    reader = parser()

    def begin(name: str, attributes: dict[str, str]) -> None:
        found.append(Tag(name, attributes, reader.CurrentByteIndex))

    def end(name: str) -> None:
        found.append(Tag(name, {}, reader.CurrentByteIndex, ended=True))

    reader.StartElementHandler, reader.EndElementHandler = begin, end
    reader.Parse(data, True)  # noqa: FBT003  expat's own signature
    return found


def parser() -> expat.XMLParserType:
    """An expat that refuses a document type: nothing is ever expanded or fetched."""
    made = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise CannotSplice("a document type")

    made.StartDoctypeDeclHandler = refuse
    return made


def end_of(data: bytes, name: str, at: int) -> int:
    """Where the end tag of `name` at `at` is over; -1 when it was one tag that closed itself.

    Of such a tag expat tells the end at the place behind it.
    """
    tag = re.compile(rf"</{re.escape(name)}\s*>".encode()).match(data, at)
    return tag.end() if tag else -1


def column_of(reference: str) -> int:
    """The column of "B7" is 2. Raises ValueError."""
    letters = _LETTERS.match(reference)
    if letters is None:
        raise ValueError("no reference of a cell")
    column = 0
    for letter in letters[0]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def row_of(reference: str) -> int:
    """The row of "B7" is 7. Raises ValueError."""
    return int(_LETTERS.sub("", reference))


def letters_of(column: int) -> str:
    """2 -> "B"."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def cut(data: bytes, cuts: Sequence[tuple[int, int, bytes]]) -> bytes:
    """`data` with (start, stop, new bytes) in the place of what stood between."""
    out, at = io.BytesIO(), 0
    for start, stop, made in sorted(cuts):
        out.write(data[at:start])
        out.write(made)
        at = stop
    out.write(data[at:])
    return out.getvalue()
