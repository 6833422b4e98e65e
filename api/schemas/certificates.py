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


class NumberedOut(Out):
    """A certificate that the city has accepted."""

    serial: str
    number: str


class SentBackOut(Out):
    """A certificate that the city has refused."""

    serial: str
    reason: str


class ReceiptOut(Out):
    """What a receipt came to, and the three lists of its batch as they stand after it (E50)."""

    accepted: int = Field(description="Rows of this receipt that gave a number.")
    refused: int = Field(description="Rows of this receipt that refused a certificate.")
    unchanged: int = Field(description="Rows of this receipt that said nothing new.")
    findings: list[RowOut]
    numbered: list[NumberedOut]
    sent_back: list[SentBackOut]
    missing: list[str] = Field(description="Serials that have no answer yet.")


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
    held_for: str | None = Field(
        description="Serial of the certificate that it waits for; of one that the city numbered"
        " before there was this rule, the other one of its person and level."
    )
    replaces: str | None = Field(description="Serial of the certificate that it succeeded.")


class ChangeIn(In):
    """What is asked of a certificate; only a correction has the right name.

    One that stands can be revoked, replaced or corrected; one that came back without a number can
    only be corrected. A document number cannot: the certificate is given up.
    """

    kind: Literal["revoke", "replace", "correct"]
    reason: Text
    name: str = Field(default="", max_length=120)


class ChangeDecisionIn(In):
    """A second person's word."""

    agree: bool


class ChangeOut(Out):
    """A change of a certificate, and its successor's serial once there is one.

    `name` and `old_name` of a correction come whole for those who ask and decide, else masked.
    """

    id: int
    kind: str
    state: str
    reason: str
    name: str
    old_name: str
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
