"""QR codes of printed papers, as SVG texts; a batch works out once what its codes have in common.

The addresses of a batch differ in their last part only. Codewords and their error correction are
sums of bits: a bit of the text flips the same modules, whatever the others are (ISO/IEC 18004).
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import segno

# Any mask is legal; asking for the best of eight costs five times the whole page.
_MASK = 3
_MANY = 50
"""For fewer codes than this, what they have in common costs more than it saves."""
_BLANK = "@"
_BITS = 7
_DARK = re.compile(rb"\x01+")
Rows = Sequence[bytes]


def qr(url: str) -> str:
    """A QR code (error correction M) as an SVG text, with the four quiet modules around it."""
    return _drawn(_rows(url))


def qrs(urls: Sequence[str]) -> list[str]:
    """The codes of a sheet or more, each as `qr` gives it, in a tenth of the time."""
    if len(urls) < _MANY or not all(url.isascii() for url in urls):
        return [qr(url) for url in urls]
    return [_drawn(_flipped(url)) for url in urls]


def _rows(text: str) -> Rows:
    mode = "byte" if text.isascii() else None
    code = segno.make_qr(text, error="m", boost_error=False, mask=_MASK, mode=mode)
    return [bytes(row) for row in code.matrix]


def _flipped(url: str) -> Rows:
    """The modules of a blank address of this length, with those turned that its letters turn."""
    head, slash, tail = url.rpartition("/")
    blank = head + slash + _BLANK * len(tail)
    side, modules = _modules(blank)
    for place, letter in enumerate(tail, start=len(head + slash)):
        differing = ord(letter) ^ ord(_BLANK)
        for bit in range(_BITS):
            if differing >> bit & 1:
                modules ^= _turned_by(blank, place, bit)
    whole = modules.to_bytes(side * side, "big")
    return [whole[at : at + side] for at in range(0, side * side, side)]


@lru_cache(maxsize=2048)
def _turned_by(blank: str, place: int, bit: int) -> int:
    """Which modules one bit of one letter turns."""
    letter = chr(ord(_BLANK) ^ 1 << bit)
    return _modules(blank[:place] + letter + blank[place + 1 :])[1] ^ _modules(blank)[1]


@lru_cache(maxsize=8)
def _modules(text: str) -> tuple[int, int]:
    """The side of a code, and its modules as one number, a byte each."""
    rows = _rows(text)
    return len(rows), int.from_bytes(b"".join(rows), "big")


def _drawn(rows: Rows) -> str:
    side = len(rows) + 8
    # Strokes a hair thicker than a module: no white seams between rows on any viewer.
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path stroke="#000" stroke-width="1.04" d="{_runs(rows)}"/></svg>'
    )


def _runs(rows: Rows) -> str:
    return "".join(
        f"M{(run := found.span())[0] + 4} {y}.5h{run[1] - run[0]}"
        for y, row in enumerate(rows, start=4)
        for found in _DARK.finditer(row)
    )
