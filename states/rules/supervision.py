"""What becomes of a fault that a check found: the provider puts it right, the district crosses off.

    open ──report──▶ rectified ──cross_off──▶ crossed_off
      ◀──────────────send_again─────┘

The words are the office's: 发现问题, 整改, 复查, 销号 (C13).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Manner(StrEnum):
    """How somebody looked."""

    ON_SITE = "on_site"
    PHONE = "phone"
    VIDEO = "video"


class FaultState(StrEnum):
    """Where a fault stands."""

    OPEN = "open"
    RECTIFIED = "rectified"
    CROSSED_OFF = "crossed_off"


class Step(StrEnum):
    """What somebody does about a fault."""

    REPORT = "report"
    CROSS_OFF = "cross_off"
    SEND_AGAIN = "send_again"


_ARROWS = {
    (FaultState.OPEN, Step.REPORT): FaultState.RECTIFIED,
    (FaultState.RECTIFIED, Step.CROSS_OFF): FaultState.CROSSED_OFF,
    (FaultState.RECTIFIED, Step.SEND_AGAIN): FaultState.OPEN,
}


def after(state: FaultState, step: Step) -> FaultState | None:
    """The state that a step leads to; None where it cannot be taken."""
    return _ARROWS.get((state, step))


def recheck_step(*, accepted: bool) -> Step:
    """复查 ends in one of two ways."""
    return Step.CROSS_OFF if accepted else Step.SEND_AGAIN


@dataclass(slots=True)
class Fault:
    """One fault of a class as the facts tell it; `rectified_by` is who reported last."""

    id: int
    class_no: int
    due_on: date
    state: FaultState = FaultState.OPEN
    rectified_by: int | None = None
    rectified_at: datetime | None = None
