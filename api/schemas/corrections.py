"""Corrected scores for programs. Marks are tenths: 795 is 79.5."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.base import In, Out
from states.rules.facts_of_returns import Result
from states.rules.kinds import Text

Tenths = Annotated[int, Field(ge=0, le=10_000)]


class CorrectionIn(In):
    """What the score of one learner should have been."""

    enrolment_id: int
    result: Result
    theory: Tenths | None = None
    practice: Tenths | None = None
    total: Tenths | None = None
    text: Text


class DecisionIn(In):
    """A second person's word; declining needs a reason."""

    confirm: bool
    text: str = Field(default="", max_length=2000)


class CorrectionOut(Out):
    """A correction by reference; `month` is of the return that carries it."""

    id: int
    enrolment_id: int
    sheet_row: int
    state: str
    before_result: str
    before_total: int | None
    after_result: str
    after_total: int | None
    registered_at: datetime
    decided_at: datetime | None
    return_id: int | None
    month: str | None
    reason: str
