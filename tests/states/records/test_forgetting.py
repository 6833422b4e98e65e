"""People are forgotten by two persons and after a notice; what was counted of them stays."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from states.actions import replay
from states.actor import Actor
from states.errors import BadInput, NotAllowed, NotFound, NotYours
from states.records import acts, certificate_board, forgetting, key_rotation, outbox, traces, vault
from states.records import reports, returns
from states.records.classes import roster_of
from states.records.inspections import Act, Check, Found, record_check
from states.records.looking import look
from states.records.places import ANSWER_COMMENT, ATTENDANCE_REASON
from states.records.projects import load
from states.records.tables import (
    Appointment,
    Attendance,
    Certificate,
    Enrolment,
    Forgetting,
    ImportReport,
    Learner,
    Mail,
    Person,
    Remark,
    SurveyAnswer,
    SurveyInvitation,
)
from states.rules.deadlines import shanghai_day
from states.rules.facts import Suspended
from states.rules.machine import midnight
from states.rules.stages import Role, Stage
from states.rules.supervision import Manner
from tests.desks import Class, learners
from tests.house import House, a_house

HELD = date(2026, 5, 8)
"""The class ended."""
ALL_OVER = date(2036, 5, 9)
"""The first day on which nothing of it need be kept."""
THREE_YEARS = date(2029, 5, 9)


@pytest.fixture
def house(session: Session) -> House:
    return a_house(session)


@pytest.fixture
def second(session: Session, house: House) -> Actor:
    """Another officer of the centre."""
    person = Person(name="示例7", email="person7@office.example.invalid")
    session.add(person)
    session.flush()
    office = house.centre.office_id or 0
    held = Appointment(
        person_id=person.id, office_id=office, role=Role.CENTRE, since=date(2025, 1, 1)
    )
    session.add(held)
    session.flush()
    return Actor(person_id=person.id, office_id=office, role=Role.CENTRE)


@pytest.fixture
def certified(session: Session, house: House) -> Class:
    """Six learners: four with a certificate, one failed, one was absent; the project is closed."""
    return a_certified_class(session, house)


def a_certified_class(session: Session, house: House) -> Class:
    life = Class(session, house)
    life.reported()
    batch = life.batch()
    assert batch is not None
    life.receipt(batch)
    (project,) = load(session, [life.id])
    assert project.stage is Stage.CERTIFIED
    return life


def on(day: date) -> datetime:
    """Ten in the morning."""
    return midnight(day) + timedelta(hours=10)


def forgotten(session: Session, house: House, second: Actor, day: date) -> forgetting.Counts:
    """Proposed on that day, approved, and done at the end of the notice."""
    made = forgetting.propose(session, day, "期限已满", actor=house.centre, at=on(day))
    due_on = forgetting.approve(session, made, actor=second, at=on(day))
    counts = forgetting.execute(session, made, at=on(due_on))
    assert counts is not None
    return counts


def everything(session: Session, life: Class) -> dict[str, Any]:
    """What must be the same before and after: counts, results, sums, figures, the whole ledger."""
    ask = session.connection().execute
    return {
        "figures": [tuple(r) for r in ask(text("SELECT id, figures FROM monthly_return"))],
        "sums": [tuple(r) for r in ask(text("SELECT * FROM survey_result ORDER BY id"))],
        "answers": [tuple(r) for r in ask(text("SELECT overall, ratings FROM survey_answer"))],
        "facts": [tuple(r) for r in ask(text("SELECT * FROM fact ORDER BY id"))],
        "ledger": [tuple(r) for r in ask(text("SELECT * FROM ledger WHERE kind <> 'act' ORDER BY id"))],
        "papers": [
            tuple(r)
            for r in ask(text("SELECT serial, number, level, issued_on, state FROM certificate"))
        ],
        "people": [
            (one.sheet_row, one.sex, one.category, one.verdict, one.result, one.total)
            for one in roster_of(session, life.class_id)
        ],
        "stages": [
            (p.stage, replay(p.recorded, at=life.at)) for p in load(session, [life.id])
        ],
    }  # fmt: skip


def test_what_is_due_is_counted_by_kind_and_nothing_is_changed(
    session: Session, house: House, certified: Class
) -> None:
    before, people = everything(session, certified), roster_of(session, certified.class_id)
    assert forgetting.trial(session, HELD, at=certified.at) == {}
    young = forgetting.trial(session, THREE_YEARS, at=certified.at)
    assert young["HP"] | {"classes": 1, "learners": 2, "document_numbers": 2} == young["HP"]
    old = forgetting.trial(session, ALL_OVER, at=certified.at)
    assert old["HP"]["learners"] == old["HP"]["document_numbers"] == 6
    assert old["HP"]["certificate_names"] == 4
    assert old["HP"]["reports"] == 2
    assert old[""] == {"reports": 1}
    assert everything(session, certified) == before
    assert roster_of(session, certified.class_id) == people
    assert all(one.document_number for one in people)


@pytest.mark.parametrize(("day", "count"), [(date(2029, 5, 8), 0), (THREE_YEARS, 2)])
def test_nobody_is_due_a_day_early(
    session: Session, certified: Class, day: date, count: int
) -> None:
    found = forgetting.totals(forgetting.trial(session, day, at=certified.at))
    assert found.get("learners", 0) == count


def test_a_project_that_is_still_open_keeps_its_people(session: Session, house: House) -> None:
    life = Class(session, house).surveyed()
    assert forgetting.trial(session, ALL_OVER, at=life.at) == {}
    life.says(Suspended(text="现场检查"), house.first)
    assert forgetting.trial(session, ALL_OVER, at=life.at) == {}


def test_the_forgotten_leave_their_numbers_and_no_name(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    before = everything(session, certified)
    counts = forgotten(session, house, second, ALL_OVER)
    assert counts["HP"]["learners"] == 6
    session.expire_all()
    after = everything(session, certified)
    assert after == before
    for one in roster_of(session, certified.class_id):
        assert one.forgotten
        assert (one.name, one.document_number, one.phone, one.email) == ("", "", "", "")
        assert (one.birth, one.hukou) == (None, "")
    assert {one.number_index for one in session.exec(select(Learner))} == {None}
    assert {one.likeness for one in session.exec(select(Enrolment))} == {None}
    assert {one.email_sealed for one in session.exec(select(SurveyInvitation))} == {b""}
    for row in certificate_board.of_project(session, certified.id):
        assert (row.name, row.reason) == ("", "")
        assert row.number
        assert certificate_board.by_token(session, row.verify_token).stands


def test_the_return_is_compiled_to_the_same_figures(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    (number,) = session.connection().execute(text("SELECT id FROM monthly_return")).scalars()
    before = returns.view(session, number).figures
    forgotten(session, house, second, ALL_OVER)
    returns._count(session, number)
    assert returns.view(session, number).figures == before


def test_after_three_years_only_those_without_a_certificate_go(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    forgotten(session, house, second, THREE_YEARS)
    by_result = {
        one.result: one.forgotten for one in roster_of(session, certified.class_id)
    }
    assert by_result == {"pass": False, "fail": True, "absent": True}


def test_what_was_written_about_a_class_goes_with_its_last_learner(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    answer = session.exec(select(SurveyAnswer)).first()
    assert answer is not None
    answer.comment_sealed = vault.seal(session, ANSWER_COMMENT, answer.id, "王老师很好")
    session.add(answer)
    session.flush()
    forgotten(session, house, second, THREE_YEARS)
    session.expire_all()
    assert answer.comment_sealed != b""
    counts = forgotten(session, house, second, ALL_OVER)
    session.expire_all()
    assert answer.comment_sealed == b""
    assert counts["HP"]["survey_comments"] == 1


def test_words_of_checks_and_decisions_are_forgotten_too(
    session: Session, house: House, second: Actor
) -> None:
    life = Class(session, house).filed()
    rows = learners(2)
    life.enrols((rows[0], replace(rows[1], verdict="manual_review")))
    waiting = next(one for one in roster_of(session, life.class_id) if one.verdict != "admitted")
    from_district = {"actor": house.first, "at": life.at}
    forgetting_words(session, life, waiting.id, from_district)
    life.wait(days=7)
    check = Check(
        class_no=1, manner=Manner.PHONE, checked_on=shanghai_day(life.at), note="张示例已接电话",
        found=(Found("other", words="与本人所述不符"),), enrolment_id=waiting.id,
    )  # fmt: skip
    record_check(session, check, Act(life.id, house.supervisor, life.at))
    terminated(life)
    counts = forgotten(session, house, second, ALL_OVER)["HP"]
    assert (counts["remarks"], counts["check_notes"]) == (1, 2)
    assert {one.text_sealed for one in session.exec(select(Remark))} == {b""}
