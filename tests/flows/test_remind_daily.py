"""One reminder a morning for each person with something near or late, however often it is asked."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from flows.remind_daily import calls_for_a_reminder, remind_daily
from flows.sweeps import Tally
from states.records.db import transaction
from states.rules.law import the_law
from tests.flows.conftest import Story

LAW = the_law()
LADDER = LAW.regimes["2026-67"].reminders
FRIDAY = date(2026, 4, 17)


def remind() -> Tally:
    return asyncio.run(remind_daily.fn())


def on(day: date) -> bool:
    eve = date.fromordinal(day.toordinal() - 1)
    return calls_for_a_reminder(FRIDAY, (eve, day), LADDER, calendar=LAW.calendar)


@pytest.mark.parametrize("day", [10, 16, 17, 22, 27])
def test_the_ladder_counts_working_days(day: int) -> None:
    assert on(date(2026, 4, day))


@pytest.mark.parametrize("day", [9, 11, 12, 13, 15, 18, 19, 20, 25, 26])
def test_between_the_rungs_nobody_is_reminded(day: int) -> None:
    assert not on(date(2026, 4, day))


def test_a_span_that_was_slept_through_still_reminds_once() -> None:
    span = (date(2026, 4, 9), date(2026, 4, 13))
    assert calls_for_a_reminder(FRIDAY, span, LADDER, calendar=LAW.calendar)


def test_everybody_whose_turn_it_is_gets_one_letter_about_all_their_duties(story: Story) -> None:
    story.a_project()
    story.a_project()
    assert remind() == Tally(handled=2, until=datetime(2026, 4, 7, 0, 30, tzinfo=UTC))
    mails = story.mails("daily_reminder")
    assert {mail.person_id for mail in mails} == {
        story.staff["reviewer"].person_id,
        story.staff["second"].person_id,
    }
    assert {len(mail.context["items"]) for mail in mails} == {2}
    assert {mail.key for mail in mails} == {
        f"reminder/{mail.person_id}/2026-04-07" for mail in mails
    }


def test_a_second_run_on_the_same_day_adds_nothing(story: Story) -> None:
    story.a_project()
    remind()
    assert remind().handled == 0
    with transaction(story.bind) as session:
        session.execute(text("UPDATE sweep SET handled_until = NULL"))
    assert remind().handled == 0
    assert len(story.mails("daily_reminder")) == 2


def test_before_half_past_eight_it_is_not_yet_morning(story: Story) -> None:
    story.a_project()
    remind()
    story.at(datetime(2026, 4, 13, 0, 29, tzinfo=UTC))
    remind()
    before = len(story.mails("daily_reminder"))
    story.at(datetime(2026, 4, 13, 0, 30, tzinfo=UTC))
    remind()
    assert (before, len(story.mails("daily_reminder"))) == (2, 4)


def test_a_quiet_day_promises_nothing_and_is_remembered(story: Story) -> None:
    assert remind().handled == 0
    assert story.sweep("remind_daily").handled_until == datetime(2026, 4, 7, 0, 30, tzinfo=UTC)
