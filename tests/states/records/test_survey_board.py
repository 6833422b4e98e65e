"""Survey results put together: whose they are, and never fewer than five answers."""

from datetime import date

import pytest
from sqlmodel import Session

from states.actor import Actor
from states.errors import NotYours
from states.records import returns, survey_watch, surveys
from states.records.survey_board import By, Group, SurveyBoard, Wanted, survey_board
from states.rules.facts import ScoresConfirmed
from states.rules.stages import Role
from tests.desks import Class, learners
from tests.house import House, a_house

EMPLOYED = {
    "employer": "上海示例制造有限公司",
    "employer_uscc": "91319900MA0000001X",
    "category": "employed",
}


@pytest.fixture
def house(session: Session) -> House:
    return a_house(session)


def surveying(session: Session, house: House, **more: str) -> Class:
    """A class of six learners whose survey is open."""
    life = Class(session, house).filed().enrols(learners(6, **more)).wait(days=7)
    life.ends().scores(*["pass"] * 6)
    life.says(ScoresConfirmed(class_no=1), house.second)
    return life


def surveyed(session: Session, house: House, *points: int, **more: str) -> Class:
    """A class of six learners, some of whom answer, and all their employers."""
    life = surveying(session, house, **more)
    for nonce, given in zip(life.nonces(), points, strict=False):
        life.answers(nonce, given)
    for nonce in life.nonces("employer"):
        life.answers(nonce, 3)
    return life.wait(days=8)


def board(
    session: Session, actor: Actor, by: By = By.CLASS, wanted: Wanted | None = None
) -> SurveyBoard:
    return survey_board(session, actor, by=by, wanted=wanted or Wanted())


def told(group: Group) -> tuple[int, int, int]:
    """(answers, told, satisfied) of the learners."""
    side = group.learner
    return side.answers, side.told.answers, side.told.satisfied


def test_a_class_with_five_answers_is_told_and_one_with_four_is_counted(
    session: Session, house: House
) -> None:
    surveyed(session, house, 5, 5, 4, 4, 3)
    surveyed(session, house, 5, 5, 1, 1)
    first, second = board(session, house.first).groups
    assert (told(first), told(second)) == ((5, 5, 4), (4, 0, 0))
    assert first.learner.told.points["overall"] == 21
    assert second.learner.told.points == {}


@pytest.mark.parametrize("by", list(By)[1:])
def test_small_classes_of_one_provider_are_told_together(
    session: Session, house: House, by: By
) -> None:
    surveyed(session, house, 5, 5, 1)
    (group,) = board(session, house.first, by).groups
    assert told(group) == (3, 0, 0)
    surveyed(session, house, 4, 4, 1)
    (group,) = board(session, house.first, by).groups
    assert (group.classes, told(group)) == (2, (6, 6, 4))
    assert [told(one)[0] for one in board(session, house.first).groups] == [3, 3]


def test_no_difference_of_two_figures_is_a_small_class(session: Session, house: House) -> None:
    """A group with a large and a small class says no more than the large one does."""
    surveyed(session, house, 5, 5, 4, 4, 3)
    surveyed(session, house, 1, 1)
    (group,) = board(session, house.first, By.DISTRICT).groups
    assert told(group) == (7, 5, 4)
    assert told(board(session, house.first, By.DISTRICT).total) == (7, 5, 4)


def test_employers_are_a_population_of_their_own(session: Session, house: House) -> None:
    surveyed(session, house, 5, 5, 5, 5, 5, **EMPLOYED)
    (group,) = board(session, house.centre).groups
    assert (group.employer.invited, group.employer.answers) == (1, 1)
    assert group.employer.told.answers == 0


def test_everybody_sees_their_own(session: Session, house: House) -> None:
    surveyed(session, house, 5, 5, 5, 5, 5)
    for actor in (house.provider, house.first, house.examiner, house.supervisor, house.centre):
        assert len(board(session, actor).groups) == 1, actor.role
    stranger = Actor(
        person_id=house.first.person_id, office_id=house.centre.office_id, role=Role.REVIEWER,
        request_id="story",
    )  # fmt: skip
    assert board(session, stranger).groups == []
    assert board(session, stranger).districts == {}
    nobody = Actor(person_id=1, office_id=1, role=Role.ADMINISTRATOR, request_id="story")
    with pytest.raises(NotYours):
        board(session, nobody)


def test_filters_take_what_fits(session: Session, house: House) -> None:
    surveyed(session, house, 5, 5, 5, 5, 5)
    for wanted, count in (
        (Wanted(month="2026-05"), 1), (Wanted(month="2026-04"), 0), (Wanted(district="HP"), 1),
        (Wanted(district="PD"), 0), (Wanted(provider="P001"), 1), (Wanted(provider="x"), 0),
    ):  # fmt: skip
        assert len(board(session, house.centre, By.PROVIDER, wanted).groups) == count
    found = board(session, house.centre, By.MONTH)
    assert (found.months, found.groups[0].key) == (["2026-05"], "2026-05")
    assert found.sums[0].closes_on == date(2026, 5, 21)
    assert found.providers["P001"].zh == "上海示例职业技能培训学校"


def test_a_return_tells_what_the_board_tells(session: Session, house: House) -> None:
    surveyed(session, house, 5, 5, 1)
    life = surveyed(session, house, 5, 5, 4, 4, 3)
    figures = returns.view(session, life.compiles()).figures
    learner = figures["surveys"]["learner"]
    assert (learner["answers"], learner["told"], learner["satisfied"]) == (8, 5, 4)
    assert learner["sums"]["overall"] == 21
    few, many = (row["surveys"]["learner"] for row in figures["classes"])
    assert (few["answers"], few["satisfied"], few["sums"]) == (3, 0, {})
    assert many["satisfied"] == 4


def test_two_alike_among_few_answers_are_no_flag(session: Session, house: House) -> None:
    """That two answers gave only fives would be a result of three."""
    for points in ((5, 5, 1), (5, 5, 5, 5, 1)):
        life = surveying(session, house)
        for nonce, given in zip(life.nonces(), points, strict=False):
            life.answers(nonce, given)
            ratings = {"overall": given}
            survey_watch.note(
                session, life.class_id, connection="203.0.113.7", ratings=ratings, at=life.at
            )
        life.wait(days=8)
    assert [group.alike for group in board(session, house.first).groups] == [0, 4]


def test_one_employer_beside_the_learners_hides_no_flag(session: Session, house: House) -> None:
    life = surveying(session, house, **EMPLOYED)
    for nonce in [*life.nonces()[:5], *life.nonces("employer")]:
        life.answers(nonce, 5)
        survey_watch.note(
            session, life.class_id, connection="203.0.113.7", ratings={"overall": 5}, at=life.at
        )
    life.wait(days=8)
    (group,) = board(session, house.first).groups
    assert (group.learner.answers, group.employer.answers, group.alike) == (5, 1, 6)


def test_comments_are_read_where_results_are(session: Session, house: House) -> None:
    few, many = (surveying(session, house) for _ in range(2))
    for life, count in ((few, 4), (many, 5)):
        for nonce in life.nonces()[:count]:
            life.answers(nonce, 5, comment=f"意见{count}")
        assert surveys.comments_of(session, life.class_id) == {}, "not while it is open"
        life.wait(days=8)
    assert surveys.comments_of(session, few.class_id) == {}
    assert surveys.comments_of(session, many.class_id) == {"learner": ["意见5"] * 5}
