"""Openings pin the law; rosters, admissions and scores of real people."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from states.errors import BadInput, NotAllowed, NotFound
from states.records import enrolments, reports
from states.records.classes import class_of, roster_of
from states.rules.findings import RowFinding, Verdict, Weight
from states.rules.stages import Stage
from tests.desks import Class, RosterRow, learners
from tests.house import a_house, a_plan


@pytest.fixture
def life(session: Session) -> Class:
    return Class(session, a_house(session))


def test_the_opening_day_pins_regime_standard_and_bank(life: Class) -> None:
    life.filed()
    klass = class_of(life.session, life.id, 1)
    assert (klass.regime, klass.standard, klass.bank) == ("2026-67", "2025", "2025")
    assert klass.reason == "opened_under_the_notice"


def test_a_class_that_ends_before_it_opens_is_not_filed(life: Class) -> None:
    life.approved()
    with pytest.raises(BadInput) as refused:
        enrolments.open_class(
            life.session,
            project_id=life.id,
            class_no=1,
            opens_on=date(2026, 4, 8),
            ends_on=date(2026, 4, 7),
            actor=life.house.provider,
            at=life.at,
        )
    assert refused.value.params["why"] == "days_are_in_order"


def test_refused_rows_are_in_the_report_and_nowhere_else(life: Class) -> None:
    refused = RosterRow(9, name="李示例", verdict="refused")
    error = RowFinding(9, Verdict.ERROR, "number_digits_lost", "A24", column="证件号码")
    life.filed().enrols((*learners(5), refused), error)
    assert [one.sheet_row for one in roster_of(life.session, life.class_id)] == [3, 4, 5, 6, 7]
    report = reports.last(life.session, "roster", class_id=life.class_id)
    assert report is not None
    assert (report.rows, report.imported) == (6, True)
    assert [(f["row"], f["code"]) for f in report.findings] == [(9, "number_digits_lost")]


def test_the_same_roster_twice_has_one_effect(life: Class) -> None:
    life.filed().enrols(learners(5))
    with pytest.raises(BadInput) as refused:
        life.enrols(learners(5))
    assert refused.value.params["why"] == "same_workbook"


def test_a_later_roster_replaces_the_earlier_one(life: Class) -> None:
    life.filed().enrols(learners(5)).enrols(learners(3))
    assert len(roster_of(life.session, life.class_id)) == 3
    life.wait(days=7)
    assert life.outcome.stage is Stage.RUNNING


def test_a_class_filed_anew_asks_for_its_roster_again(life: Class) -> None:
    life.filed().enrols(learners(5)).files(date(2026, 4, 9))
    assert roster_of(life.session, life.class_id) == []
    assert "class_has_learners" in {finding.code for finding in life.outcome.findings}
    life.enrols(learners(5))
    assert len(roster_of(life.session, life.class_id)) == 5


def test_the_same_document_is_the_same_learner_in_every_class(session: Session) -> None:
    house = a_house(session)
    for _ in range(2):
        Class(session, house).filed().enrols(learners(4))
    assert session.connection().exec_driver_sql("SELECT count(*) FROM learner").scalar() == 4


def test_a_learner_left_to_a_person_holds_the_class_until_decided_once(life: Class) -> None:
    open_case = RosterRow(8, verdict="manual_review", number="319900199501019999")
    life.filed().enrols((*learners(5), open_case)).wait(days=7)
    assert {f.code for f in life.outcome.findings} >= {"admissions_are_decided"}
    (waiting,) = [
        one for one in roster_of(life.session, life.class_id) if one.verdict == "manual_review"
    ]
    asked: dict[str, Any] = {"project_id": life.id, "enrolment_id": waiting.id, "admit": True}
    who: dict[str, Any] = {"text": "已核实灵活就业登记", "actor": life.house.first, "at": life.at}
    outcome = enrolments.decide_admission(life.session, **asked, **who)
    assert outcome.stage is Stage.RUNNING
    assert len(life.known()) == 6
    with pytest.raises(BadInput):
        enrolments.decide_admission(life.session, **asked, **who)
    with pytest.raises(NotFound):
        enrolments.decide_admission(life.session, **asked | {"project_id": life.id + 1}, **who)


def test_the_newest_score_sheet_of_a_class_stands(life: Class) -> None:
    life.held().scores("pass", "pass", "fail")
    assert {f.code for f in life.outcome.findings} >= {"every_learner_has_a_score"}
    life.scores("pass", "fail", "fail", "absent", "pass", "misconduct", days=1)
    results = [one.result for one in roster_of(life.session, life.class_id)]
    assert results == ["pass", "fail", "fail", "absent", "pass", "misconduct"]
    held_up = [f.code for f in life.outcome.findings if f.weight is not Weight.NOTE]
    assert held_up == ["scores_are_confirmed"]


def test_a_roster_is_fixed_by_scores(life: Class) -> None:
    life.held().scores(*["pass"] * 6)
    with pytest.raises(NotAllowed) as refused:
        life.enrols(learners(4))
    assert [f.code for f in refused.value.findings] == ["roster_is_fixed_by_scores"]


def test_what_was_not_imported_is_reported_and_may_come_again(life: Class) -> None:
    life.filed(a_plan(class_size=5))
    enrolments.report_only(
        life.session,
        kind="roster",
        class_id=life.class_id,
        filename="roster.xlsx",
        sha256="0",
        rows=5,
        findings=(),
        actor=life.house.provider,
        at=life.at,
    )
    report = reports.last(life.session, "roster", class_id=life.class_id)
    assert report is not None
    assert not report.imported
    life.enrols(learners(5))
