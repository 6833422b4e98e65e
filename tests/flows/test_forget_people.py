"""In the night after its notice a forgetting is done, once; a stopped one never."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from flows.deployments import CALENDAR, FLOWS
from flows.forget_people import NAME, forget_people
from flows.sweeps import Tally
from states.records import acts, forgetting, traces
from states.records.db import transaction
from states.records.tables import (
    Account,
    Enrolment,
    Failure,
    Forgetting,
    RequestKey,
    SurveyAnswer,
)
from states.rules.facts import Suspended
from tests.desks import Class
from tests.flows.conftest import MORNING, Story
from tests.flows.test_file_training import house_of

LICENSED = "UPDATE office SET licence_covers = true, licence_valid_until = '2027-1-1'"
LONG_AGO = """
UPDATE project SET stage = 'withdrawn', unsettled = false, wake_at = NULL, stop_text = '示例'
 WHERE id = :project;
WITH klass AS (
  INSERT INTO training_class (project_id, no, opens_on, ends_on, regime, standard, bank, reason)
  VALUES (:project, 1, '2022-03-20', '2022-03-30', '2025', 's', 'b', 'r') RETURNING id
), who AS (
  INSERT INTO learner (document_kind, number_index, number_sealed)
  VALUES ('resident_id_card', '\\x01', '\\x01') RETURNING id
)
INSERT INTO enrolment (class_id, learner_id, sheet_row, name_sealed, sex, category, employer,
                       employer_uscc, school, hukou, retirement, verdict, findings)
SELECT klass.id, who.id, 2, '\\x01', 'female', '', '', '', '', '', '', 'admitted', '[]'
  FROM klass, who
"""


@pytest.fixture
def second(story: Story) -> int:
    """An approved forgetting of one learner; its notice ends in the night of 21 April."""
    project = story.a_project()
    officer, other = story.staff["officer"], story.staff["reviewer"]
    with transaction(story.bind) as session:
        for statement in LONG_AGO.split(";"):
            session.execute(text(statement), {"project": project})
        made = forgetting.propose(session, date(2026, 4, 7), "期限已满", actor=officer, at=MORNING)
        # Another officer of the centre; the house of these stories has but one.
        approver = type(officer)(other.person_id, officer.office_id, officer.role)
        due_on = forgetting.approve(session, made, actor=approver, at=MORNING)
    assert due_on == date(2026, 4, 21)
    return made


def night(story: Story, day: int, hour: int = 19, minute: int = 10) -> Tally:
    """The flow at that moment of April, in UTC: ten past three is the evening before."""
    story.at(datetime(2026, 4, day, hour, minute, tzinfo=UTC))
    return asyncio.run(forget_people.fn())


def names(story: Story) -> list[bytes]:
    with Session(story.bind) as session:
        return [one.name_sealed for one in session.exec(select(Enrolment))]


def state(story: Story, made: int) -> str:
    with Session(story.bind) as session:
        return session.get_one(Forgetting, made).state


def test_it_is_in_the_calendar_at_ten_past_three() -> None:
    assert CALENDAR[NAME].cron == "10 3 * * *"
    assert FLOWS[NAME] is forget_people


def test_the_notice_is_waited_for_and_then_it_is_done_once(story: Story, second: int) -> None:
    assert night(story, 19).handled == 0
    assert (names(story), state(story, second)) == ([b"\x01"], "approved")
    assert night(story, 20).handled == 1
    assert (names(story), state(story, second)) == ([b""], "done")
    assert night(story, 21).handled == 0
    with Session(story.bind) as session:
        done = [one for one in acts.latest(session) if one.name == acts.FORGOTTEN]
    assert [(one.role, one.detail["learners"], one.about) for one in done] == [
        ("system", 1, f"forgetting/{second}")
    ]


def test_what_was_stopped_in_time_is_not_done(story: Story, second: int) -> None:
    with transaction(story.bind) as session:
        officer = story.staff["officer"]
        forgetting.stop(session, second, "投诉尚未办结", actor=officer, at=MORNING)
    assert night(story, 25).handled == 0
    assert names(story) == [b"\x01"]


def test_a_failure_changes_nothing_and_comes_again(
    story: Story, second: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:

        def breaks(session: Session, as_of: date, *, at: datetime) -> None:
            traces_empty(session, as_of, at=at)
            raise RuntimeError

        traces_empty = traces.empty
        broken.setattr(traces, "empty", breaks)
        assert night(story, 20).failed == 1
    assert (names(story), state(story, second)) == ([b"\x01"], "approved")
    with Session(story.bind) as session:
        (failure,) = session.exec(select(Failure)).all()
    assert (failure.about, failure.error) == (f"forgetting/{second}", "RuntimeError")
    assert asyncio.run(forget_people.fn()).handled == 1
    with Session(story.bind) as session:
        assert session.exec(select(Failure)).all() == []


def test_answers_of_a_project_that_was_stopped_are_parted_in_the_night_after_the_close(
    story: Story,
) -> None:
    with transaction(story.bind) as session:
        session.execute(text(LICENSED))
        life = Class(session, house_of(story)).surveying()
        for nonce in life.nonces()[:3]:
            life.answers(nonce, 5)
        life.says(Suspended(text="核查"), life.house.first)
    before = answers(story)
    story.at(datetime(2026, 5, 20, 20, tzinfo=UTC))
    assert asyncio.run(forget_people.fn()).handled == 0, "the closing day still counts"
    assert answers(story) == before
    story.at(datetime(2026, 5, 21, 20, tzinfo=UTC))
    assert asyncio.run(forget_people.fn()).handled == 1
    assert not before & answers(story)
    story.at(datetime(2026, 5, 22, 20, tzinfo=UTC))
    assert asyncio.run(forget_people.fn()).handled == 0


def answers(story: Story) -> set[int]:
    with Session(story.bind) as session:
        return set(session.exec(select(SurveyAnswer.id)).all())


def test_answers_of_repeated_requests_go_after_their_time(story: Story) -> None:
    with transaction(story.bind) as session:
        account = Account(person_id=story.staff["officer"].person_id or 0, login="officer")
        session.add(account)
        session.flush()
        old = datetime.now(UTC) - timedelta(days=40)
        session.add(RequestKey(key="k", account_id=account.id, fingerprint="", at=old))
    night(story, 7)
    with Session(story.bind) as session:
        assert session.exec(select(RequestKey)).all() == []
