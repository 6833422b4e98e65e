"""Fills added to a workbook's style sheet, behind those that it has."""

import re
from collections.abc import Iterator, Sequence

from templates.sheets.xml_cuts import CannotSplice, Tag, cut, end_of, tags


def with_styles(data: bytes, colours: Sequence[str]) -> tuple[bytes, int]:
    """The style sheet with one filled text style per colour, and the number of the first.

    Without a style sheet of the usual kind: (b"", 0); the column then goes unfilled.
    """
    found = tags(data) if data else []
    fills, formats = _children(found, "fills"), _children(found, "cellXfs")
    if not fills or not formats:
        return b"", 0
    p = fills[0].prefix
    shades = "".join(
        f'<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="FF{colour}"/>'
        f'<{p}bgColor indexed="64"/></{p}patternFill></{p}fill>'
        for colour in colours
    )
    made = "".join(
        f'<{p}xf numFmtId="49" fontId="0" fillId="{fills[2] + n}" borderId="0" xfId="0" '
        f'applyNumberFormat="1" applyFill="1" applyAlignment="1">'
        f'<{p}alignment vertical="top" wrapText="1"/></{p}xf>'
        for n in range(len(colours))
    )
    cuts = [
        one
        for (begin, end, count), new in ((fills, shades), (formats, made))
        for one in _appended(data, begin, end, count=count + len(colours), new=new)
    ]
    return cut(data, cuts), formats[2]


def _children(tags: Sequence[Tag], name: str) -> tuple[Tag, Tag, int] | None:
    """An element's beginning, its end, and how many children it has; None without it."""
    begin: Tag | None = None
    depth = count = 0
    for tag in tags:
        if begin and tag.ended:
            depth -= 1
            if depth < 0:
                return begin, tag, count
        elif begin:
            count += depth == 0
            depth += 1
        elif tag.local == name:
            begin = tag
    return None


def _appended(
    data: bytes, begin: Tag, end: Tag, *, count: int, new: str
) -> Iterator[tuple[int, int, bytes]]:
    if end_of(data, begin.name, end.start) < 0:
        raise CannotSplice("an empty list of styles")
    stop = data.index(b">", begin.start) + 1
    written = data[begin.start : stop]
    counted = re.sub(rb"""\bcount=["']\d+["']""", f'count="{count}"'.encode(), written)
    yield begin.start, stop, counted
    yield end.start, end.start, new.encode()
