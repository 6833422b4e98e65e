"""Survey slips on paper for those without a mail address: cut apart and handed out (C19, C20)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from templates.papers.codes import qr
from templates.papers.dates import day_zh
from templates.papers.fonts import families_for
from templates.papers.press import print_pdf, print_png


@dataclass(frozen=True)
class Slip:
    """One slip: the place in the roster (0: an employer), the name to print, the one-time link."""

    place: int
    name: str
    url: str


@dataclass(frozen=True)
class HandoutPaper:
    """A sheet of slips for one class. `closes` is the last day on which an answer counts."""

    class_name: str
    provider: str
    closes: date
    slips: Sequence[Slip]
    sample: bool = False


def handout(paper: HandoutPaper) -> bytes:
    """Eight slips on a page, as a PDF. Raises ValueError when there is no slip to print."""
    if not paper.slips:
        raise ValueError("everybody asked has a mail address: no slip to print")
    return print_pdf("handout", _data(paper), paper.closes)


def handout_pictures(paper: HandoutPaper, ppi: float = 110) -> list[bytes]:
    """The sheets as PNG pages, for a preview."""
    return print_png("handout", _data(paper), ppi)


def _data(paper: HandoutPaper) -> dict[str, Any]:
    return {
        "class_name": paper.class_name,
        "provider": paper.provider,
        "closes": day_zh(paper.closes),
        "closes_iso": paper.closes.isoformat(),
        "slips": [_slip(slip) for slip in paper.slips],
        "sample": paper.sample,
    }


def _slip(slip: Slip) -> dict[str, Any]:
    return {
        "whose": f"花名册序号：{slip.place}" if slip.place else "用人单位",
        "name": slip.name,
        "name_font": families_for(slip.name),
        "url": slip.url,
        "qr": qr(slip.url),
    }
