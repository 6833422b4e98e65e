"""Every night at ten past three: forget those whose notice is over, and clear away leftovers.

Only what two persons of the centre agreed on is forgotten, each forgetting in one transaction.
Leftovers are also the answers of surveys that closed while their project stood still: nobody adds
them up, so here they are parted from the links of those who gave them.
"""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial
from typing import Final

from prefect import flow
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from flows.occasions import Occasion, Rhythm, keep
from flows.paper_trail import leave_table
from flows.sweeps import Tally, forget_failures, note_failure
from flows.wiring import wired
from states.records import forgetting, surveys, traces
from states.records.db import transaction

NAME: Final = "forget_people"
RHYTHM: Final = Rhythm(time(3, 10))


@flow(name=NAME)
async def forget_people(period: str = "due") -> Tally:  # noqa: ARG001  # seen in Prefect
    """Do every approved forgetting whose notice has ended; part what nobody adds up."""
    tally = await asyncio.to_thread(keep, NAME, RHYTHM, _forget)
    if tally.handled:
        await leave_table("forgotten", [{"done": tally.handled}], "forgettings and closed surveys")
    return tally


def _forget(occasion: Occasion, tally: Tally) -> None:
    with transaction(wired().bind) as session:
        traces.clear_leftovers(session)
        due = forgetting.due(session, occasion.day)
        over = surveys.over(session, occasion.day)
    for number in due:
        _do(f"forgetting/{number}", partial(_forget_one, number, at=occasion.now), tally)
    for class_id, closed_on in over:
        _do(f"survey/{class_id}", partial(_part_one, class_id, day=closed_on), tally)


def _forget_one(number: int, session: Session, *, at: datetime) -> bool:
    return forgetting.execute(session, number, at=at) is not None


def _part_one(class_id: int, session: Session, *, day: date) -> bool:
    surveys.part(session, class_id, day=day)
    return True


def _do(about: str, work: Callable[[Session], bool], tally: Tally) -> None:
    """One piece of work in a transaction of its own: its trouble is not another's."""
    bind = wired().bind
    try:
        with transaction(bind) as session:
            done = work(session)
            forget_failures(session, NAME, [about])
        tally.handled += done
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  # kept for the operator; it comes again
        tally.failed += 1
        with transaction(bind) as session:
            note_failure(session, NAME, about, error=error)
