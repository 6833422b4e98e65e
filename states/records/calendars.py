"""Calendars of working days that the centre imports, and what a new one would move.

A calendar file of this release is never edited; an import succeeds it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.errors import BadInput, NotYours
from states.records import acts, projects, return_timers
from states.records.adoption import imported
from states.records.boards import Names
from states.records.db import WAKE_CHANNEL
from states.records.tables import CalendarImport
from states.rules.deadlines import Deadline, open_deadlines, shanghai_day
from states.rules.law import Law, the_law, with_calendars
from states.rules.stages import Role
from states.rules.workdays import ONE_DAY, CalendarYear

IMPORTED = "calendar_imported"
CHUNK = 500

_VERSIONS = text("""
SELECT c.id, c.coverage_start, c.content, c.imported_at, p.name AS by
  FROM calendar_import c LEFT JOIN person p ON p.id = c.imported_by
 ORDER BY c.id DESC
""")
# Only a duty that ends in or beyond the year can be counted otherwise; the rungs of its ladder and
# what comes of silence may lie some weeks later.
_TOUCHED = text("""
SELECT t.project_id, min(t.due_on) AS first, p.code, d.name_zh, d.name_en
  FROM timer t
  JOIN project p ON p.id = t.project_id
  JOIN office d ON d.id = p.district_id
 WHERE t.due_on >= :since
 GROUP BY t.project_id, p.code, d.id
 ORDER BY d.id, p.code
""")
_STORED = text("""
SELECT project_id, duty, subject, due_on, provisional FROM timer WHERE project_id = ANY(:ids)
""")
_COUNT_ANEW = text(f"""
WITH anew AS (
  UPDATE project SET unsettled = true
   WHERE id IN (SELECT project_id FROM timer
                 WHERE due_on >= CAST(:since AS date) - interval '90 days')
  RETURNING id)
SELECT count(*) AS projects, CASE WHEN count(*) > 0 THEN pg_notify('{WAKE_CHANNEL}', '') END
  FROM anew
""")  # noqa: S608  a constant


@dataclass(frozen=True, slots=True)
class MovedDeadline:
    """One open duty whose last day a new calendar counts otherwise, or no longer as provisional.

    It is of a project, or of the return `return_id` of a month.
    """

    project: str
    district: Names
    duty: str
    subject: str
    before: date
    after: date
    was_provisional: bool
    is_provisional: bool
    month: str = ""
    return_id: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """An import as it is listed; `by` is empty once nobody is known."""

    id: int
    year: CalendarYear
    imported_at: datetime
    by: str


def versions(session: Session) -> Sequence[Version]:
    """All imports, the newest first."""
    return [
        Version(row.id, CalendarYear.model_validate(row.content), row.imported_at, row.by or "")
        for row in session.connection().execute(_VERSIONS)
    ]


def preview(
    session: Session, year: CalendarYear, *, actor: Actor, at: datetime
) -> Sequence[MovedDeadline]:
    """Every open deadline that this calendar would move or make final; nothing is saved.

    Raises NotYours, BadInput(why="calendar_leaves_a_gap").
    """
    _only_the_centre(actor)
    law = _law_with(session, year)
    touched = session.connection().execute(_TOUCHED, {"since": _since(year)}).all()
    chunks = (touched[place : place + CHUNK] for place in range(0, len(touched), CHUNK))
    moved = [one for chunk in chunks for one in _moved(session, chunk, law, at=at)]
    return [*moved, *_moved_returns(session, law)]


def import_year(
    session: Session, year: CalendarYear, *, sha256: str, actor: Actor, at: datetime
) -> int:
    """Keep a calendar, which stands from now on; answers how many projects are counted anew.

    Raises NotYours, BadInput(why="calendar_leaves_a_gap" | "calendar_is_in").
    """
    _only_the_centre(actor)
    law = _law_with(session, year)
    if year in imported(session):
        raise BadInput(why="calendar_is_in", year=year.coverage_start.year)
    row = CalendarImport(
        coverage_start=year.coverage_start, content=year.model_dump(mode="json"), sha256=sha256,
        imported_by=actor.person_id, imported_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return_timers.count_all(session, law, at=at)
    counted = session.connection().execute(_COUNT_ANEW, {"since": _since(year)}).one().projects
    detail: dict[str, str | int | bool] = {"year": year.coverage_start.year, "projects": counted}
    acts.note(session, IMPORTED, actor=actor, at=at, about=f"calendar/{row.id}", detail=detail)
    return int(counted)


def _only_the_centre(actor: Actor) -> None:
    if actor.role is not Role.CENTRE:
        raise NotYours


def _law_with(session: Session, year: CalendarYear) -> Law:
    try:
        return with_calendars([*imported(session), year])
    except ValueError as error:
        known = the_law().calendar
        raise BadInput(
            why="calendar_leaves_a_gap",
            start=known.coverage_start.isoformat(),
            end=known.coverage_end.isoformat(),
        ) from error


def _since(year: CalendarYear) -> date:
    """The first day that the calendar may count otherwise: a holiday can begin before its year."""
    days = (day for named in year.holidays.values() for day in named)
    return min(year.coverage_start, *days, year.coverage_start) - ONE_DAY


def _moved(
    session: Session, touched: Sequence[Any], law: Law, *, at: datetime
) -> Iterator[MovedDeadline]:
    ids = [row.project_id for row in touched]
    stored = {
        (row.project_id, row.duty, row.subject): row
        for row in session.connection().execute(_STORED, {"ids": ids})
    }
    known = {row.project_id: row for row in touched}
    for project in projects.load(session, ids):
        dossier = project.dossier(at, shanghai_day(at))
        for deadline in open_deadlines(dossier, law):
            before = stored.get((project.id, deadline.duty, deadline.subject))
            if before and _differs(before, deadline):
                yield _line(known[project.id], before, deadline)


def _moved_returns(session: Session, law: Law) -> Iterator[MovedDeadline]:
    for turn in return_timers.turns(session, law):
        row, after = turn.row, turn.due
        if row.was_due and (row.was_due, row.was_provisional) != (after.day, after.provisional):
            yield MovedDeadline(
                project="", month=row.month, return_id=row.id,
                district=Names(row.name_zh, row.name_en), duty=turn.duty, subject="",
                before=row.was_due, after=after.day,
                was_provisional=row.was_provisional, is_provisional=after.provisional,
            )  # fmt: skip


def _differs(before: Any, after: Deadline) -> bool:  # noqa: ANN401  a row of _STORED
    return (before.due_on, before.provisional) != (after.due_on, after.provisional)


def _line(project: Any, before: Any, after: Deadline) -> MovedDeadline:  # noqa: ANN401
    return MovedDeadline(
        project=project.code, district=Names(project.name_zh, project.name_en),
        duty=after.duty, subject=after.subject, before=before.due_on, after=after.due_on,
        was_provisional=before.provisional, is_provisional=after.provisional,
    )  # fmt: skip
