"""What time it is for the office: real, or the movable date of sample mode and rehearsals."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from states.errors import BadInput
from states.records.db import WAKE_CHANNEL
from states.records.tables import VirtualClock


def now(session: Session) -> datetime:
    """Business time in UTC. A running virtual clock goes on from its base, a pinned one stands."""
    row = session.get(VirtualClock, 1)
    real = datetime.now(UTC)
    return real if row is None else _virtual(row, real)


def is_virtual(session: Session) -> bool:
    """Whether this installation's date may be moved."""
    return session.get(VirtualClock, 1) is not None


def start(session: Session, base: datetime, *, running: bool) -> None:
    """Give an empty installation a movable date. Raises BadInput where projects exist already."""
    if session.scalar(text("SELECT EXISTS (SELECT 1 FROM project)")):
        raise BadInput(why="clock_on_real_data")
    session.merge(VirtualClock(base=base, started_at=datetime.now(UTC) if running else None))


def move(session: Session, *, to: datetime | None = None, by: timedelta = timedelta(0)) -> datetime:
    """Put the movable date forward and wake the worker. Raises BadInput for the past."""
    row = session.get(VirtualClock, 1, with_for_update=True)
    if row is None:
        raise BadInput(why="clock_is_real")
    real = datetime.now(UTC)
    current = _virtual(row, real)
    target = to or current + by
    if target < current:
        raise BadInput(why="clock_runs_forward")
    row.base = target
    row.started_at = real if row.started_at else None
    session.add(row)
    session.execute(text("SELECT pg_notify(:channel, 'clock')"), {"channel": WAKE_CHANNEL})
    return target


def _virtual(row: VirtualClock, real: datetime) -> datetime:
    return row.base + (real - row.started_at) if row.started_at else row.base
