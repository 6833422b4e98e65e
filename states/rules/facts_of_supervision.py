"""Facts of supervision (C13): checks, what they found, its rectification and the re-check.

Only codes, dates and numbers stand here; words about persons are sealed beside the rows.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from states.rules.kinds import Kind, OfClass, Payload, ShortText
from states.rules.supervision import Manner


class FaultFound(Payload):
    """One fault: its code in the rulebook's list, and until when it is to be put right."""

    fault_id: int
    code: ShortText
    due_on: date
    urges_suspension: bool = False


class CheckRecorded(OfClass):
    """Somebody of the district looked at a class, or spoke to one of its learners."""

    kind: Literal[Kind.CHECK_RECORDED] = Kind.CHECK_RECORDED
    check_id: int
    manner: Manner
    checked_on: date
    enrolment_id: int | None = None
    faults: Annotated[tuple[FaultFound, ...], Field(max_length=20)] = ()


class _OfFault(OfClass):
    fault_id: int


class RectificationReported(_OfFault):
    """整改: the provider says that a fault is put right."""

    kind: Literal[Kind.RECTIFICATION_REPORTED] = Kind.RECTIFICATION_REPORTED


class CheckReviewed(_OfFault):
    """复查: the district looked again. Accepted is 销号; otherwise `due_on` is the new date."""

    kind: Literal[Kind.CHECK_REVIEWED] = Kind.CHECK_REVIEWED
    accepted: bool
    due_on: date | None = None
