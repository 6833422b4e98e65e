"""A district's monthly return: compiled, signed by two persons, accepted or sent back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from states.actor import Actor
from states.errors import BadInput, NotAllowed, NotFound, NotYours, ProjectMoved
from states.records import return_board, returns
from states.records.db import engine, transaction
from states.records.passers import passers_of
from states.records.tables import Mail, MonthlyReturn, Office
from states.rules.facts import Suspended
from states.rules.findings import Weight
from states.rules.months import month_before, return_due_on
from states.rules.stages import Role, Stage
from tests.desks import Class
from tests.house import a_house

FIGURES_OF_A_FORMER_RELEASE = text("""
UPDATE monthly_return SET figures = jsonb_set(figures, '{classes}', jsonb_build_array(
  (figures->'classes'->0) - 'uscc' - 'opens_on' - 'ended_on' - 'half_hours' - 'online_half_hours'))
""")


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


def test_the_passers_of_an_accepted_return_stay_as_they_were_signed(life: Class) -> None:
    number = life.reported().compiles()
    before = passers_of(life.session, number)
    assert {(one.provider, one.half_hours) for one in before} == {("上海示例职业技能培训学校", 80)}
    office = life.session.get_one(Office, life.house.provider.office_id)
    office.name_zh, office.uscc = "改名后的学校", "91319900MA0000002X"
    life.session.add(office)
    life.session.flush()
    assert passers_of(life.session, number) == before


def test_a_return_signed_before_figures_held_so_much_is_filled_up_from_the_records(
    life: Class,
) -> None:
    number = life.reported().compiles()
    before = passers_of(life.session, number)
    life.session.connection().execute(FIGURES_OF_A_FORMER_RELEASE)
    assert passers_of(life.session, number) == before


def test_scores_confirmed_later_wait_for_the_next_return(life: Class) -> None:
    number = life.surveyed().compiles("2026-04")
    assert returns.view(life.session, number).figures["classes"] == []


def test_a_class_stands_in_one_return_only(life: Class) -> None:
    life.surveyed().compiles("2026-05")
    later = life.compiles("2026-06")
    assert returns.view(life.session, later).figures["classes"] == []


def test_compiling_again_refreshes_the_draft_and_nothing_else(life: Class) -> None:
    number = life.surveying().compiles()
    assert returns.view(life.session, number).figures["classes"] == []
    life.wait(days=0)
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


def test_a_district_owes_a_return_from_the_month_of_its_first_project_on(life: Class) -> None:
    assert returns.districts_with_projects(life.session, "2026-04") == []
    life.proposed()
    assert returns.districts_with_projects(life.session, "2026-03") == []
    assert returns.districts_with_projects(life.session, "2026-04") == [life.house.district_id]


@pytest.mark.parametrize("month", ["2026-06", "2029-12", "9999-12", "2024-12", "0001-01"])
def test_a_month_is_compiled_once_it_is_over_and_never_one_before_the_first_rules(
    life: Class, month: str
) -> None:
    life.surveyed().at = datetime(2026, 6, 30, 15, 59, tzinfo=UTC)
    with pytest.raises(BadInput) as refused:
        returns.compile_return(
            life.session, district_id=life.house.district_id, month=month, at=life.at
        )
    told = [refused.value.params[name] for name in ("why", "first", "last")]
    assert told == ["month_not_to_report", "2025-01", "2026-05"]
    assert life.session.exec(select(MonthlyReturn)).all() == []


def test_a_draft_of_a_month_that_is_not_over_is_not_signed(life: Class) -> None:
    """A former release compiled running months."""
    number = life.surveyed().compiles()
    may = datetime(2026, 5, 31, 15, 59, tzinfo=UTC)
    with pytest.raises(BadInput) as refused:
        returns.sign_prepared(life.session, number, actor=life.house.first, at=may, seen=1)
    assert refused.value.params["why"] == "month_not_to_report"


def test_a_draft_of_an_earlier_month_takes_back_what_a_later_draft_took(life: Class) -> None:
    later = life.surveyed().compiles("2026-06")
    before = returns.view(life.session, later)
    assert len(before.figures["classes"]) == 1
    earlier = life.compiles("2026-05")
    assert len(returns.view(life.session, earlier).figures["classes"]) == 1
    after = returns.view(life.session, later)
    assert (after.figures["classes"], after.figures["passed"]) == ([], 0)
    assert after.version > before.version, "who looked at it must look again"
    life.compiles("2026-06")
    assert len(returns.view(life.session, earlier).figures["classes"]) == 1


def test_a_signed_return_of_a_later_month_keeps_its_classes_and_is_named(life: Class) -> None:
    later = life.surveyed().compiles("2026-06")
    _acts(life, returns.sign_prepared, later, life.house.first)
    earlier = life.compiles("2026-05")
    found = returns.view(life.session, earlier)
    assert found.figures["classes"] == []
    (said,) = returns.findings_of(life.session, found)
    assert (said.code, said.weight) == ("return_class_is_held", Weight.NOTE)
    assert said.params == {"code": "HP-2026-001-01", "month": "2026-06"}
    _acts(life, returns.give_back, later, life.house.second, text="应列入5月")
    life.compiles("2026-05")
    assert len(returns.view(life.session, earlier).figures["classes"]) == 1


def test_what_was_given_back_waits_for_a_person_and_keeps_its_reason(life: Class) -> None:
    number = _submitted(life)
    _acts(life, returns.give_back, number, life.house.centre, text="人数与名单不符")
    by_the_flow = returns.compile_return(
        life.session, district_id=life.house.district_id, month="2026-05", at=life.at,
        open_states=("draft",),
    )  # fmt: skip
    found = returns.view(life.session, by_the_flow)
    assert (found.id, found.state, found.standing) == (number, "returned", "returned")
    life.compiles()
    found = returns.view(life.session, number)
    assert (found.state, found.standing) == ("draft", "returned")
    assert found.returned_text == "人数与名单不符"
    (line,) = return_board.of_month(life.session, "2026-05", life.at)
    assert line.state == "returned"
    _acts(life, returns.sign_prepared, number, life.house.first)
    (line,) = return_board.of_month(life.session, "2026-05", life.at)
    assert line.state == "prepared"


def test_two_compile_two_months_of_one_district_at_once(migrated: str) -> None:
    bind = engine(migrated)
    with transaction(bind) as session:
        life = Class(session, a_house(session)).surveyed()
    life.at = datetime(2026, 7, 2, tzinfo=UTC)

    def compiles(month: str) -> None:
        with transaction(bind) as session:
            returns.compile_return(
                session, district_id=life.house.district_id, month=month, at=life.at
            )

    with ThreadPoolExecutor(4) as many:
        list(many.map(compiles, ["2026-06", "2026-05"] * 6))
    with transaction(bind) as session:
        found = {each.month: each for each in session.exec(select(MonthlyReturn))}
        assert found["2026-05"].figures["passed"] == 4
        assert found["2026-06"].figures["passed"] == 0
    bind.dispose()


def test_the_month_and_its_day_are_counted_in_shanghai(session: Session) -> None:
    assert month_before(datetime(2026, 4, 30, 17, tzinfo=UTC)) == "2026-04"
    assert return_due_on("2026-04") == date(2026, 5, 11)
    assert return_due_on("2026-12").year == 2027
    assert return_due_on("2019-03").year == 2019, "before the law, by its first book"
    with pytest.raises(BadInput):
        returns.compile_return(session, district_id=1, month="2026-13", at=datetime.now(UTC))
    assert session.exec(select(MonthlyReturn)).all() == []
