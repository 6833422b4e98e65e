"""Which fonts the papers are set in, and which characters of a name none of them has.

The files come inside two wheels (both SIL OFL 1.1). An office that meets a rarer character puts a
font of its own into `templates/papers/fonts/`: it is used after these, with no other setting.
"""

import unicodedata
from functools import cache
from importlib import resources
from pathlib import Path

import typst
from fontTools.ttLib import TTCollection, TTFont  # type: ignore[import-untyped]

_WHEELS = ("pylopdf_fonts_zh_cn", "manimgx_fonts_cjk")
_SERIF, _SANS = "Noto Serif SC", "Noto Sans CJK SC"
# What the wheels hold; the collection's other faces draw Japanese, Korean and traditional shapes.
_SHIPPED = (_SERIF, "Noto Sans SC", "Noto Sans CJK", "Noto Sans Mono CJK")
_OWN = Path(__file__).parent / "fonts"
_SUFFIXES = frozenset({".otf", ".ttf", ".ttc", ".otc"})
# Shape the character before them, or nothing at all; Typst drops those it does not know.
_INVISIBLE = frozenset({*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)})


def folders() -> list[Path]:
    """Where font files lie, Noto first. Raises ModuleNotFoundError when a font wheel is gone."""
    wheels = [Path(str(resources.files(name))) for name in _WHEELS]
    return [*wheels, _OWN] if _OWN.is_dir() else wheels


@cache
def book() -> typst.Fonts:
    """The fonts of the papers, read once; the machine's own are left out: same paper everywhere."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in folders()],
    )


def families() -> list[str]:
    """The families in the order a glyph is looked for: serif, sans, then the office's own."""
    return [_SERIF, _SANS, *(name for name in book().families() if not name.startswith(_SHIPPED))]


def families_for(name: str) -> list[str]:
    """`families()`, the sans first when the serif lacks a character: one name, one face."""
    serif = _coverage()[_SERIF]
    whole = all(ord(one) in serif or ord(one) in _INVISIBLE for one in name)
    return families() if whole else [_SANS, *families()]


def glyphs_missing(text: str) -> str:
    """The characters of `text` that no font has, each once, in order; "" when all can print."""
    return "".join(dict.fromkeys(one for one in text if not _prints(one)))


def _prints(one: str) -> bool:
    if ord(one) in _INVISIBLE:
        return True
    return unicodedata.category(one) != "Cc" and ord(one) in _known()


@cache
def _known() -> frozenset[int]:
    return frozenset[int]().union(*_coverage().values())


@cache
def _coverage() -> dict[str, frozenset[int]]:
    """Family -> the characters it has. Takes about 0.2 s, once a process."""
    files = [file for folder in folders() for file in sorted(folder.iterdir())]
    return dict(_read(file) for file in files if file.suffix.lower() in _SUFFIXES)


def _read(file: Path) -> tuple[str, frozenset[int]]:
    many = file.suffix.lower() in {".ttc", ".otc"}
    with (TTCollection if many else TTFont)(str(file), lazy=True) as opened:
        # The faces of a Noto collection differ in shapes, not in the characters they have.
        font = opened.fonts[0] if many else opened
        return font["name"].getDebugName(1), frozenset(font.getBestCmap() or ())
