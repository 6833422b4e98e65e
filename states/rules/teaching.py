"""Sessions and marks: what a timetable holds, who counts as there, and the hours of both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Protocol

from states.rules.stages import Mode


class Mark(StrEnum):
    """到课状态 of one learner in one session."""

    PRESENT = "present"
    ABSENT = "absent"
    LEAVE = "leave"
    LATE = "late"
    LEFT_EARLY = "left_early"


THERE = frozenset({Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY})
"""Whoever has one of these marks was taught; a session is held when anybody was."""

SIGNS = {
    Mark.PRESENT: "√",
    Mark.ABSENT: "○",
    Mark.LEAVE: "×",
    Mark.LATE: "¢",
    Mark.LEFT_EARLY: "△",
}
"""The signs of an attendance book (programme, section 2.3)."""


class CheckKind(StrEnum):
    """核验方式: how it was made sure who was there."""

    SIGNATURE = "signature"
    CARD = "card"
    FACE = "face"
    PLATFORM = "platform"
    ROLL_CALL = "roll_call"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a class; `half_hours` are halves of a class hour."""

    held_on: date
    starts: time
    ends: time
    mode: Mode
    half_hours: int
    unit: str
    teacher: str

    @property
    def taught(self) -> tuple[date, time, time, Mode, int]:
        """What attendance hangs on: with another unit or teacher it is still the same session."""
        return self.held_on, self.starts, self.ends, self.mode, self.half_hours

    def overlaps(self, other: "Session") -> bool:
        """Whether both take place at the same time; one may end when the next begins."""
        return (
            self.held_on == other.held_on and self.starts < other.ends and other.starts < self.ends
        )


@dataclass(frozen=True, slots=True)
class KnownSession:
    """A session of the timetable that stands; `id` is that of the records."""

    id: int
    session: Session


@dataclass(frozen=True, slots=True)
class Value:
    """What a mark says; half hours are credited. Equal values are no correction."""

    mark: Mark
    half_hours: int
    in_at: time | None = None
    out_at: time | None = None
    check_kind: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A mark that stands in the records already."""

    session_id: int
    learner_id: int
    value: Value


class Timed(Protocol):
    """Anything with hours in one of the two modes."""

    @property
    def mode(self) -> Mode: ...
    @property
    def half_hours(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours in all and those of them online, in halves; `sessions` says of how many."""

    sessions: int
    total: int
    online: int


def hours_in(sessions: Iterable[Timed]) -> Hours:
    """What these sessions come to."""
    known = list(sessions)
    online = [one.half_hours for one in known if one.mode is Mode.ONLINE]
    return Hours(len(known), sum(one.half_hours for one in known), sum(online))


def overlapped(session: Session, others: Iterable[Session]) -> Session | None:
    """The first of `others` that takes place at the same time."""
    return next((other for other in others if session.overlaps(other)), None)


def teacher_elsewhere(session: Session, others: Sequence[Session]) -> Session | None:
    """A session of another class that the same teacher would hold at the same time."""
    return overlapped(session, (one for one in others if one.teacher == session.teacher))


def fits_into_its_time(session: Session, minutes: int) -> bool:
    """Whether so many class hours of `minutes` each (A03) pass between start and end."""
    lasted = _minute(session.ends) - _minute(session.starts)
    return session.half_hours * minutes <= lasted * 2


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute
