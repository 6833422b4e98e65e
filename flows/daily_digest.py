"""Every morning at a quarter to nine: tell the administrators what is broken, when anything is.

Whether this flow runs at all it cannot tell: `/api/v1/health` is there to be watched from outside.
"""

import asyncio
from datetime import time, timedelta
from typing import Final

from prefect import flow

from flows.occasions import Occasion, Rhythm, keep
from flows.paper_trail import leave_table
from flows.sweeps import Tally
from flows.wiring import wired
from states.records import adoption, outbox
from states.records.db import transaction
from states.records.troubles import troubles
from states.rules.stages import Role

NAME: Final = "daily_digest"
RHYTHM: Final = Rhythm(time(8, 45))
_A_DAY: Final = timedelta(days=1)
_LONGEST_LOOK_BACK: Final = timedelta(days=31)


@flow(name=NAME)
async def daily_digest(period: str = "due") -> Tally:  # noqa: ARG001  # seen in Prefect
    """Promise one letter to each administrator when something is broken."""
    tally = await asyncio.to_thread(keep, NAME, RHYTHM, _tell)
    await leave_table("digest", [{"letters": tally.handled}], "letters promised this morning")
    return tally


def _tell(occasion: Occasion, tally: Tally) -> None:
    with transaction(wired().bind) as session:
        adoption.refresh(session)
        found = troubles(session, at=occasion.now, span=_since(occasion))
        if found.kinds:
            tally.handled = outbox.promise_to_role(
                session,
                key=f"digest/{occasion.day}",
                letter=NAME,
                role=Role.ADMINISTRATOR,
                office_id=None,
                context={"trouble": found.as_context()},
                at=occasion.now,
            )


def _since(occasion: Occasion) -> timedelta:
    """Since the last digest: after some days without one, what happened in them."""
    if occasion.since is None:
        return _A_DAY
    return min(max(occasion.now - occasion.since, _A_DAY), _LONGEST_LOOK_BACK)
