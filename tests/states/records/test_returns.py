"""A district's monthly return: compiled, signed by two persons, accepted or sent back."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, select

from states.actor import Actor
from states.errors import BadInput, NotAllowed, NotFound, NotYours, ProjectMoved
from states.records import returns
from states.records.passers import passers_of
from states.records.tables import Mail, MonthlyReturn
from states.rules.facts import Suspended
from states.rules.months import month_before, return_due_on
from states.rules.stages import Role, Stage
from tests.desks import Class
from tests.house import a_house


@pytest.fixture
def life(session: Session) -> Class:
    return Class(session, a_house(session))


def _acts(life: Class, act: Callable[..., None], number: int, actor: Actor, **more: str) -> None:
    seen = returns.view(life.session, number).version
    act(life.session, number, actor=actor, at=life.at, seen=seen, **more)


def _letters(life: Class) -> list[tuple[str, int | None]]:
    found = life.session.exec(select(Mail).where(Mail.key.startswith("return/")).order_by("id"))
    return [(mail.letter, mail.person_id) for mail in found]


def _submitted(life: Class) -> int:
    number = life.surveyed().compiles()
    _acts(life, returns.sign_prepared, number, life.house.first)
    _acts(life, returns.sign_checked_and_submit, number, life.house.second)
    return number


def test_a_return_names_the_classes_whose_scores_were_confirmed_by_the_months_end(
    life: Class,
) -> None:
    number = life.surveyed().compiles()
    figures = returns.view(life.session, number).figures
    (klass,) = figures["classes"]
    counts = [klass[name] for name in ("enrolled", "assessed", "passed")]
    assert counts == [6, 5, 4]
    assert (klass["assessed_on"], figures["passed"]) == ("2026-05-12", 4)
    learner = figures["surveys"]["learner"]
    assert (learner["invited"], learner["answers"]) == (5, 3)
    assert "张示例" not in str(figures)
    assert len(passers_of(life.session, number)) == 4


def test_scores_confirmed_later_wait_for_the_next_return(life: Class) -> None:
    number = life.surveyed().compiles("2026-04")
    assert returns.view(life.session, number).figures["classes"] == []


def test_a_class_stands_in_one_return_only(life: Class) -> None:
    life.surveyed().compiles("2026-05")
    later = life.compiles("2026-06")
    assert returns.view(life.session, later).figures["classes"] == []


def test_compiling_again_refreshes_the_draft_and_nothing_else(life: Class) -> None:
    number = life.compiles()
    life.surveyed()
    assert life.compiles() == number
    assert len(returns.view(life.session, number).figures["classes"]) == 1
    _acts(life, returns.sign_prepared, number, life.house.first)
    before = returns.view(life.session, number)
    assert life.compiles() == number
    assert returns.view(life.session, number) == before


def test_counting_again_makes_no_page_stale(life: Class) -> None:
    number = life.surveyed().compiles()
    seen = returns.view(life.session, number).version
    assert life.compiles() == number
    returns.sign_prepared(life.session, number, actor=life.house.first, at=life.at, seen=seen)


def test_the_same_person_cannot_prepare_and_check(life: Class) -> None:
    number = life.surveyed().compiles()
    _acts(life, returns.sign_prepared, number, life.house.first)
    with pytest.raises(NotAllowed):
        _acts(life, returns.sign_checked_and_submit, number, life.house.first)


def test_a_signature_under_figures_that_changed_is_refused(life: Class) -> None:
    number = life.surveying().compiles()
    seen = returns.view(life.session, number).version
    life.wait(days=8)
    life.compiles()
    with pytest.raises(ProjectMoved):
        returns.sign_prepared(life.session, number, actor=life.house.first, at=life.at, seen=seen)


def test_an_accepted_return_moves_its_projects(life: Class) -> None:
    number = _submitted(life)
    _acts(life, returns.accept, number, life.house.centre)
    assert returns.view(life.session, number).state == "accepted"
    life.wait(days=0)
    assert life.outcome.stage is Stage.REPORTED
    with pytest.raises(ProjectMoved):
        _acts(life, returns.accept, number, life.house.centre)


def test_each_step_writes_to_whoever_is_next(life: Class) -> None:
    house, number = life.house, _submitted(life)
    _acts(life, returns.accept, number, house.centre)
    assert _letters(life) == [
        ("return_to_prepare", house.first.person_id),
        ("return_to_prepare", house.second.person_id),
        ("return_to_sign", house.second.person_id),
        ("return_submitted", house.centre.person_id),
        ("return_accepted", house.first.person_id),
        ("return_accepted", house.second.person_id),
    ]


def test_a_return_sent_back_with_a_reason_is_compiled_and_signed_anew(life: Class) -> None:
    number = _submitted(life)
    with pytest.raises(BadInput):
        _acts(life, returns.give_back, number, life.house.centre, text=" ")
    _acts(life, returns.give_back, number, life.house.centre, text="人数与名单不符")
    found = returns.view(life.session, number)
    assert (found.state, found.returned_text) == ("returned", "人数与名单不符")
    life.compiles()
    found = returns.view(life.session, number)
    assert (found.state, found.prepared_by, len(found.figures["classes"])) == ("draft", None, 1)
    _acts(life, returns.sign_prepared, number, life.house.second)


def test_the_second_reader_may_send_a_prepared_return_back(life: Class) -> None:
    number = life.surveyed().compiles()
    _acts(life, returns.sign_prepared, number, life.house.first)
    _acts(life, returns.give_back, number, life.house.second, text="满意度有误")
    assert returns.view(life.session, number).state == "returned"


def test_a_return_with_a_suspended_project_is_not_accepted(life: Class) -> None:
    number = _submitted(life)
    life.says(Suspended(text="核查"), life.house.first)
    with pytest.raises(BadInput) as refused:
        _acts(life, returns.accept, number, life.house.centre)
    assert refused.value.params["why"] == "return_names_stopped_projects"


def test_a_neighbour_district_does_not_see_it(life: Class) -> None:
    number = life.surveyed().compiles()
    neighbour = Actor(life.house.first.person_id, life.house.district_id + 99, Role.REVIEWER)
    with pytest.raises(NotFound):
        _acts(life, returns.sign_prepared, number, neighbour)
    with pytest.raises(NotYours):
        _acts(life, returns.accept, number, life.house.first)


def test_every_district_with_a_project_owes_a_return(life: Class) -> None:
    assert returns.districts_with_projects(life.session) == []
    life.proposed()
    assert returns.districts_with_projects(life.session) == [life.house.district_id]


def test_the_month_and_its_day_are_counted_in_shanghai(session: Session) -> None:
    assert month_before(datetime(2026, 4, 30, 17, tzinfo=UTC)) == "2026-04"
    assert return_due_on("2026-04") == date(2026, 5, 11)
    assert return_due_on("2026-12").year == 2027
    with pytest.raises(BadInput):
        returns.compile_return(session, district_id=1, month="2026-13", at=datetime.now(UTC))
    assert session.exec(select(MonthlyReturn)).all() == []
