"""Reads the Maildir of what came back to our address, and notes it at the letters.

What was understood moves from `new` to `cur`. What only a person can understand stays in `new` and
is kept as a failure until somebody takes it away.
"""

import asyncio
from pathlib import Path
from typing import Final

from prefect import flow
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from flows.locks import alone
from flows.paper_trail import leave_table
from flows.sweeps import Tally, forget_failures, note_failure, sweep
from flows.wiring import Wiring, wired
from states.records import bounces
from states.records.db import transaction

NAME: Final = "read_bounces"
LARGEST: Final = 10_000_000
"""Bytes. Our letters are small, and we ask for their headers only."""
_FOLDER: Final = "the folder itself"

_LEFT = text("SELECT about FROM failure WHERE sweep = :sweep")


class _TooLargeError(ValueError):
    """A message that no mail server sends back."""


@flow(name=NAME)
async def read_bounces() -> Tally:
    """Note everything that has come back and is new."""
    tally = await asyncio.to_thread(_read, wired())
    rows = [{"noted": tally.handled, "for a person": tally.failed}]
    await leave_table("came-back", rows, f"{tally.handled} messages read")
    return tally


def is_due(session: Session, folder: Path) -> bool:
    """Whether something is new, or something that was left for a person was taken away."""
    return set(_waiting(folder)) != _left(session)


def _read(wiring: Wiring) -> Tally:
    folder = wiring.settings.bounces
    with alone(wiring.bind, NAME) as mine:
        if not mine or folder is None:
            return Tally()
        with sweep(wiring.bind, NAME) as tally:
            waiting = _waiting(folder)
            with transaction(wiring.bind) as session:
                left = _left(session)
                forget_failures(session, NAME, sorted(left - set(waiting)))
            for name in waiting:
                if name not in left and not wiring.stopping.is_set():
                    _read_one(wiring, folder / "new" / name, tally)
        return tally


def _read_one(wiring: Wiring, path: Path, tally: Tally) -> None:
    """One message in a transaction of its own; read twice, it changes nothing."""
    try:
        raw = _content(path)
        with transaction(wiring.bind) as session:
            taken, _ = bounces.take(session, raw, machine_now=wiring.machine_now())
        trouble = taken.value if taken.is_for_a_person else ""
        if not trouble:
            path.rename(path.parents[1] / "cur" / f"{path.name}:2,S")
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  # one message's trouble is not another's
        trouble = type(error).__name__
    if not trouble:
        tally.handled += 1
        return
    tally.failed += 1
    with transaction(wiring.bind) as session:
        note_failure(session, NAME, path.name, error=trouble)


def _content(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise _TooLargeError
    return path.read_bytes()


def _waiting(folder: Path) -> list[str]:
    """What stands in `new`; a folder that cannot be read is itself the one thing that waits."""
    try:
        return sorted(each.name for each in (folder / "new").iterdir() if each.name[0] != ".")
    except OSError:
        return [_FOLDER]


def _left(session: Session) -> set[str]:
    return set(session.connection().execute(_LEFT, {"sweep": NAME}).scalars())
