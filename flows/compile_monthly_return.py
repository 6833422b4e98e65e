"""On the first days of a month: a draft return of the month before for every district at work.

The district finds its figures compiled and only has to check and sign them (A13). Compiling again
changes nothing that carries a signature, nor what was given back: first a person reads why.
"""

import asyncio
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from prefect import flow
from sqlalchemy.exc import OperationalError

from flows.occasions import Occasion, Rhythm, keep
from flows.paper_trail import leave_table
from flows.sweeps import Tally, forget_failures, note_failure
from flows.wiring import wired
from states.records import returns
from states.records.db import transaction
from states.rules.deadlines import shanghai_day

NAME: Final = "compile_monthly_return"
RHYTHM: Final = Rhythm(time(6), days=12)
_REFRESHED: Final = ("draft",)
_ONE_DAY: Final = timedelta(days=1)


@flow(name=NAME)
async def compile_monthly_return(period: str = "due") -> Tally:  # noqa: ARG001  # seen in Prefect
    """Compile every draft that is due; each district in a transaction of its own."""
    tally = await asyncio.to_thread(keep, NAME, RHYTHM, _compile)
    await leave_table("compiled", [{"returns": tally.handled}], "drafts compiled or refreshed")
    return tally


def _compile(occasion: Occasion, tally: Tally) -> None:
    for month in months_due(occasion):
        with transaction(wired().bind) as session:
            districts = returns.districts_with_projects(session, month)
        for district in districts:
            _compile_one(district, month, tally, at=occasion.now)


def _compile_one(district_id: int, month: str, tally: Tally, *, at: datetime) -> None:
    about = f"district/{district_id}/{month}"
    bind = wired().bind
    try:
        with transaction(bind) as session:
            returns.compile_return(
                session, district_id=district_id, month=month, at=at, open_states=_REFRESHED
            )
            forget_failures(session, NAME, [about])
        tally.handled += 1
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  # one district's trouble is not another's
        tally.failed += 1
        with transaction(bind) as session:
            note_failure(session, NAME, about, error=error)


def months_due(occasion: Occasion) -> list[str]:
    """The months to compile, oldest first: the last one, and those a stopped service has missed."""
    last = _first_of_month_before(occasion.day)
    since = shanghai_day(occasion.since) if occasion.since else occasion.day
    first = min(_first_of_month_before(since), last)
    return [f"{month:%Y-%m}" for month in _months(first, last)]


def _first_of_month_before(day: date) -> date:
    return (day.replace(day=1) - _ONE_DAY).replace(day=1)


def _months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = (first + 31 * _ONE_DAY).replace(day=1)
