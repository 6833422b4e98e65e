"""What the checks of a monthly return say before it is signed."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session

from states.errors import NotAllowed
from states.records import return_board, returns
from states.records.return_board import OpenMonth
from states.rules.facts import ScoresConfirmed, Suspended
from states.rules.findings import Weight
from states.rules.stages import Role
from tests.desks import Class, learners
from tests.house import NOON, a_house


@pytest.fixture
def life(session: Session) -> Class:
    return Class(session, a_house(session))


def _codes(life: Class, month: str = "2026-05") -> list[str]:
    found = returns.view(life.session, life.compiles(month))
    return [finding.code for finding in returns.findings_of(life.session, found)]


def test_a_class_without_a_second_signature_under_its_scores_is_named(life: Class) -> None:
    life.held().scores("pass", "pass", "pass", "pass", "fail", "absent")
    assert _codes(life) == ["return_scores_unconfirmed"]
    assert _codes(life, "2026-04") == [], "it was assessed in May"


def test_a_class_whose_survey_is_open_is_named_with_its_day(life: Class) -> None:
    found = returns.view(life.session, life.surveying().compiles())
    (finding,) = returns.findings_of(life.session, found)
    assert (finding.code, finding.weight) == ("return_survey_missing", Weight.NOTE)
    assert finding.params["day"] == "2026-05-21"
    life.wait(days=8)
    (finding,) = returns.findings_of(life.session, found)
    assert finding.code == "return_class_is_not_counted"
    assert _codes(life) == []


def test_scores_confirmed_after_the_month_belong_to_the_next(life: Class) -> None:
    life.held().scores("pass", "pass", "pass", "pass", "fail", "absent")
    life.says(ScoresConfirmed(class_no=1), life.house.second, days=20)
    assert _codes(life) == ["return_scores_confirmed_later"]


def test_a_suspended_class_waits(life: Class) -> None:
    life.surveyed().says(Suspended(text="核查"), life.house.first)
    assert _codes(life) == ["return_class_is_suspended"]


def test_a_draft_with_a_class_that_was_stopped_is_not_signed(life: Class) -> None:
    number = life.surveyed().compiles()
    life.says(Suspended(text="核查"), life.house.first)
    seen = returns.view(life.session, number).version
    with pytest.raises(NotAllowed) as refused:
        returns.sign_prepared(life.session, number, actor=life.house.first, at=life.at, seen=seen)
    assert [f.code for f in refused.value.findings] == ["return_names_a_stopped_class"]


def test_the_same_person_twice_is_said_and_persons_are_counted_apart(life: Class) -> None:
    again = Class(life.session, life.house)
    life.surveyed()
    again.surveyed()
    found = returns.view(life.session, life.compiles())
    assert (found.figures["passed"], found.figures["persons"]) == (8, 4)
    twice = returns.findings_of(life.session, found)
    assert [finding.code for finding in twice] == ["return_person_twice"] * 4
    assert {finding.weight for finding in twice} == {Weight.NOTE}
    assert "HP-2026-001-01/3" in str(twice[0].params["places"])
    returns.sign_prepared(
        life.session, found.id, actor=life.house.first, at=life.at, seen=found.version
    )


def test_somebody_reported_or_certified_before_is_said(life: Class) -> None:
    life.reported()
    again = Class(life.session, life.house)
    again.surveyed()
    again.at = life.at
    assert _codes(again, "2026-06") == ["return_person_reported"] * 4
    batch = life.batch()
    assert batch is not None
    assert set(_codes(again, "2026-06")) == {"return_person_certified", "return_person_reported"}


def test_what_was_said_at_the_signature_stays(life: Class) -> None:
    held = Class(life.session, life.house)
    held.filed().enrols(learners(6, name="李示例")).wait(days=7)
    number = life.surveyed().compiles()
    held.ends().scores("pass", "pass", "pass", "pass", "fail", "absent")
    found = returns.view(life.session, number)
    said = returns.findings_of(life.session, found)
    assert [finding.code for finding in said] == ["return_scores_unconfirmed"]
    returns.sign_prepared(
        life.session, number, actor=life.house.first, at=life.at, seen=found.version,
        responsible=" 王示例 ",
    )  # fmt: skip
    held.says(ScoresConfirmed(class_no=1), life.house.second)
    signed = returns.view(life.session, number)
    assert returns.findings_of(life.session, signed) == said
    assert signed.responsible == "王示例"
    assert returns.last_responsible(life.session, life.house.district_id) == "王示例"


@pytest.mark.parametrize(("sent", "late"), [("2026-05-11", False), ("2026-05-12", True)])
def test_E47_a_return_sent_on_the_fifth_working_day_is_in_time(  # noqa: N802
    life: Class, sent: str, *, late: bool
) -> None:
    life.proposed()
    number = life.compiles("2026-04")
    life.at = datetime.fromisoformat(f"{sent}T15:59:00+00:00")
    for act, actor in (
        (returns.sign_prepared, life.house.first),
        (returns.sign_checked_and_submit, life.house.second),
    ):
        seen = returns.view(life.session, number).version
        act(life.session, number, actor=actor, at=life.at, seen=seen)
    (line,) = return_board.of_month(life.session, "2026-04", life.at + timedelta(days=30))
    assert (line.due_on, line.late) == (date(2026, 5, 11), late)


def test_a_return_given_back_is_owed_again_and_late_by_its_new_sending() -> None:
    sent, due = datetime.fromisoformat("2026-05-10T04:00:00+00:00"), date(2026, 5, 11)
    later = sent + timedelta(days=5)
    assert not return_board.is_late("submitted", sent, due=due, at=later)
    assert return_board.is_late("returned", sent, due=due, at=later)
    assert return_board.is_late("submitted", later, due=due, at=later)


def test_the_grid_shows_every_district_those_that_have_not_reported_first(life: Class) -> None:
    quiet = return_board.of_districts(life.session, "2026-04", NOON)
    assert [line.owes for line in quiet] == [False]
    life.proposed()
    (line,) = return_board.of_districts(life.session, "2026-04", NOON + timedelta(days=30))
    assert (line.owes, line.state, line.overdue) == (True, "", False)
    (line,) = return_board.of_districts(life.session, "2026-04", NOON + timedelta(days=50))
    assert line.overdue
    assert Role.CENTRE in return_board.READERS


def test_a_district_owes_no_month_before_its_first_project(life: Class) -> None:
    life.proposed()
    (line,) = return_board.of_districts(life.session, "2026-03", NOON + timedelta(days=60))
    assert (line.owes, line.overdue) == (False, False)
    assert return_board.of_month(life.session, "2026-03", NOON + timedelta(days=60)) == []


def test_a_month_that_somebody_still_owes_stays_on_the_list_of_the_centre(life: Class) -> None:
    life.proposed()
    number = life.compiles("2026-04")
    assert return_board.older_open(life.session, life.at) == [], "it is the month that is due"
    later = life.at + timedelta(days=31)
    assert return_board.older_open(life.session, later) == [OpenMonth("2026-04", 1, 0)]
    for act, actor in (
        (returns.sign_prepared, life.house.first),
        (returns.sign_checked_and_submit, life.house.second),
    ):
        seen = returns.view(life.session, number).version
        act(life.session, number, actor=actor, at=life.at, seen=seen)
    assert return_board.older_open(life.session, later) == []
    seen = returns.view(life.session, number).version
    returns.give_back(
        life.session, number, text="名单有误", actor=life.house.centre, at=life.at, seen=seen
    )
    assert return_board.older_open(life.session, later) == [OpenMonth("2026-04", 1, 1)]
