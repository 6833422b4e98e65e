"""What the frame of a page tells about the service: what waits or is down, and the movable date."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session
from starlette.datastructures import State

from states.records import clock
from states.records.db import transaction
from states.rules.machine import midnight

WORKER_SILENT_AFTER = timedelta(seconds=60)

_STATE = text("""
SELECT (SELECT count(*) FROM outbox WHERE state = 'deferred') AS mails,
       (SELECT count(*) FROM project WHERE unsettled) AS projects,
       (SELECT max(at) FROM heartbeat WHERE part = 'worker') AS worker,
       (SELECT (detail->>'prefect')::boolean FROM heartbeat WHERE part = 'worker') AS prefect
""")
_NEXT = text("""
SELECT what, at FROM (
  SELECT 'opening' AS what, min(wake_at) AS at
    FROM project WHERE wake_at > :now AND stage = 'approved'
  UNION ALL
  SELECT 'survey_end', min(wake_at) FROM project WHERE wake_at > :now AND stage <> 'approved'
) due WHERE at IS NOT NULL ORDER BY at LIMIT 1
""")
_OPEN_FORGETTING = text("""
SELECT state, as_of, due_on FROM forgetting WHERE state IN ('proposed', 'approved')
""")
_NEXT_DUTY = text("SELECT min(due_on) FROM timer WHERE due_on > :today")


@dataclass(frozen=True, slots=True)
class MovableClock:
    """Sample mode's date, and what time alone brings next."""

    now: datetime
    event: str = ""
    at: datetime | None = None


def what_waits(session: Session) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Codes of the word list's section `banner`, with their parameters."""
    row = session.connection().execute(_STATE).one()
    silent = row.worker is None or datetime.now(UTC) - row.worker > WORKER_SILENT_AFTER
    if silent:
        yield "worker_silent", {"projects": row.projects}
    elif row.prefect is False:
        yield "prefect_down", {"projects": row.projects}
    if row.mails:
        yield "mails_wait", {"mails": row.mails}


def open_forgetting(session: Session) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The forgetting that waits for a second person or for the end of its notice, likewise."""
    for row in session.connection().execute(_OPEN_FORGETTING):
        yield f"forgetting_{row.state}", {"as_of": row.as_of, "due_on": row.due_on}


def is_training(state: State, session: Session | None) -> bool:
    """Whether this is a training copy. What an installation is, it stays: it is asked once.

    A page that needs no database (an address that is none) asks by itself.
    """
    if state.training is None:
        with suppress(OperationalError, PoolTimeout):
            state.training = _asked(state.engine) if session is None else clock.is_virtual(session)
    return bool(state.training)


def _asked(bind: Engine) -> bool:
    with transaction(bind) as session:
        return clock.is_virtual(session)


def movable_clock(session: Session) -> MovableClock | None:
    """None where the office's time is the real one."""
    if not clock.is_virtual(session):
        return None
    now = clock.now(session)
    found = session.connection().execute(_NEXT, {"now": now}).first()
    if found:
        return MovableClock(now, found.what, found.at)
    day = session.connection().execute(_NEXT_DUTY, {"today": now.date()}).scalar()
    return MovableClock(now, "duty", midnight(day)) if day else MovableClock(now)
