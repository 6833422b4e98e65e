"""The certificate on paper (C23, C26, C30, C36, C43): one page each, any number in one PDF.

A grey box stands where the official seal goes: nothing here may look like a seal or an emblem.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice
from typing import Any

from pypdf import PdfWriter

from states.rules.routes import Level, certificate_title, leads_to
from templates.papers.codes import qrs
from templates.papers.dates import day_zh
from templates.papers.fonts import families_for
from templates.papers.particulars import Particulars
from templates.papers.press import print_pdf, print_png

_ENGLISH = {Level.BASIC: "Basic Level", Level.ADVANCED: "Advanced Level"}
# Typst remembers its last ten runs: short sheets keep the memory of a long batch where it is.
_SHEET = 50


@dataclass(frozen=True)
class CertificatePaper:
    """What one certificate says. Strings are printed as they are, whatever they hold.

    `document_number` comes masked or whole, as the caller may show it; `inscription` and `sealer`
    as at issue; `certificate_number` is None until 证书归集 returned one. Raises ValueError for a
    level to which the notice knows no way by this route.
    """

    name: str
    document_kind: str  # 居民身份证, 护照, ...
    document_number: str
    level: Level
    inscription: str
    sealer: str
    particulars: Particulars
    issued: date
    internal_serial: str
    certificate_number: str | None
    verify_url: str
    sample: bool = False

    def __post_init__(self) -> None:
        if not leads_to(self.particulars.route, self.level):
            raise ValueError(f"{self.particulars.route} never leads to the {self.level} level")


def certificate(paper: CertificatePaper) -> bytes:
    """One certificate as a PDF of one page: PDF/A-2a and PDF/UA-1, for keeping."""
    return certificates([paper])


def certificates(papers: Sequence[CertificatePaper]) -> bytes:
    """Many certificates, one page each, in the order given. Raises ValueError for none.

    A file of more than one sheet is made for the printer: without tags, and not PDF/A.
    """
    runs = list(_runs(papers))
    if not runs:
        raise ValueError("a batch of certificates needs at least one")
    if len(runs) == 1:
        return _sheet(runs[0])
    return _joined(_sheet(run, kept=False) for run in runs)


def certificate_picture(paper: CertificatePaper, ppi: float = 110) -> bytes:
    """One certificate as a PNG, for a preview on a page."""
    return print_png(_template(paper), _data([paper]), ppi)[0]


def _runs(papers: Sequence[CertificatePaper]) -> Iterator[list[CertificatePaper]]:
    """Neighbours of one route, at most a sheet of them at a time."""
    for _, same in groupby(papers, key=_template):
        while run := list(islice(same, _SHEET)):
            yield run


def _sheet(run: Sequence[CertificatePaper], *, kept: bool = True) -> bytes:
    dated = max(paper.issued for paper in run)
    return print_pdf(_template(run[0]), _data(run), dated, kept=kept)


def _joined(sheets: Iterator[bytes]) -> bytes:
    writer, joined = PdfWriter(), io.BytesIO()
    for sheet in sheets:
        writer.append(io.BytesIO(sheet), import_outline=False)
    writer.add_metadata({"/Title": "人工智能推介官证书", "/Author": "Duban 督办"})
    writer.write(joined)
    return joined.getvalue()


def _template(paper: CertificatePaper) -> str:
    return f"certificate_{paper.particulars.route.name.lower()}"


def _data(papers: Sequence[CertificatePaper]) -> dict[str, Any]:
    codes = qrs([paper.verify_url for paper in papers])
    return {"papers": [_page(*each) for each in zip(papers, codes, strict=True)]}


def _page(paper: CertificatePaper, code: str) -> dict[str, Any]:
    return {
        "title": certificate_title(paper.level),
        "english": _ENGLISH[paper.level],
        "name": paper.name,
        "name_font": families_for(paper.name),
        "fields": _fields(paper),
        "inscription": paper.inscription,
        "sealer": paper.sealer,
        "issued": day_zh(paper.issued),
        "url": paper.verify_url,
        "qr": code,
        "sample": paper.sample,
        **paper.particulars.told(),
    }


def _fields(paper: CertificatePaper) -> list[tuple[str, str]]:
    return [
        ("证件类型", paper.document_kind),
        ("证件号码", paper.document_number),
        ("证书编号", paper.certificate_number or "待证书归集赋号"),
        ("内部流水号", paper.internal_serial),
    ]
