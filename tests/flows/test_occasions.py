"""When calendar work is due: by Shanghai's clock, once, and again when it failed in part."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import text

from flows import compile_monthly_return
from flows.compile_monthly_return import months_due
from flows.locks import alone
from flows.occasions import Occasion, Rhythm, keep, occasion_of, rests
from flows.remind_daily import remind_daily
from flows.sweeps import Tally, note_failure
from states.records.db import transaction
from tests.flows.conftest import EVE_OF_THE_LAST_DAY, MORNING, Story

DAILY = Rhythm(time(8, 30))
EARLY = Rhythm(time(6), days=12)


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_a_rhythm_is_written_once_and_spelled_for_prefect() -> None:
    assert (DAILY.cron, EARLY.cron) == ("30 8 * * *", "0 6 1-12 * *")


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        (utc(4, 7, 0, 29), utc(4, 6, 0, 30), utc(4, 7, 0, 30)),
        (utc(4, 7, 0, 30), utc(4, 7, 0, 30), utc(4, 8, 0, 30)),
        (utc(4, 7, 17, 0), utc(4, 7, 0, 30), utc(4, 8, 0, 30)),
    ],
)
def test_the_day_turns_in_shanghai(now: datetime, last: datetime, following: datetime) -> None:
    assert (DAILY.last(now), DAILY.next(now)) == (last, following)


def test_the_first_days_of_a_month_end() -> None:
    assert EARLY.last(utc(4, 28, 1)) == utc(4, 11, 22)
    assert EARLY.next(utc(4, 28, 1)) == utc(4, 30, 22)


def occasion(at: datetime, since: datetime | None) -> Occasion:
    return Occasion(at, since, at)


def test_a_stopped_service_makes_good_every_month_it_missed() -> None:
    assert months_due(occasion(utc(7, 2, 22), None)) == ["2026-06"]
    assert months_due(occasion(utc(7, 2, 22), utc(7, 1, 22))) == ["2026-06"]
    assert months_due(occasion(utc(7, 2, 22), utc(4, 3, 22))) == [
        *("2026-03", "2026-04", "2026-05", "2026-06"),
    ]


def fails(_: Occasion, tally: Tally) -> None:
    tally.failed += 1


def does(_: Occasion, tally: Tally) -> None:
    tally.handled += 1


def is_due(story: Story) -> bool:
    with transaction(story.bind) as session:
        return occasion_of(session, "x", DAILY) is not None


@pytest.mark.parametrize(("work", "again"), [(fails, True), (does, False)])
def test_what_failed_in_part_comes_again_after_a_rest(
    story: Story, work: Callable[[Occasion, Tally], None], *, again: bool
) -> None:
    keep("x", DAILY, work)
    assert is_due(story) is again
    with transaction(story.bind) as session:
        assert rests(session, "x") is again


@pytest.mark.parametrize(
    ("times", "minutes", "rest"), [(1, 2, False), (3, 8, True), (3, 11, False), (9, 110, True)]
)
def test_trouble_that_stays_is_met_less_and_less_often(
    story: Story, times: int, minutes: int, *, rest: bool
) -> None:
    keep("x", DAILY, fails)
    with transaction(story.bind) as session:
        for _ in range(times):
            note_failure(session, "x", "batch/1", error="HubUnavailableError")
        note_failure(session, "another", "batch/1", error="HubUnavailableError")
        before = datetime.now(UTC) - timedelta(minutes=minutes)
        session.execute(text("UPDATE sweep SET started_at = :before"), {"before": before})
        assert rests(session, "x") is rest


def test_a_jump_of_the_date_makes_it_due(story: Story) -> None:
    keep("x", DAILY, does)
    story.at(MORNING.replace(day=20))
    assert is_due(story)


def test_two_workers_are_never_at_it_together(story: Story) -> None:
    story.a_project()
    story.at(EVE_OF_THE_LAST_DAY)
    with alone(story.bind, "remind_daily") as mine:
        assert mine
        assert asyncio.run(remind_daily.fn()) == Tally()
    assert asyncio.run(remind_daily.fn()).handled == 2


def compiles() -> int:
    return asyncio.run(compile_monthly_return.compile_monthly_return.fn()).handled


def test_drafts_are_compiled_for_every_district_with_projects(story: Story) -> None:
    story.a_project()
    assert compiles() == 0, "in March it had none"
    story.at(utc(5, 7, 1))
    assert compiles() == 1
    assert len(story.mails("return_to_prepare")) == 2
    assert compiles() == 0
    story.at(utc(5, 8, 1))
    assert compiles() == 1
    assert len(story.mails("return_to_prepare")) == 2


def test_a_return_that_was_given_back_is_not_compiled_by_the_flow(story: Story) -> None:
    story.a_project()
    story.at(utc(5, 7, 1))
    compiles()
    with transaction(story.bind) as session:
        session.execute(
            text("UPDATE monthly_return SET state = 'returned', returned_text = '有误'")
        )
    story.at(utc(5, 8, 1))
    assert compiles() == 1, "it was looked at, and left"
    with transaction(story.bind) as session:
        assert session.scalar(text("SELECT state FROM monthly_return")) == "returned"


def test_a_sweep_that_was_cut_off_with_its_process_is_made_good_at_once(story: Story) -> None:
    keep("x", DAILY, does)
    with transaction(story.bind) as session:
        session.execute(
            text("UPDATE sweep SET outcome = 'running', started_at = clock_timestamp()")
        )
        assert not rests(session, "x")
