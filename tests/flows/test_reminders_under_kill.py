"""Every rung of every deadline exactly once, never early, however often the worker is killed.

`make test` plays a small one; `make soak-reminders` ten thousand deadlines over 400 days.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from flows.remind_daily import NAME, RHYTHM, remind_daily
from states.records import calendars, clock
from states.records.db import transaction
from states.records.tables import Failure, Sweep
from states.rules.dossier import shanghai_day
from states.rules.law import the_law
from states.rules.workdays import CalendarYear
from tests.flows.conftest import Story
from tests.flows.one_worker import OneWorker

DEADLINES = int(os.environ.get("DUBAN_SOAK_DEADLINES", "90"))
DAYS = int(os.environ.get("DUBAN_SOAK_DAYS", "45"))
SEED = int(os.environ.get("DUBAN_SOAK_SEED", "20260319"))
PATIENCE = 60.0
"""Seconds from the start of a worker until everything that is due was done."""
HOUR = timedelta(hours=1)
OF_2027 = CalendarYear(
    source="示例", coverage_start=date(2027, 1, 1), coverage_end=date(2027, 12, 31),
    holidays={"元旦": (date(2027, 1, 1),)}, makeup_workdays={},
)  # fmt: skip

_REACHED = text("""
SELECT e.project_id, e.rung, e.on_day, e.at FROM reminder e WHERE e.duty = 'review'
""")
_DOUBLE_LETTERS = text("""
SELECT person_id, context->>'day' FROM outbox WHERE letter = 'daily_reminder'
 GROUP BY person_id, promised_at, context->>'day' HAVING count(*) > 1
""")
_RUNGS = text("SELECT project_id, rungs FROM timer WHERE duty = 'review'")


@dataclass
class Played:
    """What was done: when each plan came, and when it was signed by both, if it was."""

    came: dict[int, datetime] = field(default_factory=dict)
    done: dict[int, datetime] = field(default_factory=dict)
    longest: float = 0.0
    starts: int = 0


def test_every_rung_is_reached_once_and_never_early(
    story: Story, migrated: str, tmp_path: Path
) -> None:
    worker, played = OneWorker(migrated, tmp_path), Played()
    try:
        _play(story, worker, played, Random(SEED))  # noqa: S311  a game, repeatable by its seed
    finally:
        worker.end()
    _check(story, played)
    print(  # noqa: T201  what `make soak-reminders` records
        f"seed {SEED}: {len(played.came)} deadlines over {DAYS} days, {played.starts} starts, "
        f"{worker.kills} kills; slowest start to all done: {played.longest:.1f} s"
    )


def _play(story: Story, worker: OneWorker, played: Played, chance: Random) -> None:
    with transaction(story.bind) as session:
        calendars.import_year(
            session, OF_2027, sha256="", actor=story.staff["officer"], at=clock.now(session)
        )
    open_plans: list[int] = []
    for day in range(DAYS):
        _a_day_passes(story, chance)
        open_plans += [_a_plan(story, played) for _ in range(DEADLINES // DAYS)]
        if open_plans and chance.random() < 0.5:
            _sign(story, open_plans.pop(chance.randrange(len(open_plans))), played)
        _the_worker_fares(story, worker, played, chance=chance, last=day == DAYS - 1)


def _a_day_passes(story: Story, chance: Random) -> None:
    """On to some hour of the next day; now and then the machine's clock is an hour off."""
    with transaction(story.bind) as session:
        now = clock.now(session)
        morning = datetime.combine(shanghai_day(now), datetime.min.time(), UTC)
        clock.move(session, to=morning + timedelta(days=1, minutes=chance.randrange(60, 600)))
        if chance.random() < 0.2:
            step = chance.choice((-HOUR, HOUR))
            session.execute(text("UPDATE virtual_clock SET base = base + :step"), {"step": step})
            session.execute(text("NOTIFY duban_work"))


def _a_plan(story: Story, played: Played) -> int:
    project = story.a_project(opens_on=date(2027, 6, 1))
    played.came[project] = _now(story)
    return project


def _sign(story: Story, project: int, played: Played) -> None:
    story.sign(project, "reviewer", "second")
    played.done[project] = _now(story)


def _the_worker_fares(
    story: Story, worker: OneWorker, played: Played, *, chance: Random, last: bool
) -> None:
    """It is killed in the middle of things, stopped, left dead for days, or just works."""
    fate = chance.random()
    if worker.lives and fate < 0.25:
        time.sleep(chance.random() * 0.06)  # somewhere in the sweep that the new day brings
        worker.kill()
    elif worker.lives and fate < 0.3:
        worker.end()
    if not worker.lives and (last or chance.random() < 0.6):
        worker.start()
        played.starts += 1
        began = time.monotonic()
        _until(lambda: _all_done(story), story)
        played.longest = max(played.longest, time.monotonic() - began)
    elif worker.lives:
        _until(lambda: _all_done(story), story)


def _all_done(story: Story) -> bool:
    """Whether the reminders of the last morning were made, by whichever worker."""
    with Session(story.bind) as session:
        row, last = session.get(Sweep, NAME), RHYTHM.last(clock.now(session))
        return row is not None and row.handled_until is not None and row.handled_until >= last


def _until(holds: Callable[[], bool], story: Story) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"not done within a minute: {_trouble(story)}"
        time.sleep(0.01)


def _trouble(story: Story) -> str:
    """How the sweep ended that did not do its work, and what was kept for the operator."""
    with Session(story.bind) as session:
        row = session.get(Sweep, NAME)
        kept = session.exec(select(Failure)).all()
    return f"{row and row.outcome}; {[(f.sweep, f.about, f.error, f.times) for f in kept]}"


def _now(story: Story) -> datetime:
    with Session(story.bind) as session:
        return clock.now(session)


def _check(story: Story, played: Played) -> None:
    calendar = the_law().calendar
    with Session(story.bind) as session:
        reached = session.connection().execute(_REACHED).all()
        rungs = {row.project_id: row.rungs for row in session.connection().execute(_RUNGS)}
        assert session.connection().execute(_DOUBLE_LETTERS).all() == []
    today = shanghai_day(_now(story))
    once = Counter((row.project_id, row.rung) for row in reached)
    assert set(once.values()) <= {1}
    for row in reached:
        assert row.at >= RHYTHM.last(row.at)
        assert calendar.is_working_day(row.on_day)
        assert shanghai_day(row.at) >= row.on_day, "never early"
        assert row.at <= played.done.get(row.project_id, row.at), "nobody is reminded who is done"
    for project, days in rungs.items():
        came = shanghai_day(played.came[project])
        owed = {n for n, day in enumerate(days) if came < day <= today}
        assert {rung for known, rung in once if known == project} == owed, project
    assert rungs, "some were left open to the end"


@pytest.mark.parametrize("hour", [0, 7])
def test_a_clock_that_steps_back_over_the_hour_reminds_nobody_twice(
    story: Story, hour: int
) -> None:
    """The sweep of a morning was made; the clock then says that it is not yet half past eight."""
    story.a_project()
    with transaction(story.bind) as session:
        clock.move(session, to=datetime(2026, 4, 13, 0, 45, tzinfo=UTC))
    for _ in range(2):
        _sweep()
        with transaction(story.bind) as session:
            session.execute(text("UPDATE virtual_clock SET base = base - interval '1 hour'"))
        _sweep()
        with transaction(story.bind) as session:
            session.execute(
                text("UPDATE virtual_clock SET base = base + :step"),
                {"step": timedelta(hours=1 + hour)},
            )
    assert len(story.mails("daily_reminder")) == 2


def _sweep() -> None:
    asyncio.run(remind_daily.fn())
