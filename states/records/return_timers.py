"""The deadlines of monthly returns: the district's until it is submitted, then the centre's."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.rules.deadlines import first_morning, rungs_of, shanghai_day
from states.rules.law import Law, the_law
from states.rules.months import return_book, return_due
from states.rules.stages import Role
from states.rules.workdays import ONE_DAY, Due

SUBMIT, ANSWER = "submit_return", "answer_return"

_OPEN = text("""
SELECT r.id, r.month, r.state, r.compiled_at, r.prepared_by, r.submitted_at, r.decided_at,
       r.returned_text, o.name_zh, o.name_en, t.due_on AS was_due, t.provisional AS was_provisional
  FROM monthly_return r
  JOIN office o ON o.id = r.district_id
  LEFT JOIN timer t ON t.return_id = r.id
 WHERE r.state <> 'accepted' AND (CAST(:ids AS bigint[]) IS NULL OR r.id = ANY(:ids))
 ORDER BY r.id
""")
_UNCOUNTED = text("""
SELECT r.id FROM monthly_return r
 WHERE r.state <> 'accepted' AND NOT EXISTS (SELECT 1 FROM timer t WHERE t.return_id = r.id)
""")
_WRITE = text("""
WITH due AS (
  SELECT * FROM jsonb_to_recordset(CAST(:timers AS jsonb)) AS t(
    return_id bigint, duty text, role text, since date, due_on date, provisional boolean,
    source text, ladder text, rungs date[], not_by bigint[])
), done AS (
  DELETE FROM timer t WHERE t.return_id = ANY(:ids) AND NOT EXISTS (
    SELECT 1 FROM due d WHERE d.return_id = t.return_id AND d.duty = t.duty)
)
INSERT INTO timer (return_id, duty, subject, role, since, due_on, provisional, source, ladder,
                   rungs, rung_on, not_by)
SELECT d.return_id, d.duty, '', d.role, d.since, d.due_on, d.provisional, d.source, d.ladder,
       d.rungs, (SELECT min(r) FROM unnest(d.rungs) r WHERE r >= CASE
         WHEN EXISTS (SELECT 1 FROM timer o WHERE o.return_id = d.return_id AND o.duty = d.duty)
         THEN CAST(:first AS date) ELSE CAST(:tomorrow AS date) END), d.not_by
  FROM due d
ON CONFLICT (return_id, duty) DO UPDATE SET
  since = excluded.since, due_on = excluded.due_on, provisional = excluded.provisional,
  not_by = excluded.not_by, ladder = excluded.ladder, rungs = excluded.rungs,
  rung_on = CASE WHEN timer.rungs = excluded.rungs THEN timer.rung_on ELSE excluded.rung_on END
""")


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is on a return, since when and until when, and who has done their part.

    `row` is the return as `_OPEN` reads it, with the deadline that it had so far.
    """

    row: Any
    duty: str
    role: Role
    since: date
    due: Due
    not_by: Sequence[int]


def count(session: Session, ids: Iterable[int], *, at: datetime) -> None:
    """Set the deadlines of these returns to what their states say; an accepted one has none."""
    wanted = list(ids)
    _write(session, wanted, turns(session, the_law(), wanted), at=at)


def count_missing(session: Session, *, at: datetime) -> None:
    """Count the open returns that have no deadline yet: those of before an upgrade."""
    if ids := session.connection().execute(_UNCOUNTED).scalars().all():
        count(session, ids, at=at)


def count_all(session: Session, law: Law, *, at: datetime) -> None:
    """Count every open return anew by this law."""
    found = turns(session, law)
    _write(session, [turn.row.id for turn in found], found, at=at, law=law)


def turns(session: Session, law: Law, ids: Sequence[int] | None = None) -> Sequence[Turn]:
    """Whose turn it is on every open return, or on these, counted by a law."""
    return [_turn(row, law) for row in session.connection().execute(_OPEN, {"ids": ids})]


def _write(
    session: Session, ids: Sequence[int], found: Iterable[Turn], *, at: datetime,
    law: Law | None = None,
) -> None:  # fmt: skip
    timers = [_timer(turn, law or the_law()) for turn in found]
    asked = {
        "ids": list(ids), "timers": json.dumps(timers, default=str),
        "first": first_morning(at), "tomorrow": shanghai_day(at) + ONE_DAY,
    }  # fmt: skip
    session.connection().execute(_WRITE, asked)


def _timer(turn: Turn, law: Law) -> Mapping[str, object]:
    book = return_book(turn.row.month, law)
    ladder = book.returns.ladder if turn.duty == SUBMIT else book.returns.answer_ladder
    rungs = rungs_of(book.reminders.ladders[ladder], turn.due, law.calendar)
    return {
        "return_id": turn.row.id, "duty": turn.duty, "role": turn.role, "since": turn.since,
        "due_on": turn.due.day, "provisional": turn.due.provisional,
        "source": book.returns.source, "ladder": f"{book.id}/{ladder}",
        "not_by": list(turn.not_by), "rungs": list(rungs),
    }  # fmt: skip


def _turn(row: Any, law: Law) -> Turn:  # noqa: ANN401  a row of _OPEN
    rule, calendar = return_book(row.month, law).returns, law.calendar
    if row.state == "submitted":
        since = shanghai_day(row.submitted_at)
        due = calendar.nth_working_day_after(since, rule.answer_working_days)
        return Turn(row, ANSWER, Role.CENTRE, since, due, ())
    signed = [row.prepared_by] if row.prepared_by else []
    due, since = return_due(row.month, law), shanghai_day(row.compiled_at)
    if row.returned_text and row.decided_at and row.submitted_at:  # the centre's, not the own
        since = shanghai_day(row.decided_at)
        again = calendar.nth_working_day_after(since, rule.again_working_days)
        due = max(due, again, key=_day)
    return Turn(row, SUBMIT, Role.REVIEWER, since, due, signed)


def _day(due: Due) -> date:
    return due.day
