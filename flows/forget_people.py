"""Every night at ten past three: forget those whose notice is over, and clear away leftovers.

Only what two persons of the centre agreed on is forgotten, each forgetting in one transaction.
"""

import asyncio
from datetime import datetime, time
from typing import Final

from prefect import flow
from sqlalchemy.exc import OperationalError

from flows.occasions import Occasion, Rhythm, keep
from flows.paper_trail import leave_table
from flows.sweeps import Tally, forget_failures, note_failure
from flows.wiring import wired
from states.records import forgetting, traces
from states.records.db import transaction

NAME: Final = "forget_people"
RHYTHM: Final = Rhythm(time(3, 10))


@flow(name=NAME)
async def forget_people(period: str = "due") -> Tally:  # noqa: ARG001  # seen in Prefect
    """Do every approved forgetting whose notice has ended."""
    tally = await asyncio.to_thread(keep, NAME, RHYTHM, _forget)
    if tally.handled:
        await leave_table("forgotten", [{"forgettings": tally.handled}], "forgettings done")
    return tally


def _forget(occasion: Occasion, tally: Tally) -> None:
    with transaction(wired().bind) as session:
        traces.clear_leftovers(session)
        due = forgetting.due(session, occasion.day)
    for forgetting_id in due:
        _forget_one(forgetting_id, tally, at=occasion.now)


def _forget_one(forgetting_id: int, tally: Tally, *, at: datetime) -> None:
    about = f"forgetting/{forgetting_id}"
    bind = wired().bind
    try:
        with transaction(bind) as session:
            done = forgetting.execute(session, forgetting_id, at=at)
            forget_failures(session, NAME, [about])
        tally.handled += done is not None
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  # kept for the operator; it comes again
        tally.failed += 1
        with transaction(bind) as session:
            note_failure(session, NAME, about, error=error)
