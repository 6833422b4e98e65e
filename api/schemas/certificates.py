"""Batches, receipts and certificates for programs."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from api.schemas.base import Out
from api.schemas.classes import RowOut


class BatchOut(Out):
    """What the centre uploads at once, and how far it got."""

    code: str = Field(examples=["2026-05-01"])
    state: Literal["made", "sent", "answered"]
    made_at: datetime
    answered_at: datetime | None
    certificates: int
    accepted: int
    refused: int
    dropped: int


class ReceiptOut(Out):
    """What a receipt came to."""

    accepted: int
    refused: int
    unchanged: int
    findings: list[RowOut]


class CertificateOut(Out):
    """A certificate; the number is the city's, the serial ours."""

    id: int
    serial: str
    number: str | None
    masked_name: str
    class_no: int
    state: str
    reason: str
    batch: str


class VerifiedOut(Out):
    """What anybody who holds the printed code may see."""

    serial: str
    number: str | None
    masked_name: str
    provider: str
    level: str
    inscription: str
    issued_on: date
    stands: bool
