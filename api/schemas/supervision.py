"""What programs send and get about supervision: draws, checks, and what becomes of findings."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from api.schemas.base import In, Out, Words
from states.rules.supervision import FaultState, Manner

Written = Annotated[str, Field(max_length=2000)]


class DrawIn(In):
    """A draw among the running classes of one's district, or among the learners of one class."""

    name: Annotated[str, Field(min_length=1, max_length=120, examples=["四月抽查"])]
    manner: Manner
    percent: Annotated[int, Field(ge=1, le=100, examples=[10])]
    seed: str = Field(default="", max_length=64, description="Left empty, one is made.")
    code: str = Field(default="", description="Project of the class whose learners are drawn.")
    class_no: Annotated[int, Field(ge=0, le=40)] = 0


class FaultIn(In):
    """Something a check found. Without a day the rulebook's usual time is given."""

    code: Annotated[str, Field(examples=["attendance_differs"])]
    words: Written = ""
    due_on: date | None = None
    urges_suspension: bool = False


class CheckIn(In):
    """A check of a class; no fault means that all was well."""

    manner: Manner
    checked_on: date
    note: Written = ""
    faults: Annotated[tuple[FaultIn, ...], Field(max_length=20)] = ()
    enrolment_id: int | None = None
    pick_id: int | None = None


class RectificationIn(In):
    """How the provider put it right."""

    words: Annotated[str, Field(min_length=1, max_length=2000)]


class RecheckIn(In):
    """What the re-check showed; sending back needs words and a new day."""

    accepted: bool
    words: Written = ""
    due_on: date | None = None


class CampaignOut(Out):
    """A draw with everything needed to repeat it, and how far it is looked into."""

    id: int
    name: str
    district: Words
    ordered_by_centre: bool
    manner: Manner
    drawn_from: str
    percent: int
    seed: str
    algorithm: str
    population_digest: str
    size: int
    picks: int
    done: int
    at: datetime


class DrawnOut(Out):
    """What one request drew: one campaign, or from the centre one for each district."""

    campaigns: list[CampaignOut]


class PickOut(Out):
    """What was drawn, by rank."""

    id: int
    place: int
    key: str
    code: str
    class_no: int
    enrolment_id: int | None
    checked_on: date | None
    faults: int


class CampaignWholeOut(CampaignOut):
    """A draw with its picks, its list, and whether drawing again gives the same."""

    drawn: list[PickOut]
    population: list[str]
    drawn_again_is_the_same: bool


class OpenFaultOut(Out):
    """A finding that is not crossed off."""

    id: int
    fault: str
    words: Words
    state: FaultState
    code: str
    class_no: int
    checked_on: date
    due_on: date
    urges_suspension: bool


class RoundOut(Out):
    """One report of a rectification, and what its re-check came to."""

    words: str
    reported_at: datetime
    accepted: bool | None
    review: str
    reviewed_at: datetime | None


class FaultOut(Out):
    """A finding with all that was done about it."""

    id: int
    code: str
    words: str = Field(description="Empty for the centre and the auditor.")
    due_on: date
    urges_suspension: bool
    state: FaultState
    rounds: list[RoundOut]


class CheckOut(Out):
    """A check with what it found."""

    id: int
    class_no: int
    manner: Manner
    checked_on: date
    enrolment_id: int | None
    note: str
    faults: list[FaultOut]
