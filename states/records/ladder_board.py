"""Which rungs of a project's or a return's ladders were reached, and what became of each letter."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Session

from states.records.boards import Names

RungKey = tuple[str, str, date, int]
"""Duty, subject, last day, and the rung's place on the ladder from 0."""

_REACHED = """
SELECT e.duty, e.subject, e.due_on, e.rung, e.on_day, w.as_what, w.mail_id, p.name AS person,
       m.state, m.done_at, o.name_zh, o.name_en, o.role
  FROM reminder e
  LEFT JOIN reminder_reader w ON w.reminder_id = e.id
  LEFT JOIN person p ON p.id = w.person_id
  LEFT JOIN outbox m ON m.id = w.mail_id
  LEFT JOIN LATERAL (
    SELECT f.name_zh, f.name_en, a.role FROM appointment a JOIN office f ON f.id = a.office_id
     WHERE a.person_id = w.person_id ORDER BY a.id LIMIT 1) o ON true
 WHERE e.{of} = :id
 ORDER BY e.id, w.as_what, w.person_id
"""
_OF_PROJECT = text(_REACHED.format(of="project_id"))
_OF_RETURN = text(_REACHED.format(of="return_id"))


@dataclass(frozen=True, slots=True)
class RungReader:
    """Somebody who was reminded at a rung, and how far the letter got."""

    as_what: str
    person: str
    office: Names | None
    role: str
    mail_id: int
    state: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reached:
    """A rung that was reached on a day; without readers there was nobody to remind."""

    on_day: date
    readers: Sequence[RungReader]


def reached(
    session: Session, *, project_id: int | None = None, return_id: int | None = None
) -> Mapping[RungKey, Reached]:
    """Every rung that was reached, by its deadline and its place."""
    query = _OF_RETURN if project_id is None else _OF_PROJECT
    asked = {"id": return_id if project_id is None else project_id}
    days: dict[RungKey, date] = {}
    readers: dict[RungKey, list[RungReader]] = defaultdict(list)
    for row in session.connection().execute(query, asked):
        key = (row.duty, row.subject, row.due_on, row.rung)
        days[key] = row.on_day
        if row.mail_id is not None:
            office = Names(row.name_zh, row.name_en) if row.name_zh else None
            readers[key].append(
                RungReader(
                    row.as_what, row.person or "", office, row.role or "", row.mail_id,
                    row.state, row.done_at,
                )
            )  # fmt: skip
    return {key: Reached(day, tuple(readers[key])) for key, day in days.items()}
