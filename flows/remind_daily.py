"""Every morning at half past eight: one letter to each person about the rungs that the day reached.

Only the promise is made here. What the letter lists is found when it is sent, so nobody is
reminded of what is already done.
"""

import asyncio
from typing import Final

from prefect import flow

from flows.occasions import Occasion, Rhythm, keep
from flows.paper_trail import leave_table
from flows.sweeps import Tally
from flows.wiring import wired
from states.records import adoption, reminders, return_timers
from states.records.db import transaction
from states.rules.deadlines import REMINDED_AT
from states.rules.law import the_law

NAME: Final = "remind_daily"
RHYTHM: Final = Rhythm(REMINDED_AT)


@flow(name=NAME)
async def remind_daily(period: str = "due") -> Tally:  # noqa: ARG001  # seen in Prefect
    """Promise one reminder to each person who has something on a rung of its ladder."""
    tally = await asyncio.to_thread(keep, NAME, RHYTHM, _remind)
    await leave_table("reminded", [{"letters": tally.handled}], "letters promised this morning")
    return tally


def _remind(occasion: Occasion, tally: Tally) -> None:
    with transaction(wired().bind) as session:
        adoption.refresh(session)
        return_timers.count_missing(session, at=occasion.now)
        _, tally.handled = reminders.climb(session, the_law(), day=occasion.day, now=occasion.now)
