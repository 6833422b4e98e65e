"""The administrators hear in the morning what is broken, and nothing when nothing is."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from flows.daily_digest import RHYTHM, daily_digest
from flows.outside.failing import FailingPostman
from flows.outside.null import NullPostman
from flows.outside.ports import Delivery, Outcome
from flows.sweeps import Tally, note_failure
from states.records import bounces, mail_board
from states.records.db import transaction
from states.records.tables import Appointment, Mail, Person
from states.rules.stages import Role
from tests.bounces import a_report
from tests.flows.conftest import MORNING, Story
from tests.flows.test_deliver_mail import body_of, deliver, due_again

DAY = timedelta(days=1)
AUTUMN = datetime(2026, 11, 20, 1, 0, tzinfo=MORNING.tzinfo)
"""Six weeks before the known working days end."""


@pytest.fixture
def admin(story: Story) -> int:
    """An administrator of the service."""
    with transaction(story.bind) as session:
        person = Person(name="管理员示例", email="admin@office.test", language="en")
        session.add(person)
        session.flush()
        session.add(
            Appointment(
                person_id=person.id,
                office_id=story.offices["C"],
                role=Role.ADMINISTRATOR,
                since=date(2026, 1, 1),
            )
        )
        return person.id


def digest(story: Story) -> Tally:
    return asyncio.run(daily_digest.fn())


def told(story: Story) -> list[dict[str, object]]:
    return [mail.context["trouble"] for mail in story.mails("daily_digest")]


def execute(story: Story, statement: str) -> None:
    with transaction(story.bind) as session:
        session.execute(text(statement))


def refused(story: Story) -> Mail:
    story.a_project()
    no = Delivery(Outcome.REFUSED, "no such user", 550)
    deliver(story, lambda: FailingPostman(no))
    return story.mails()[0]


def came_back(story: Story) -> None:
    story.a_project()
    deliver(story, NullPostman)
    with transaction(story.bind) as session:
        raw = a_report(story.mails()[0].message_id)
        bounces.take(session, raw, machine_now=datetime.now(MORNING.tzinfo))


def failed(story: Story) -> None:
    with transaction(story.bind) as session:
        note_failure(session, "drive_projects", "project/7", error="KeyError")


def waits(story: Story) -> None:
    story.a_project()
    deliver(story, FailingPostman)
    story.at(MORNING + DAY + timedelta(hours=1))


def sweep_failed(story: Story) -> None:
    execute(
        story,
        """
        INSERT INTO sweep (name, started_at, finished_at, outcome, handled, failed, runs,
                           flow_run_id)
        VALUES ('drive_projects', now(), now(), 'failed: KeyError', 0, 0, 1, '')""",
    )


def worker_silent(story: Story) -> None:
    execute(
        story,
        """
        INSERT INTO heartbeat (part, at, detail)
        VALUES ('worker', now() - interval '1 hour', '{}')""",
    )


def calendar_ends(story: Story) -> None:
    story.at(AUTUMN)


CASES: list[tuple[str, Callable[[Story], object], object]] = [
    ("failures", failed, 1),
    ("refused", refused, 2),
    ("bounced", came_back, 1),
    ("waiting", waits, 2),
    ("late", sweep_failed, 1),
    ("late", worker_silent, 1),
    ("calendar_end", calendar_ends, "2026-12-31"),
]


def test_nothing_is_said_when_nothing_is_broken(story: Story, admin: int) -> None:
    story.a_project()
    deliver(story, NullPostman)
    assert digest(story) == Tally(until=RHYTHM.last(MORNING))
    assert told(story) == []


@pytest.mark.parametrize(
    ("kind", "happens", "number"), CASES, ids=[case[1].__name__ for case in CASES]
)
def test_each_trouble_alone_is_worth_one_letter(
    story: Story, admin: int, kind: str, happens: Callable[[Story], object], number: object
) -> None:
    happens(story)
    assert digest(story).handled == 1
    (trouble,) = told(story)
    assert {name: value for name, value in trouble.items() if value} == {kind: number}
    (mail,) = story.mails("daily_digest")
    assert mail.person_id == admin


def test_a_second_look_on_the_same_morning_promises_nothing_more(story: Story, admin: int) -> None:
    failed(story)
    digest(story)
    assert digest(story) == Tally()
    story.at(MORNING + DAY)
    assert digest(story).handled == 1


def test_what_was_put_right_is_no_longer_told(story: Story, admin: int) -> None:
    mail = refused(story)
    for each in story.mails():
        with transaction(story.bind) as session:
            mail_board.retry(session, each.id, at=MORNING)
    deliver(story, NullPostman)
    assert story.mails()[0].id == mail.id
    digest(story)
    assert told(story) == []


def test_what_was_refused_on_a_day_before_is_not_told_again(story: Story, admin: int) -> None:
    refused(story)
    execute(story, "ALTER TABLE mail_event DISABLE TRIGGER mail_event_is_append_only")
    execute(story, "UPDATE mail_event SET at = at - interval '25 hours'")
    digest(story)
    assert told(story) == []


def test_the_letter_gives_counts_and_a_link_and_names_nobody(story: Story, admin: int) -> None:
    refused(story)
    failed(story)
    digest(story)
    postman = NullPostman()
    due_again(story)
    deliver(story, lambda: postman)
    (letter,) = [each for each in postman.sent if each["X-Duban-Letter"] == "daily_digest"]
    assert str(letter["Subject"]).endswith("Duban: 2 kinds of trouble to look at")
    body = body_of(letter)
    assert "Work that failed: 1" in body
    assert "Letters refused of late: 2" in body
    assert "came back" not in body
    assert "/operations" in body
    assert "reviewer@office.test" not in body
    assert "HP-2026" not in body
