"""A training copy: an installation with a movable date, for ever; never one with real projects."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.records import acts, clock

MOVED = "clock_moved"

_LAST_SHIFTS = text("""
SELECT id, at, detail FROM ledger WHERE kind = 'act' AND name = 'clock_moved'
 ORDER BY id DESC LIMIT 12
""")
_MOVES = text("""
SELECT p.code, p.title, e.name, e.from_stage, e.to_stage, e.at
  FROM ledger e JOIN project p ON p.id = e.project_id
 WHERE e.kind = 'move' AND e.role = 'system' AND e.at >= :since
   AND (CAST(:until AS timestamptz) IS NULL OR e.at < :until)
 ORDER BY e.at, p.code LIMIT :limit
""")
_FACTS = text("""
SELECT name, count(*) AS times FROM ledger
 WHERE kind IN ('fact', 'move') AND role = 'system' AND at >= :since
   AND (CAST(:until AS timestamptz) IS NULL OR at < :until)
 GROUP BY kind, name ORDER BY kind DESC, times DESC, name
""")
_LETTERS = text("""
SELECT letter, count(*) AS times, count(*) FILTER (WHERE state = 'accepted') AS sent FROM outbox
 WHERE promised_at >= :since AND (CAST(:until AS timestamptz) IS NULL OR promised_at < :until)
 GROUP BY letter ORDER BY times DESC, letter
""")
_DUE = text("""
SELECT duty, count(*) AS times FROM timer
 WHERE due_on > CAST(:since AS date) AND due_on <= CAST(:until AS date)
 GROUP BY duty ORDER BY times DESC, duty
""")
_OPEN = text("SELECT count(*) FROM project WHERE unsettled")
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Shift:
    """The date was put forward once. `until` is when it was put forward again, if it was."""

    id: int
    before: datetime
    to: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Done:
    """What the flows did after a shift, and what they still have to do."""

    moves: list[Any]
    deeds: list[tuple[str, int]]
    letters: list[tuple[str, int, int]]
    due: list[tuple[str, int]]
    open: int


def prepare(session: Session, *, wanted: bool) -> bool:
    """Whether this installation is a training copy; an empty one becomes it when that is wanted.

    Raises BadInput(why="clock_on_real_data") for one that holds projects in real time.
    """
    if clock.is_virtual(session):
        return True
    if wanted:
        clock.start(session, datetime.now(UTC), running=True)
    return wanted


def note_shift(session: Session, *, before: datetime, to: datetime, actor: Actor) -> None:
    """Keep in the ledger that somebody put the date forward."""
    detail: dict[str, str | int | bool] = {"from": before.isoformat(), "to": to.isoformat()}
    acts.note(session, MOVED, actor=actor, at=to, detail=detail)


def shifts(session: Session) -> list[Shift]:
    """The last times that the date was put forward, the newest first."""
    found: list[Shift] = []
    until = None
    for row in session.connection().execute(_LAST_SHIFTS):
        before, to = (datetime.fromisoformat(row.detail[name]) for name in ("from", "to"))
        found.append(Shift(row.id, before, to, until))
        until = to
    return found


def done_after(session: Session, shift: Shift) -> Done:
    """What followed from one shift: moves, facts of the service, letters, and what fell due."""
    asked = {"since": shift.to, "until": shift.until, "limit": SHOWN}
    connection = session.connection()
    return Done(
        moves=list(connection.execute(_MOVES, asked)),
        deeds=[(row.name, row.times) for row in connection.execute(_FACTS, asked)],
        letters=[(row.letter, row.times, row.sent) for row in connection.execute(_LETTERS, asked)],
        due=[
            (row.duty, row.times)
            for row in connection.execute(
                _DUE, {"since": shift.before.isoformat(), "until": shift.to.isoformat()}
            )
        ],
        open=int(connection.execute(_OPEN).scalar_one()),
    )
