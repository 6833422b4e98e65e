"""Retention and forgetting, as programs see them: periods and numbers, nobody's data."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Words

Day = Annotated[date, Field(ge=date(2020, 1, 1), le=date(2999, 12, 31))]
Reason = Annotated[str, Field(min_length=1, max_length=2000)]


class ForgettingIn(BaseModel):
    """What was due on a day is to be forgotten, and why now. No personal data in the reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: Day
    reason: Reason


class StopIn(BaseModel):
    """Why nothing is to be forgotten."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason


class PeriodOut(BaseModel):
    """How long one kind is kept; years or days."""

    kind: str = Field(examples=["learner_with_certificate"])
    words: Words
    years: int | None
    days: int | None
    source: str


class ForgettingOut(BaseModel):
    """One forgetting. `trial` is what was due when it was proposed, `counts` what was forgotten."""

    id: int
    as_of: date
    reason: str
    state: str = Field(examples=["approved"])
    proposed_at: datetime
    approved_at: datetime | None
    due_on: date | None
    stopped_at: datetime | None
    stopped_text: str
    done_at: datetime | None
    trial: Mapping[str, Mapping[str, int]] = Field(examples=[{"HP": {"classes": 1, "learners": 6}}])
    counts: Mapping[str, Mapping[str, int]]


class KeepingOut(BaseModel):
    """Periods, the notice in days, and the forgettings so far, newest first."""

    notice_days: int
    periods: list[PeriodOut]
    forgettings: list[ForgettingOut]


class TrialRunOut(BaseModel):
    """What would be forgotten of what is due on a day, by district; nothing was changed."""

    as_of: date
    counts: Mapping[str, Mapping[str, int]]
