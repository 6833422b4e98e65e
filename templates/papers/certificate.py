"""The certificate on paper (C23, C26, C30, C36, C43): one page each, any number in one PDF.

A grey box stands where the official seal goes: nothing here may look like a seal or an emblem.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from states.rules.routes import Level, certificate_title
from templates.papers.dates import day_zh, hours_zh
from templates.papers.fonts import families_for
from templates.papers.press import print_pdf, print_png, qr

_ENGLISH = {Level.BASIC: "Basic Level", Level.ADVANCED: "Advanced Level"}


@dataclass(frozen=True)
class CertificatePaper:
    """What one certificate says. Strings are printed as they are, whatever they hold.

    `document_number` comes masked or whole, as the caller may show it; `inscription` is
    `routes.TERMS[route].inscription`; `certificate_number` is None until 证书归集 returned one.
    """

    name: str
    document_kind: str  # 居民身份证, 护照, ...
    document_number: str
    level: Level
    inscription: str
    sealer: str
    started: date
    ended: date
    half_hours: int
    issued: date
    internal_serial: str
    certificate_number: str | None
    verify_url: str
    sample: bool = False


def certificate(paper: CertificatePaper) -> bytes:
    """One certificate as a PDF of one page."""
    return certificates([paper])


def certificates(papers: Sequence[CertificatePaper]) -> bytes:
    """Many certificates, one page each, in the order given. Raises ValueError for none."""
    if not papers:
        raise ValueError("a batch of certificates needs at least one")
    return print_pdf("certificate", _data(papers), max(paper.issued for paper in papers))


def certificate_picture(paper: CertificatePaper, ppi: float = 110) -> bytes:
    """One certificate as a PNG, for a preview on a page."""
    return print_png("certificate", _data([paper]), ppi)[0]


def _data(papers: Sequence[CertificatePaper]) -> dict[str, Any]:
    return {"papers": [_page(paper) for paper in papers]}


def _page(paper: CertificatePaper) -> dict[str, Any]:
    return {
        "title": certificate_title(paper.level),
        "english": _ENGLISH[paper.level],
        "name": paper.name,
        "name_font": families_for(paper.name),
        "sentence": _sentence(paper),
        "fields": _fields(paper),
        "inscription": paper.inscription,
        "sealer": paper.sealer,
        "issued": day_zh(paper.issued),
        "url": paper.verify_url,
        "qr": qr(paper.verify_url),
        "sample": paper.sample,
    }


def _sentence(paper: CertificatePaper) -> str:
    days = f"{day_zh(paper.started)}至{day_zh(paper.ended)}"
    return f"于{days}参加人工智能推介官培训，完成{hours_zh(paper.half_hours)}课时，考核合格。"


def _fields(paper: CertificatePaper) -> list[tuple[str, str]]:
    return [
        ("证件类型", paper.document_kind),
        ("证件号码", paper.document_number),
        ("证书编号", paper.certificate_number or "待证书归集赋号"),
        ("内部流水号", paper.internal_serial),
    ]
