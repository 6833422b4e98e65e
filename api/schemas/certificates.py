"""Batches, receipts and certificates for programs."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from api.schemas.base import In, Out
from api.schemas.classes import RowOut
from states.rules.kinds import Text


class BatchOut(Out):
    """What an uploader hands in at once, and how far it got."""

    code: str = Field(examples=["2026-05-01"])
    route: str = Field(examples=["training"])
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
    """A certificate; the number is the city's, the serial ours, empty while it is held.

    `rests_on` is the project's or the case's code; `class_no` is 0 outside training.
    """

    id: int
    serial: str
    number: str | None
    masked_name: str
    route: str
    level: str
    rests_on: str
    class_no: int
    state: str
    reason: str
    batch: str
    held_for: str | None = Field(description="Serial of the certificate that it waits for.")
    replaces: str | None = Field(description="Serial of the certificate that it succeeded.")


class ChangeIn(In):
    """What is asked of a certificate that stands; only a correction has the right name."""

    kind: Literal["revoke", "replace", "correct"]
    reason: Text
    name: str = Field(default="", max_length=120)


class ChangeDecisionIn(In):
    """A second person's word."""

    agree: bool


class ChangeOut(Out):
    """A change of a certificate, and its successor's serial once there is one."""

    id: int
    kind: str
    state: str
    reason: str
    asker: str
    asked_at: datetime
    decider: str | None
    decided_at: datetime | None
    successor: str | None


class VerifiedOut(Out):
    """What anybody who holds the printed code may see."""

    serial: str
    number: str | None
    masked_name: str
    provider: str
    level: str
    inscription: str
    issued_on: date
    state: str
    stands: bool
