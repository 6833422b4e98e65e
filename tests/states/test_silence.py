"""What comes of silence, through the one door: a project goes back, ends, or waits for others."""

from datetime import date

import pytest
from sqlmodel import Session, col, select

from states import actions
from states.errors import NotAllowed
from states.records.projects import load
from states.records.tables import Mail, Project, Timer
from states.rules.deadlines import shanghai_day
from states.rules.facts import PlanSubmitted, ReviewSigned, SentBack
from states.rules.facts_of_time import DeadlineExtended, TakenUp, Urged
from states.rules.law import the_law
from states.rules.stages import Role, Stage
from tests.house import Life, a_house, a_plan


@pytest.fixture
def life(session: Session) -> Life:
    return Life(session, a_house(session))


def project(life: Life) -> Project:
    return life.session.get_one(Project, life.id, populate_existing=True)


def duties(life: Life) -> dict[str, date]:
    found = life.session.exec(select(Timer).where(Timer.project_id == life.id))
    return {row.duty: row.due_on for row in found}


def letters(life: Life) -> set[tuple[str, int | None]]:
    found = life.session.exec(select(Mail).where(col(Mail.project_id) == life.id))
    return {(mail.letter, mail.person_id) for mail in found}


def replays(life: Life) -> bool:
    (loaded,) = load(life.session, [life.id])
    return actions.replay(loaded.recorded, at=life.at) is loaded.stage


def sweeps(life: Life) -> Stage:
    """The sweep that time alone has made due."""
    wakes = project(life).wake_at
    assert wakes is not None
    life.at = wakes
    return actions.settle(life.session, [life.id], at=life.at)[0].stage


def test_a_plan_that_was_sent_back_and_never_came_again_ends_the_project(life: Life) -> None:
    life.proposed().says(SentBack(code="hours", text="x"), life.house.first)
    assert sweeps(life) is Stage.RETURNED
    assert ("silence_warned", life.house.provider.person_id) in letters(life)
    assert sweeps(life) is Stage.TERMINATED
    assert "逾期未补正" in project(life).stop_text
    assert "never came" in project(life).stop_text
    assert ("project_closed_unanswered", life.house.provider.person_id) in letters(life)
    assert duties(life) == {}
    assert replays(life)


def test_after_months_without_a_service_nobody_is_ended_without_a_warning(life: Life) -> None:
    life.proposed().says(SentBack(code="hours", text="x"), life.house.first)
    life.wait(days=200)
    assert life.stands_at(Stage.RETURNED)
    life.wait(days=4)
    assert life.stands_at(Stage.RETURNED), "five working days lie after the warning"
    life.wait(days=6)
    assert life.stands_at(Stage.TERMINATED)
    assert replays(life)


def test_an_approved_plan_without_a_class_goes_back_for_new_days_and_lives_on(life: Life) -> None:
    life.approved()
    assert sweeps(life) is Stage.APPROVED
    assert sweeps(life) is Stage.RETURNED
    assert project(life).send_back_code == "opening_lapsed"
    assert ("opening_lapsed", life.house.provider.person_id) in letters(life)
    assert set(duties(life)) == {"resubmit"}, "no work item for the bureau"
    fresh: PlanSubmitted = a_plan(opens_on=date(2026, 8, 3))
    life.says(fresh, life.house.provider)
    assert life.stands_at(Stage.PROPOSED)
    five = the_law().calendar.nth_working_day_after(shanghai_day(life.at), 5).day
    assert duties(life)["review"] == five, "the review has all its days again"
    assert replays(life)


def test_a_plan_that_was_approved_late_is_counted_from_its_approval(life: Life) -> None:
    life.proposed().wait(days=100)
    life.says(ReviewSigned(), life.house.first).says(ReviewSigned(), life.house.second)
    assert life.stands_at(Stage.APPROVED)
    assert duties(life)["open_class"] >= shanghai_day(life.at)


def test_a_review_nobody_made_is_the_bureaus_until_somebody_does(life: Life) -> None:
    life.proposed().wait(days=30)
    assert life.stands_at(Stage.PROPOSED)
    assert set(duties(life)) == {"review", "take_up"}
    assert ("duty_escalated", life.house.bureau.person_id) in letters(life)
    taken = TakenUp(duty="review", since=date(2026, 4, 1), to=Role.REVIEWER, text="已联系。")
    life.says(taken, life.house.bureau)
    assert set(duties(life)) == {"review"}
    life.wait(days=60)
    assert set(duties(life)) == {"review"}, "it is noted once"
    assert replays(life)


def test_more_time_before_the_end_keeps_the_project_alive(life: Life) -> None:
    life.proposed().says(SentBack(code="hours", text="x"), life.house.first)
    longer = DeadlineExtended(
        duty="resubmit", since=date(2026, 4, 1), to=Role.PROVIDER, due_on=duties(life)["resubmit"],
        until=date(2026, 5, 14), text="x",
    )  # fmt: skip
    life.says(longer, life.house.first)
    assert duties(life)["resubmit"] == date(2026, 5, 14)
    assert ("deadline_extended", life.house.provider.person_id) in letters(life)
    life.wait(days=65)
    assert life.stands_at(Stage.RETURNED), "20 working days after the new last day are not over"
    life.wait(days=11)
    assert life.stands_at(Stage.TERMINATED)
    assert replays(life)


def test_a_reminder_by_hand_is_a_letter_to_everybody_with_the_duty_but_the_sender(
    life: Life,
) -> None:
    life.proposed()
    urged = Urged(duty="review", since=date(2026, 4, 1), to=Role.REVIEWER, count=1)
    life.says(urged, life.house.provider, days=1)
    readers = {person for letter, person in letters(life) if letter == "urged"}
    assert readers == {life.house.first.person_id, life.house.second.person_id}
    with pytest.raises(NotAllowed):
        life.says(urged.model_copy(update={"count": 2}), life.house.provider)
