"""Every morning at half past eight: one letter to each person whose open duties are near or late.

Only the promise is made here. What the letter lists is found when it is sent, so nobody is
reminded of what is already done.
"""

import asyncio
from datetime import date, time, timedelta
from typing import Final

from prefect import flow
from sqlalchemy import text
from sqlmodel import Session

from flows.occasions import Occasion, Rhythm, keep
from flows.paper_trail import leave_table
from flows.sweeps import Tally
from flows.wiring import wired
from states.records import adoption
from states.records.db import WAKE_CHANNEL, transaction
from states.rules.deadlines import shanghai_day
from states.rules.law import the_law
from states.rules.rulebook import ReminderRule
from states.rules.workdays import Calendar

NAME: Final = "remind_daily"
RHYTHM: Final = Rhythm(time(8, 30))
_LONGEST_LOOK_BACK: Final = 31
_ONE_DAY: Final = timedelta(days=1)

_OPEN = text("""
SELECT DISTINCT p.regime, t.due_on FROM timer t JOIN project p ON p.id = t.project_id
""")

# One letter per person and day, with what it is about: it is moot once none of that is open.
_PROMISE = text("""
WITH near AS (
  SELECT * FROM unnest(CAST(:regimes AS text[]), CAST(:days AS date[])) AS n(regime, due_on)
), readers AS (
  SELECT a.person_id, 'reminder/' || a.person_id || '/' || CAST(:day AS text) AS key,
         jsonb_agg(DISTINCT jsonb_build_object(
           'project', t.project_id, 'duty', t.duty, 'subject', t.subject)) AS items
  FROM timer t
  JOIN project p ON p.id = t.project_id
  JOIN near n ON n.regime = p.regime AND n.due_on = t.due_on
  JOIN appointment a ON a.role = t.role AND a.since <= :day AND coalesce(a.until, :day) >= :day
   AND (a.role = 'centre_officer' OR a.office_id IN (p.provider_id, p.district_id))
  GROUP BY a.person_id
)
INSERT INTO outbox (key, letter, person_id, language, context, duty, subject, state,
                    promised_at, not_before, attempts, lease, message_id, answer)
SELECT r.key, 'daily_reminder', r.person_id, pe.language,
       jsonb_build_object('items', r.items), '', '', 'promised', :now, :now, 0, '', md5(r.key), ''
FROM readers r JOIN person pe ON pe.id = r.person_id
ON CONFLICT (key) DO NOTHING
RETURNING person_id
""")


@flow(name=NAME)
async def remind_daily(period: str = "due") -> Tally:  # noqa: ARG001  # seen in Prefect
    """Promise one reminder to each person who has something on a rung of the ladder."""
    tally = await asyncio.to_thread(keep, NAME, RHYTHM, _remind)
    await leave_table("reminded", [{"letters": tally.handled}], "letters promised this morning")
    return tally


def _remind(occasion: Occasion, tally: Tally) -> None:
    day = occasion.day
    after = day - _ONE_DAY
    if occasion.since:
        after = max(shanghai_day(occasion.since), day - _LONGEST_LOOK_BACK * _ONE_DAY)
    with transaction(wired().bind) as session:
        adoption.refresh(session)
        rungs = _on_a_rung(session, after, day)
        values = {
            "regimes": [regime for regime, _ in rungs],
            "days": [due_on for _, due_on in rungs],
            "day": day,
            "now": occasion.now,
        }
        promised = session.connection().execute(_PROMISE, values).all()
        tally.handled = len(promised)
        if promised:
            session.execute(text(f"NOTIFY {WAKE_CHANNEL}"))


def _on_a_rung(session: Session, after: date, day: date) -> list[tuple[str, date]]:
    """The regimes and dates of open duties of which to remind on a day later than `after`."""
    law = the_law()
    return [
        (regime, due_on)
        for regime, due_on in session.connection().execute(_OPEN)
        if calls_for_a_reminder(
            due_on, (after, day), law.regimes[regime].reminders, calendar=law.calendar
        )
    ]


def calls_for_a_reminder(
    due_on: date, span: tuple[date, date], rule: ReminderRule, *, calendar: Calendar
) -> bool:
    """Whether a rung of the ladder lies after the first day of `span`, up to its last.

    Rungs are working days. A span of many days is what a stopped service has to make good.
    """
    after, until = span
    days = (after + n * _ONE_DAY for n in range(1, (until - after).days + 1))
    return any(_is_rung(day, due_on, rule, calendar=calendar) for day in days)


def _is_rung(day: date, due_on: date, rule: ReminderRule, *, calendar: Calendar) -> bool:
    if not calendar.is_working_day(day):
        return False
    if day <= due_on:
        return calendar.working_days_between(day, due_on) in rule.working_days_before
    return calendar.working_days_between(due_on, day) % rule.overdue_every == 0
