"""Timetables filed and attendance recorded: a fact for the rules, rows for whoever looks.

Nothing is overwritten: a session or mark that a later workbook replaces is superseded by its fact.
Whoever writes holds the class, so that the totals in the fact are those of the rows.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import text
from sqlmodel import Session

from states import actions
from states.actions import Outcome
from states.actor import Actor
from states.errors import BadInput
from states.records import reports, vault
from states.records.classes import ClassView, class_of
from states.records.places import ATTENDANCE_REASON
from states.records.teaching_board import Place, Taught, teaching_of
from states.rules import teaching
from states.rules.facts_of_teaching import AttendanceRecorded, TimetableFiled
from states.rules.findings import Finding, RowFinding
from states.rules.halves import hours
from states.rules.teaching import Hours, Value, hours_in

TIMETABLE, ATTENDANCE = "timetable", "attendance"
MOST_HALF_HOURS = 2000

_HOLD = text("SELECT id FROM training_class WHERE id = :class_id FOR NO KEY UPDATE")
_SUPERSEDE_SESSIONS = text("""
UPDATE class_session SET superseded_seq = :seq
 WHERE class_id = :class_id AND superseded_seq IS NULL AND NOT id = ANY(:kept)
""")
_FILE = text("""
INSERT INTO class_session (class_id, held_on, starts, ends, mode, half_hours, unit, teacher,
                           fact_seq)
SELECT :class_id, held_on, starts, ends, mode, half_hours, unit, teacher, :seq
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
    held_on date, starts time, ends time, mode text, half_hours int, unit text, teacher text)
""")
# With another unit or teacher it is still the same session: its marks go along.
_FOLLOW = text("""
UPDATE attendance a SET session_id = fresh.id
  FROM class_session old
  JOIN class_session fresh
    ON fresh.class_id = old.class_id AND fresh.superseded_seq IS NULL
   AND (fresh.held_on, fresh.starts, fresh.ends, fresh.mode, fresh.half_hours)
     = (old.held_on, old.starts, old.ends, old.mode, old.half_hours)
 WHERE a.session_id = old.id AND old.class_id = :class_id AND old.superseded_seq = :seq
""")
_SUPERSEDE_MARKS = text("UPDATE attendance SET superseded_seq = :seq WHERE id = ANY(:ids)")
_RECORD = text("""
INSERT INTO attendance (id, session_id, enrolment_id, mark, half_hours, in_at, out_at, check_kind,
                        reason_sealed, fact_seq)
SELECT id, session_id, enrolment_id, mark, half_hours, in_at, out_at, check_kind,
       decode(reason, 'hex'), :seq
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
    id bigint, session_id bigint, enrolment_id bigint, mark text, half_hours int, in_at time,
    out_at time, check_kind text, reason text)
""")


class TimetableRow(Protocol):
    """A good session; `templates.sheets.timetable` reads such rows."""

    @property
    def sheet_row(self) -> int: ...
    @property
    def session(self) -> teaching.Session: ...


class AttendanceRow(Protocol):
    """A good mark, matched; `learner_id` is the enrolment, `reason` why it corrects another."""

    @property
    def sheet_row(self) -> int: ...
    @property
    def session_id(self) -> int: ...
    @property
    def learner_id(self) -> int: ...
    @property
    def value(self) -> Value: ...
    @property
    def reason(self) -> str: ...


class _Reading(Protocol):
    @property
    def findings(self) -> Sequence[RowFinding]: ...
    @property
    def notes(self) -> Sequence[Finding]: ...


class TimetableReading(_Reading, Protocol):
    """A timetable as read: `rows` are good, every other row has its finding."""

    @property
    def rows(self) -> Sequence[TimetableRow]: ...


class AttendanceReading(_Reading, Protocol):
    """An attendance sheet as read: `rows` are good and matched, new or as recorded."""

    @property
    def rows(self) -> Sequence[AttendanceRow]: ...


def file_timetable(  # noqa: PLR0913  what was uploaded, and who uploads it
    session: Session,
    *,
    project_id: int,
    class_no: int,
    reading: TimetableReading,
    filename: str,
    sha256: str,
    actor: Actor,
    at: datetime,
    settle: bool = True,
    seen_moves: int | None = None,
) -> Outcome:
    """File the good rows of a 课程表; it supersedes the earlier one whole (C02-C04).

    Attendance of a session that the new timetable still has stays with it; other attendance counts
    no more. Raises BadInput(why="same_workbook" | "no_good_row" | "timetable_too_long"), NotFound,
    and what `actions.record` raises.
    """
    klass = class_of(session, project_id, class_no)
    sheet = _sheet(TIMETABLE, klass, reading, filename=filename, sha256=sha256)
    taught = _hold(session, klass, sheet)
    wanted = [row.session for row in reading.rows]
    fact = _filed(class_no, wanted, taught, sha256=sha256)
    outcome = actions.record(
        session, project_id, fact, actor=actor, at=at, settle=settle, seen_moves=seen_moves
    )
    _replace(session, klass.id, taught, wanted=wanted, seq=outcome.seq or 0)
    reports.keep(session, sheet, imported=True, person_id=actor.person_id, at=at)
    return outcome


def record_attendance(  # noqa: PLR0913  what was uploaded, and who uploads it
    session: Session,
    *,
    project_id: int,
    class_no: int,
    reading: AttendanceReading,
    filename: str,
    sha256: str,
    actor: Actor,
    at: datetime,
    settle: bool = True,
    seen_moves: int | None = None,
) -> Outcome:
    """Record the good rows of a 考勤表: new marks are added, other values are corrections.

    Raises BadInput(why="same_workbook" | "attendance_unchanged"), NotFound, and what
    `actions.record` raises.
    """
    klass = class_of(session, project_id, class_no)
    sheet = _sheet(ATTENDANCE, klass, reading, filename=filename, sha256=sha256)
    taught = _hold(session, klass, sheet)
    fresh = [row for row in reading.rows if taught.marks.get(_place(row)) != row.value]
    if not fresh:
        raise BadInput(why="attendance_unchanged")
    after = replace(taught, marks={**taught.marks, **{_place(row): row.value for row in fresh}})
    fact = AttendanceRecorded(
        class_no=class_no, sheet_sha256=sha256, marks=len(fresh),
        corrected=sum(_place(row) in taught.marks for row in fresh), **_so_far(after.delivered),
    )  # fmt: skip
    outcome = actions.record(
        session, project_id, fact, actor=actor, at=at, settle=settle, seen_moves=seen_moves
    )
    _enter(session, fresh, taught, seq=outcome.seq or 0)
    reports.keep(session, sheet, imported=True, person_id=actor.person_id, at=at)
    return outcome


def _sheet(
    kind: str,
    klass: ClassView,
    reading: TimetableReading | AttendanceReading,
    *,
    filename: str,
    sha256: str,
) -> reports.Sheet:
    rows = (row.sheet_row for row in reading.rows)
    count = len({*rows, *(finding.sheet_row for finding in reading.findings)})
    said = reports.lines(reading.findings, reading.notes)
    return reports.Sheet(kind, filename, sha256, count, said, class_id=klass.id)


def _hold(session: Session, klass: ClassView, sheet: reports.Sheet) -> Taught:
    """What stands of the class, held until this transaction ends. Raises BadInput."""
    session.connection().execute(_HOLD, {"class_id": klass.id})
    reports.refuse_the_same(session, sheet)
    return teaching_of(session, klass.id)


def _filed(
    class_no: int, wanted: Sequence[teaching.Session], taught: Taught, *, sha256: str
) -> TimetableFiled:
    planned = hours_in(wanted)
    if not wanted:
        raise BadInput(why="no_good_row")
    if planned.total > MOST_HALF_HOURS:
        raise BadInput(
            why="timetable_too_long", hours=hours(planned.total), most=hours(MOST_HALF_HOURS)
        )
    held = {one.session.taught for one in taught.sessions if one.id in taught.held}
    return TimetableFiled(
        class_no=class_no,
        sheet_sha256=sha256,
        sessions=planned.sessions,
        planned_half_hours=planned.total,
        planned_online_half_hours=planned.online,
        **_so_far(hours_in(one for one in wanted if one.taught in held)),
    )


def _so_far(held: Hours) -> dict[str, int]:
    return {
        "held_sessions": held.sessions,
        "held_half_hours": held.total,
        "held_online_half_hours": held.online,
    }


def _replace(
    session: Session,
    class_id: int,
    taught: Taught,
    *,
    wanted: Sequence[teaching.Session],
    seq: int,
) -> None:
    """Sessions that are the same stay as they are; what else stands gives way."""
    kept = {one.session: one.id for one in taught.sessions if one.session in wanted}
    rows = [asdict(one) for one in wanted if one not in kept]
    about = {"class_id": class_id, "seq": seq}
    session.connection().execute(_SUPERSEDE_SESSIONS, {**about, "kept": list(kept.values())})
    session.connection().execute(_FILE, {**about, "rows": json.dumps(rows, default=str)})
    session.connection().execute(_FOLLOW, about)


def _enter(session: Session, fresh: Sequence[AttendanceRow], taught: Taught, *, seq: int) -> None:
    gone = [taught.ids[place] for row in fresh if (place := _place(row)) in taught.ids]
    ids = vault.next_ids(session, "attendance", len(fresh))
    rows = [_mark_values(session, key, row) for key, row in zip(ids, fresh, strict=True)]
    session.connection().execute(_SUPERSEDE_MARKS, {"ids": gone, "seq": seq})
    session.connection().execute(_RECORD, {"rows": json.dumps(rows, default=str), "seq": seq})


def _mark_values(session: Session, key: int, row: AttendanceRow) -> Mapping[str, Any]:
    return {
        "id": key,
        "session_id": row.session_id,
        "enrolment_id": row.learner_id,
        **asdict(row.value),
        "reason": vault.seal(session, ATTENDANCE_REASON, key, row.reason).hex(),
    }


def _place(row: AttendanceRow) -> Place:
    return row.session_id, row.learner_id
