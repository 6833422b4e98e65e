"""Every rung once, one letter a morning for each person, and nobody who is done."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from flows import deliver_mail
from flows.remind_daily import remind_daily
from flows.sweeps import Tally, note_failure
from states import actions
from states.records import clock, letter_facts, outbox, returns
from states.records.db import transaction
from states.records.letter_facts import context_for
from states.records.tables import Appointment, Deputy, Mail, Person, Reminder, ReminderReader
from states.rules.facts import Fact, ReviewSigned, SentBack
from states.rules.facts_of_time import DeadlineExtended
from states.rules.stages import Role
from tests.flows.conftest import Story

# A plan of 7 April is to be reviewed by the 14th: its rungs are the 7th (its own day, skipped),
# the 13th and 14th, then 17, 23 and 28 April.
RUNGS = {1: 13, 2: 14, 3: 17, 4: 23, 5: 28}


def remind(story: Story, day: int, *, month: int = 4, hour: int = 1) -> Tally:
    story.at(datetime(2026, month, day, hour, tzinfo=UTC))
    return asyncio.run(remind_daily.fn())


def read_by(story: Story, *, rung: int) -> dict[str, str]:
    """Who was reminded at a rung, and as what."""
    names = {actor.person_id: name for name, actor in story.staff.items()}
    with Session(story.bind) as session:
        found = session.exec(
            select(ReminderReader, Reminder)
            .join(Reminder, col(Reminder.id) == ReminderReader.reminder_id)
            .where(Reminder.rung == rung)
        )
        return {names.get(reader.person_id, "?"): reader.as_what for reader, _ in found}


def rungs(story: Story) -> list[int]:
    with Session(story.bind) as session:
        return sorted(session.exec(select(Reminder.rung)))


def says(story: Story, project: int, fact: Fact, who: str) -> None:
    with transaction(story.bind) as session:
        actions.record(
            session, project, fact, actor=story.staff[who], at=clock.now(session), settle=True
        )


def lease(story: Story) -> list[Mail]:
    """Whatever may be sent now is taken; the reminders that are no longer owed become moot."""
    with transaction(story.bind) as session:
        now = clock.now(session)
        outbox.lease(session, at=now, machine_now=now, limit=100, lease_seconds=60)
    return story.mails("daily_reminder")


def test_each_rung_of_the_ladder_is_reached_on_its_working_day_and_only_then(story: Story) -> None:
    story.a_project()
    seen: dict[int, int] = {}
    for day in range(7, 30):
        before = len(rungs(story))
        remind(story, day)
        for rung in rungs(story)[before:]:
            seen[rung] = day
    assert seen == RUNGS


def test_the_ladder_reaches_up_from_colleagues_to_heads_and_the_bureau(story: Story) -> None:
    story.a_project()
    remind(story, 28)
    duty = {"reviewer": "duty", "second": "duty"}
    assert read_by(story, rung=1) == duty
    assert read_by(story, rung=3) == duty | {"district head": "head"}
    assert read_by(story, rung=4) == duty | {"district head": "district_head"}
    assert read_by(story, rung=5) == duty | {"bureau": "bureau"}


def test_a_sent_back_plan_is_first_its_submitters_then_everybodys_then_the_heads(
    story: Story,
) -> None:
    with transaction(story.bind) as session:
        person = Person(name="colleague", email="colleague@office.test")
        session.add(person)
        session.flush()
        session.add(
            Appointment(
                person_id=person.id,
                office_id=story.offices["P1"],
                role=Role.PROVIDER,
                since=date(2026, 1, 1),
            )
        )
    project = story.a_project()
    says(story, project, SentBack(code="hours", text="x"), "reviewer")
    remind(story, 14)
    assert read_by(story, rung=0) == {"operator": "responsible"}
    remind(story, 20)
    assert read_by(story, rung=1) == {"operator": "duty", "?": "duty"}
    remind(story, 24)
    assert read_by(story, rung=3) == {"operator": "duty", "?": "duty", "head": "head"}


def test_what_a_stopped_service_missed_is_one_letter_a_person_and_every_rung_once(
    story: Story,
) -> None:
    story.a_project()
    assert remind(story, 28).handled == 4, "two reviewers, the district head, the bureau"
    assert rungs(story) == [1, 2, 3, 4, 5]
    (mail,) = [m for m in story.mails("daily_reminder") if m.person_id == reviewer(story)]
    (item,) = mail.context["items"]
    assert (item["rung"], item["due"]) == (5, "2026-04-14")


def reviewer(story: Story) -> int:
    return story.staff["reviewer"].person_id or 0


def test_after_the_last_rung_there_are_no_more_reminders(story: Story) -> None:
    story.a_project()
    remind(story, 28)
    assert remind(story, 29, month=5).handled == 0


def test_one_letter_a_person_and_morning_with_all_items(story: Story) -> None:
    story.a_project()
    story.a_project()
    assert remind(story, 13) == Tally(handled=2, until=datetime(2026, 4, 13, 0, 30, tzinfo=UTC))
    mails = story.mails("daily_reminder")
    assert {len(mail.context["items"]) for mail in mails} == {2}
    assert {mail.key for mail in mails} == {
        f"reminder/{mail.person_id}/2026-04-13" for mail in mails
    }


def test_a_second_run_on_the_same_day_adds_nothing(story: Story) -> None:
    story.a_project()
    remind(story, 13)
    with transaction(story.bind) as session:
        session.execute(text("UPDATE sweep SET handled_until = NULL"))
    assert asyncio.run(remind_daily.fn()).handled == 0
    assert len(story.mails("daily_reminder")) == 2


def test_before_half_past_eight_it_is_not_yet_morning(story: Story) -> None:
    story.a_project()
    story.at(datetime(2026, 4, 13, 0, 29, tzinfo=UTC))
    asyncio.run(remind_daily.fn())
    before = len(story.mails("daily_reminder"))
    story.at(datetime(2026, 4, 13, 0, 30, tzinfo=UTC))
    asyncio.run(remind_daily.fn())
    assert (before, len(story.mails("daily_reminder"))) == (0, 2)


def test_whoever_signed_is_not_reminded_to_sign(story: Story) -> None:
    project = story.a_project()
    story.sign(project, "reviewer")
    remind(story, 13)
    assert set(read_by(story, rung=1)) == {"second"}


def test_whoever_signs_between_promise_and_post_is_not_reminded(story: Story) -> None:
    project = story.a_project()
    remind(story, 13)
    story.sign(project, "reviewer")
    states = {mail.person_id: mail.state for mail in lease(story)}
    assert states[story.staff["reviewer"].person_id] == "moot"
    assert states[story.staff["second"].person_id] == "leased"


@pytest.mark.parametrize("settle", [True, False])
def test_what_is_done_between_promise_and_post_is_not_reminded_of(
    story: Story, *, settle: bool
) -> None:
    project = story.a_project()
    remind(story, 13)
    story.sign(project, "reviewer", "second", settle=settle)
    states = {mail.state for mail in lease(story)}
    assert states == ({"moot"} if settle else {"promised"}), "while unsettled it waits"


def test_a_deadline_that_moved_between_promise_and_post_is_not_reminded_of(story: Story) -> None:
    project = story.a_project()
    remind(story, 13)
    fact = DeadlineExtended(
        duty="review", since=date(2026, 4, 7), to=Role.REVIEWER, due_on=date(2026, 4, 14),
        until=date(2026, 4, 20), text="x",
    )  # fmt: skip
    says(story, project, fact, "bureau")
    assert {mail.state for mail in lease(story)} == {"moot"}
    assert remind(story, 17).handled == 2, "the new day has a ladder of its own"
    assert rungs(story) == [1, 1]


def test_whoever_left_the_office_between_promise_and_post_is_not_reminded(story: Story) -> None:
    story.a_project()
    remind(story, 13)
    with transaction(story.bind) as session:
        session.execute(
            text("UPDATE appointment SET until = '2026-04-12' WHERE person_id = :id"),
            {"id": reviewer(story)},
        )
    states = {mail.person_id: mail.state for mail in lease(story)}
    assert states[reviewer(story)] == "moot"


def test_a_deputy_is_reminded_once_of_a_duty(story: Story) -> None:
    with transaction(story.bind) as session:
        officer = story.staff["officer"].person_id or 0
        session.add(
            Deputy(
                person_id=reviewer(story),
                deputy_id=officer,
                since=date(2026, 4, 8),
                until=date(2026, 4, 30),
                at=clock.now(session),
            )
        )
    story.a_project()
    for day in RUNGS.values():
        remind(story, day)
    assert read_by(story, rung=1)["officer"] == "deputy"
    assert "officer" not in read_by(story, rung=2) | read_by(story, rung=5)


def test_the_letter_lists_what_is_open_when_it_is_written_the_most_urgent_first(
    story: Story,
) -> None:
    story.a_project()
    story.at(datetime(2026, 4, 8, 1, tzinfo=UTC))
    other = story.a_project()
    done = story.a_project()
    remind(story, 14)
    story.sign(done, "reviewer", "second")
    with transaction(story.bind) as session:
        now = clock.now(session)
        mails = outbox.lease(session, at=now, machine_now=now, limit=100, lease_seconds=60)
        mail = next(
            m for m in mails if m.letter == "daily_reminder" and m.person_id == reviewer(story)
        )
        told = context_for(session, mail, at=now, base_url="https://duban.example.invalid")
    items = told["items"]
    assert isinstance(items, list)
    assert [item["due"] for item in items] == [date(2026, 4, 14), date(2026, 4, 15)]
    assert str(items[1]["link"]).endswith(story.project(other).code)


def test_a_return_that_is_not_sent_in_pushes_like_any_other_duty(story: Story) -> None:
    story.a_project()
    story.at(datetime(2026, 5, 4, 1, tzinfo=UTC))
    with transaction(story.bind) as session:
        made = returns.compile_return(
            session, district_id=story.offices["HP"], month="2026-04", at=clock.now(session)
        )
    story.at(datetime(2026, 5, 11, 1, tzinfo=UTC))
    asyncio.run(remind_daily.fn())
    items = [
        item
        for mail in story.mails("daily_reminder")
        for item in mail.context["items"]
        if item.get("return") == made
    ]
    assert {item["due"] for item in items} == {"2026-05-11"}, "E47: the 5th working day of May"
    assert {item["duty"] for item in items} == {"submit_return"}


def test_a_quiet_day_promises_nothing_and_is_remembered(story: Story) -> None:
    assert remind(story, 7).handled == 0
    assert story.sweep("remind_daily").handled_until == datetime(2026, 4, 7, 0, 30, tzinfo=UTC)


def test_a_hundred_thousand_open_timers_are_not_looked_at_while_none_is_due(story: Story) -> None:
    """The plan of the query begins at the index of next rungs, which has nothing for the day."""
    story.a_project()
    with transaction(story.bind) as session:
        session.execute(
            text("""
            INSERT INTO timer (project_id, duty, subject, role, since, due_on, provisional,
                               source, rung_on)
            SELECT p.id, 'review', 'x' || n, 'district_reviewer', '2026-04-07', '2027-01-01',
                   false, '', '2026-12-01' FROM project p, generate_series(1, 100000) n""")
        )
    with story.bind.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
        line.execute(text("ANALYZE timer"))
        plan = line.execute(
            text("EXPLAIN SELECT * FROM timer t WHERE t.rung_on <= '2026-04-08'")
        ).scalars()
        assert "timer_by_rung" in "\n".join(plan)


def test_signing_twice_over_is_not_needed_to_stop_the_ladder(story: Story) -> None:
    project = story.a_project()
    says(story, project, ReviewSigned(), "reviewer")
    says(story, project, ReviewSigned(), "second")
    remind(story, 17)
    with Session(story.bind) as session:
        assert not session.exec(select(Reminder).where(Reminder.duty == "review")).all()


def test_a_duty_that_is_done_while_the_letter_is_being_written_is_not_reminded_of(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = story.a_project()
    remind(story, 13)
    real = letter_facts.contexts_for

    def done_meanwhile(session: Session, *args: Any, **more: Any) -> Any:  # noqa: ANN401
        if story.project(project).stage == "proposed":
            story.sign(project, "reviewer", "second")
        return real(session, *args, **more)

    monkeypatch.setattr(letter_facts, "contexts_for", done_meanwhile)
    asyncio.run(deliver_mail.deliver_mail.fn())
    assert {mail.state for mail in story.mails("daily_reminder")} == {"moot"}


def test_a_project_that_cannot_settle_holds_nobody_elses_reminders_back(story: Story) -> None:
    story.a_project()
    stuck = story.a_project()
    remind(story, 13)
    with transaction(story.bind) as session:
        session.execute(text("UPDATE project SET unsettled = true WHERE id = :id"), {"id": stuck})
    assert {mail.state for mail in lease(story)} == {"promised"}, "it may settle in a moment"
    with transaction(story.bind) as session:
        note_failure(session, "drive_projects", f"project/{stuck}", error="LookupError")
    assert {mail.state for mail in lease(story)} == {"leased"}
