"""The enforcer: settles every project that has a new fact, or for which time alone made a move due.

Many projects go in one transaction. When such a chunk fails it is taken apart, so that one bad
project stops nobody else.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from prefect import flow
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from flows.paper_trail import leave_table
from flows.sweeps import Tally, forget_failures, note_failure, sweep
from flows.wiring import wired
from states import actions
from states.records import clock
from states.records.db import transaction

NAME: Final = "drive_projects"
CHUNK: Final = 200
_SHOWN: Final = 100

# A project that failed rests a minute per failure, a quarter of an hour at most.
DUE: Final = f"""
(p.unsettled OR p.wake_at <= :now) AND NOT EXISTS (
  SELECT 1 FROM failure f WHERE f.sweep = '{NAME}' AND f.about = 'project/' || p.id
  AND f.last_at > clock_timestamp() - least(f.times, 15) * interval '1 minute')
"""  # noqa: S608  # the name is ours

_CLAIM = text(f"""
SELECT p.id FROM project p WHERE p.id > :after AND {DUE}
ORDER BY p.id LIMIT :limit FOR UPDATE SKIP LOCKED
""")  # noqa: S608  # both parts are ours

_CLAIM_ONE = text(f"""
SELECT p.id FROM project p WHERE p.id = :id AND {DUE} FOR UPDATE SKIP LOCKED
""")  # noqa: S608

_STILL_DUE = text("""
SELECT p.id FROM project p WHERE p.id = ANY(:ids) AND (p.unsettled OR p.wake_at <= :now)
""")


@dataclass(slots=True)
class Driven:
    """Which projects moved and how, for the table that the run leaves behind."""

    moves: list[tuple[str, str]] = field(default_factory=list)

    def table(self) -> list[dict[str, str]]:
        """The first hundred, as Prefect shows them."""
        return [{"project": code, "moves": moves} for code, moves in self.moves[:_SHOWN]]


@flow(name=NAME)
async def drive_projects() -> Tally:
    """Settle everything that is due now, in the order of the projects' numbers."""
    driven = Driven()
    tally = await asyncio.to_thread(_sweep, driven)
    await leave_table("driven", driven.table(), f"{tally.handled} projects, {tally.failed} failed")
    return tally


def _sweep(driven: Driven) -> Tally:
    wiring = wired()
    with sweep(wiring.bind, NAME) as tally:
        after: int | None = 0
        while after is not None and not wiring.stopping.is_set():
            after = _drive_chunk(after, tally, driven)
    return tally


def _drive_chunk(after: int, tally: Tally, driven: Driven) -> int | None:
    """Settle one chunk of projects numbered above `after`; answers its last number, if any."""
    bind = wired().bind
    ids: list[int] = []
    try:
        with transaction(bind) as session:
            now = clock.now(session)
            ids += session.scalars(_CLAIM, {"after": after, "now": now, "limit": CHUNK})
            outcomes = _settle(session, ids, now)
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001  # whatever it is, it belongs to one of them
        outcomes = [one for each in ids for one in _drive_alone(bind, each, tally)]
    _count(outcomes, tally, driven)
    return ids[-1] if ids else None


def _drive_alone(bind: Engine, project_id: int, tally: Tally) -> list[actions.Outcome]:
    about = f"project/{project_id}"
    try:
        with transaction(bind) as session:
            now = clock.now(session)
            ids = list(session.scalars(_CLAIM_ONE, {"id": project_id, "now": now}))
            return _settle(session, ids, now)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  # kept for the operator; the sweep goes on
        tally.failed += 1
        with transaction(bind) as session:
            note_failure(session, NAME, about, error=error)
        return []


class StillDue(RuntimeError):
    """Settled, and due again at the same moment: without a rest the sweep would never end."""


def _settle(session: Session, ids: Sequence[int], now: datetime) -> list[actions.Outcome]:
    if not ids:
        return []
    outcomes = actions.settle(session, ids, at=now)
    if session.scalars(_STILL_DUE, {"ids": list(ids), "now": now}).first():
        raise StillDue(StillDue.__doc__)
    forget_failures(session, NAME, [f"project/{each}" for each in ids])
    return outcomes


def _count(outcomes: Sequence[actions.Outcome], tally: Tally, driven: Driven) -> None:
    tally.handled += len(outcomes)
    driven.moves += [
        (each.code, " → ".join(str(move.target) for move in each.moves))
        for each in outcomes
        if each.moves
    ]
