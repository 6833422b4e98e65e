"""What 证书归集 answered, for the pages: how long its lists are, and what an owner got back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.pages.names import shown_name
from states.records.certificate_board import CertificateRow
from states.records.refusals import Refused
from states.records.reports import Report
from states.rules.words import Language, say

_STRANGER = "receipt_serial_unknown"
ACCEPTED = frozenset({"accepted", "replaced", "revoked"})
REFUSED = frozenset({"refused", "released"})
MISSING = "issued"
"""By which states the certificates of a batch are in the receipt's lists."""


@dataclass(frozen=True, slots=True)
class ReceiptSaid:
    """The last receipt and the lists as they stand; `hub_words` when a whole batch was refused."""

    filename: str
    at: datetime | None
    accepted: int
    refused: int
    missing: int
    strangers: int
    hub_words: Sequence[str]
    hub_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A refused certificate on the page of its project or case; the name masked."""

    serial: str
    name: str
    reason: str
    released: bool


def receipt_said(
    rows: Iterable[CertificateRow], report: Report | None, refusal: Report | None, *, lang: Language
) -> ReceiptSaid:
    """For the page of a batch. A refusal of the whole batch is over once a receipt has come."""
    states = [row.state for row in rows]
    stands = refusal if refusal and report is None else None
    return ReceiptSaid(
        filename=(report.filename or say("forgotten", "name", lang)) if report else "",
        at=report.at if report else None,
        accepted=sum(state in ACCEPTED for state in states),
        refused=sum(state in REFUSED for state in states),
        missing=states.count(MISSING),
        strangers=sum(f["code"] == _STRANGER for f in report.findings) if report else 0,
        hub_words=_words(stands),
        hub_at=stands.at if stands else None,
    )


def _words(refusal: Report | None) -> Sequence[str]:
    found = refusal.findings if refusal else []
    return [line for f in found for line in str(f["params"]["words"]).splitlines()]


def refused_lines(rows: Iterable[Refused], lang: Language) -> list[RefusedLine]:
    """For the page of the project or case."""
    return [
        RefusedLine(row.serial, shown_name(row.name, lang), row.reason, row.released)
        for row in rows
    ]
