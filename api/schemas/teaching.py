"""What programs get of the teaching of a class: sessions, hours, attendance. Hours are halves."""

from datetime import date, datetime, time

from pydantic import Field

from api.schemas.base import FindingOut, Out
from states.rules.stages import Mode
from states.rules.teaching import Mark


class HoursOut(Out):
    """Half class hours in all and online, of so many sessions."""

    sessions: int
    total: int = Field(examples=[80])
    online: int = Field(examples=[40])


class TaughtSessionOut(Out):
    """A session of the timetable that stands; it was held when anybody was taught."""

    id: int
    held_on: date
    starts: time
    ends: time
    mode: Mode
    half_hours: int
    unit: str
    teacher: str
    held: bool


class ValueOut(Out):
    """A mark; `half_hours` are credited."""

    mark: Mark
    half_hours: int
    in_at: time | None
    out_at: time | None
    check_kind: str


class MarkOut(ValueOut):
    session_id: int
    enrolment_id: int


class LearnerHoursOut(Out):
    """What one learner attended: a report, no gate (A04)."""

    enrolment_id: int
    sessions: int
    half_hours: int
    online_half_hours: int


class CorrectionOut(Out):
    """A mark that was replaced."""

    held_on: date
    starts: time
    enrolment_id: int
    old: ValueOut
    new: ValueOut
    at: datetime


class TeachingOut(Out):
    """Planned and delivered hours, who was there, and what looks too even to be true (C13)."""

    planned: HoursOut
    delivered: HoursOut
    sessions: list[TaughtSessionOut]
    learners: list[LearnerHoursOut]
    marks: list[MarkOut]
    corrections: list[CorrectionOut]
    suspicions: list[FindingOut]
