"""What was taught in a class: its sessions, who was there, the hours of each, and corrections."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from states.records import vault
from states.records.classes import ClassView
from states.records.places import ATTENDANCE_REASON
from states.rules import teaching
from states.rules.anomalies import Seen, anomalies
from states.rules.findings import Finding
from states.rules.law import the_law
from states.rules.stages import Mode
from states.rules.teaching import (
    THERE,
    Hours,
    KnownSession,
    Mark,
    Recorded,
    Value,
    hours_in,
)

_SESSIONS = text("""
SELECT id, held_on, starts, ends, mode, half_hours, unit, teacher FROM class_session
 WHERE class_id = :class_id AND superseded_seq IS NULL ORDER BY held_on, starts
""")
_MARKS = text("""
SELECT a.id, a.session_id, a.enrolment_id, a.mark, a.half_hours, a.in_at, a.out_at, a.check_kind
  FROM attendance a JOIN class_session s ON s.id = a.session_id
 WHERE s.class_id = :class_id AND s.superseded_seq IS NULL AND a.superseded_seq IS NULL
""")
_CORRECTIONS = text("""
SELECT old.session_id, old.enrolment_id, old.mark, old.half_hours, old.in_at, old.out_at,
       old.check_kind, fresh.id AS fresh_id, fresh.mark AS new_mark,
       fresh.half_hours AS new_half_hours, fresh.in_at AS new_in_at, fresh.out_at AS new_out_at,
       fresh.check_kind AS new_check_kind, fresh.reason_sealed, f.at
  FROM attendance old
  JOIN class_session s ON s.id = old.session_id AND s.superseded_seq IS NULL
  JOIN attendance fresh
    ON fresh.session_id = old.session_id AND fresh.enrolment_id = old.enrolment_id
   AND fresh.fact_seq = old.superseded_seq
  JOIN training_class c ON c.id = s.class_id
  JOIN fact f ON f.project_id = c.project_id AND f.seq = old.superseded_seq
 WHERE s.class_id = :class_id ORDER BY f.seq DESC, s.held_on, s.starts, old.enrolment_id
""")
_ELSEWHERE = text("""
SELECT p.code, c.no, s.held_on, s.starts, s.ends, s.mode, s.half_hours, s.unit, s.teacher
  FROM class_session s
  JOIN training_class c ON c.id = s.class_id
  JOIN project p ON p.id = c.project_id
 WHERE p.provider_id = (SELECT provider_id FROM project WHERE id = :project_id)
   AND c.id <> :class_id AND s.superseded_seq IS NULL AND s.held_on BETWEEN :opens_on AND :ends_on
""")

Row = RowMapping | Mapping[str, Any]
Place = tuple[int, int]
"""Whose mark in which session: (session id, enrolment id)."""


@dataclass(frozen=True, slots=True)
class LearnerHours:
    """What one learner attended, in half class hours; a report, no gate (A04)."""

    there: int
    half_hours: int
    online_half_hours: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A mark that was replaced: the old value stays readable beside the new one."""

    session: teaching.Session
    enrolment_id: int
    old: Value
    new: Value
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Taught:
    """The sessions that stand, in order, and the marks that stand in them, by place.

    `ids` are the numbers of the marks' rows.
    """

    sessions: tuple[KnownSession, ...]
    marks: Mapping[Place, Value]
    ids: Mapping[Place, int]

    @property
    def planned(self) -> Hours:
        """Hours of the timetable."""
        return hours_in(one.session for one in self.sessions)

    @property
    def held(self) -> frozenset[int]:
        """The sessions in which anybody was taught."""
        return frozenset(place[0] for place, value in self.marks.items() if value.mark in THERE)

    @property
    def delivered(self) -> Hours:
        """Hours of the sessions held."""
        held = self.held
        return hours_in(one.session for one in self.sessions if one.id in held)

    @property
    def recorded(self) -> tuple[Recorded, ...]:
        """The marks one by one."""
        return tuple(Recorded(*place, value) for place, value in self.marks.items())

    def hours_of(self, enrolment_id: int) -> LearnerHours:
        """What one learner attended."""
        attended = [
            (one.session.mode, value)
            for one in self.sessions
            if (value := self.marks.get((one.id, enrolment_id))) and value.mark in THERE
        ]
        online = (value.half_hours for mode, value in attended if mode is Mode.ONLINE)
        everything = sum(value.half_hours for _, value in attended)
        return LearnerHours(len(attended), everything, sum(online))


def teaching_of(session: Session, class_id: int) -> Taught:
    """What stands of a class."""
    rows = session.connection().execute(_MARKS, {"class_id": class_id}).mappings().all()
    return Taught(
        sessions=sessions_of(session, class_id),
        marks={_place(row): _value(row) for row in rows},
        ids={_place(row): row["id"] for row in rows},
    )


def sessions_of(session: Session, class_id: int) -> tuple[KnownSession, ...]:
    """The timetable that stands, by day and time."""
    rows = session.connection().execute(_SESSIONS, {"class_id": class_id}).mappings()
    return tuple(KnownSession(row["id"], session_from(row)) for row in rows)


def corrections_of(session: Session, class_id: int) -> list[Correction]:
    """Every value that was corrected in the sessions that stand, the newest first."""
    sessions = {one.id: one.session for one in sessions_of(session, class_id)}
    rows = session.connection().execute(_CORRECTIONS, {"class_id": class_id}).mappings()
    return [
        Correction(
            session=sessions[row["session_id"]],
            enrolment_id=row["enrolment_id"],
            old=_value(row),
            new=_value({name: row[f"new_{name}"] for name in Value.__slots__}),
            reason=vault.unseal(session, ATTENDANCE_REASON, row["fresh_id"], row["reason_sealed"]),
            at=row["at"],
        )
        for row in rows
    ]


def sessions_elsewhere(session: Session, klass: ClassView) -> list[tuple[str, teaching.Session]]:
    """What the same provider's other classes do in these weeks, each with its class."""
    asked = {
        "project_id": klass.project_id, "class_id": klass.id,
        "opens_on": klass.opens_on, "ends_on": klass.ends_on,
    }  # fmt: skip
    rows = session.connection().execute(_ELSEWHERE, asked).mappings()
    return [(f"{row['code']}-{row['no']}", session_from(row)) for row in rows]


def suspicions(klass: ClassView, taught: Taught) -> tuple[Finding, ...]:
    """What looks too even to be true in the attendance that stands (C13)."""
    alike = the_law().regimes[klass.regime].limits.anomalies.same_times
    sessions = {one.id: one.session for one in taught.sessions}
    seen = (Seen(sessions[at], learner, value) for (at, learner), value in taught.marks.items())
    return anomalies(seen, alike=alike)


def session_from(row: Row) -> teaching.Session:
    """A session from its columns."""
    values = {name: row[name] for name in teaching.Session.__slots__}
    return teaching.Session(**values | {"mode": Mode(row["mode"])})


def _place(row: Row) -> Place:
    return row["session_id"], row["enrolment_id"]


def _value(row: Row) -> Value:
    values = {name: row[name] for name in Value.__slots__}
    return Value(**values | {"mark": Mark(row["mark"])})
