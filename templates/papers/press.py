"""The one place that runs Typst: a template's name and plain data in, PDF or PNG bytes out."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

from templates.papers import fonts

_HERE = Path(__file__).parent
_MAIN = "main.typ"  # what Typst begins with when it is given files
# Kept for years and read aloud to people who cannot see it: PDF/A-2a and PDF/UA-1.
_STANDARDS: "Final[list[typst.PDFStandard]]" = ["a-2a", "ua-1"]


class UnprintableText(ValueError):
    """No font has these characters: a paper is refused rather than printed with an empty box."""

    def __init__(self, characters: str) -> None:
        super().__init__(f"没有字体可以印出 no font can print: {spelled(characters)}")
        self.characters = characters


def unprintable(data: object) -> str:
    """The characters that no font has, anywhere in plain data, each once."""
    return fonts.glyphs_missing("".join(sorted(set(_characters(data)))))


def spelled(characters: str) -> str:
    """Characters with their numbers: where a font lacks one, so may the screen that names it."""
    return "、".join(
        f"{one} (U+{ord(one):04X})" if one.isprintable() else f"U+{ord(one):04X}"
        for one in characters
    )


def print_pdf(template: str, data: dict[str, Any], dated: date, *, kept: bool = True) -> bytes:
    """All pages as one PDF, created on `dated`: the same data always give the same bytes.

    `kept` ones hold to the standards for keeping; else only the page matters. Raises
    UnprintableText when a character is in no font.
    """
    stamp = datetime.combine(dated, time(), UTC)
    standards = _STANDARDS if kept else []
    press = _press(template, data)
    return _bytes(
        press.compile(format="pdf", timestamp=stamp, pdf_standards=standards, pdf_tags=kept)
    )


def print_png(template: str, data: dict[str, Any], ppi: float = 144) -> list[bytes]:
    """One PNG for each page, `ppi` dots an inch: previews and docs."""
    pages = _press(template, data).compile(format="png", ppi=ppi)
    return [_bytes(page) for page in (pages if isinstance(pages, list) else [pages])]


def _press(template: str, data: dict[str, Any]) -> typst.Compiler:
    if missing := unprintable(data):
        raise UnprintableText(missing)
    told = {"families": fonts.families(), **data}
    return typst.Compiler(  # type: ignore[type-var]  # its stub forgets that files may be given
        input=_files() | {_MAIN: _files()[f"{template}.typ"], "data.json": _json(told)},
        root=str(_HERE),
        font_paths=fonts.book(),
        ignore_system_fonts=True,
    )


@cache
def _files() -> dict[str, bytes]:
    """All templates, read once: from memory, a page is set a fifth faster."""
    return {file.name: file.read_bytes() for file in _HERE.glob("*.typ")}


def _json(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


def _characters(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return set(value)
    if isinstance(value, dict):
        value = value.values()
    return (
        (one for part in value for one in _characters(part)) if isinstance(value, Iterable) else ()
    )


def _bytes(printed: object) -> bytes:
    if not isinstance(printed, bytes):
        raise TypeError(f"Typst gave {type(printed).__name__} where one document was due")
    return printed
