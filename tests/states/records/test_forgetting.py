"""People are forgotten by two persons and after a notice; what was counted of them stays."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from states.actions import replay
from states.actor import Actor
from states.errors import BadInput, NotAllowed, NotFound, NotYours
from states.records import (
    acts,
    attachments,
    certificate_board,
    enrolments,
    forgetting,
    key_rotation,
    outbox,
    reports,
    return_figures,
    returns,
    traces,
    vault,
)
from states.records.classes import roster_of
from states.records.file_store import FileStore
from states.records.inspections import Act, Check, Found, record_check
from states.records.looking import look
from states.records.places import ANSWER_COMMENT
from states.records.projects import load
from states.records.tables import (
    Account,
    Appointment,
    Attachment,
    Attendance,
    Enrolment,
    Forgetting,
    InspectionFault,
    Learner,
    Mail,
    Person,
    Project,
    Remark,
    RequestKey,
    SurveyAnswer,
    SurveyInvitation,
)
from states.rules.deadlines import shanghai_day
from states.rules.facts import Suspended, Terminated
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


LEDGER = text("SELECT * FROM ledger WHERE kind <> 'act' ORDER BY id")


def everything(session: Session, life: Class) -> dict[str, Any]:
    """What must be the same before and after: counts, results, sums, figures, the whole ledger."""
    ask = session.connection().execute
    return {
        "figures": [tuple(r) for r in ask(text("SELECT id, figures FROM monthly_return"))],
        "sums": [tuple(r) for r in ask(text("SELECT * FROM survey_result ORDER BY id"))],
        "answers": [tuple(r) for r in ask(text("SELECT overall, ratings FROM survey_answer"))],
        "facts": [tuple(r) for r in ask(text("SELECT * FROM fact ORDER BY id"))],
        "ledger": [tuple(r) for r in ask(LEDGER)],
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
    assert [young["HP"][kind] for kind in ("classes", "learners", "document_numbers")] == [1, 2, 2]
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


def test_what_a_mail_server_quoted_of_the_forgotten_goes_and_nothing_else(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    session.connection().execute(text("UPDATE outbox SET answer = '<a@b.invalid> taken'"))
    session.connection().execute(
        text("""
        INSERT INTO mail_event (mail_id, at, what, answer, evidence)
        SELECT id, now(), 'accepted', '<a@b.invalid> taken', '' FROM outbox""")
    )
    forgotten(session, house, second, ALL_OVER)
    left = session.connection().execute(
        text("""
        SELECT m.letter LIKE 'survey_%', bool_or(m.answer <> ''), bool_or(e.answer <> '')
          FROM outbox m JOIN mail_event e ON e.mail_id = m.id WHERE m.person_id IS NULL
            OR m.letter LIKE 'project_%' GROUP BY 1 ORDER BY 1""")
    )
    assert [tuple(row) for row in left] == [(False, True, True), (True, False, False)]


def test_the_return_is_compiled_to_the_same_figures(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    (number,) = session.connection().execute(text("SELECT id FROM monthly_return")).scalars()
    before = returns.view(session, number).figures
    forgotten(session, house, second, ALL_OVER)
    return_figures.count(session, number, house.district_id)
    assert returns.view(session, number).figures == before


def test_after_three_years_only_those_without_a_certificate_go(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    forgotten(session, house, second, THREE_YEARS)
    by_result = {one.result: one.forgotten for one in roster_of(session, certified.class_id)}
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


def test_photographs_of_a_class_go_with_its_last_learner_and_licences_stay(
    session: Session, house: House, second: Actor, certified: Class, tmp_path: Path
) -> None:
    store, project = FileStore(tmp_path), session.get_one(Project, certified.id)
    views = {
        kind: attachments.attach(
            session, store, project=project, actor=house.provider, at=certified.at,
            upload=attachments.Upload(kind, b"%PDF-1.7\n%%EOF\n", 1),
        )
        for kind in ("photo", "licence")
    }  # fmt: skip
    counts = forgotten(session, house, second, ALL_OVER)
    session.expire_all()
    kept = {kind: session.get_one(Attachment, view.id) for kind, view in views.items()}
    assert (kept["photo"].key_sealed, kept["photo"].withdrawn_at is None) == (b"", False)
    assert kept["licence"].key_sealed != b""
    assert counts["HP"]["photographs"] == 1


def test_words_of_checks_decisions_and_attendance_are_forgotten_too(
    session: Session, house: House, second: Actor
) -> None:
    life = Class(session, house).filed()
    first, other = learners(2)
    life.enrols((first, replace(other, verdict="manual_review")))
    waiting = next(one for one in roster_of(session, life.class_id) if one.verdict != "admitted")
    enrolments.decide_admission(
        session, project_id=life.id, enrolment_id=waiting.id, admit=True, text="户籍材料已补",
        actor=house.first, at=life.at,
    )  # fmt: skip
    life.wait(days=7)
    check = Check(
        class_no=1, manner=Manner.PHONE, checked_on=shanghai_day(life.at), note="张示例已接电话",
        found=(Found("other", words="与本人所述不符"),), enrolment_id=waiting.id,
    )  # fmt: skip
    record_check(session, check, Act(life.id, house.supervisor, life.at))
    session.connection().execute(MARKED, {"class": life.class_id, "learner": waiting.id})
    life.says(Terminated(text="机构停办"), house.first)
    counts = forgotten(session, house, second, ALL_OVER)["HP"]
    kinds = ("remarks", "check_notes", "attendance_reasons")
    assert [counts[kind] for kind in kinds] == [1, 2, 1]
    assert {one.text_sealed for one in session.exec(select(Remark))} == {b""}
    assert {one.text_sealed for one in session.exec(select(InspectionFault))} == {b""}
    assert [one.reason_sealed for one in session.exec(select(Attendance))] == [b""]


def test_reasons_of_corrected_scores_are_forgotten_too(
    session: Session, house: House, second: Actor
) -> None:
    life = Class(session, house).surveyed()
    life.decides(life.corrects(0, "fail"), confirm=False)
    life.says(Terminated(text="机构停办"), house.first)
    assert forgotten(session, house, second, ALL_OVER)["HP"]["remarks"] == 2
    assert {one.text_sealed for one in session.exec(select(Remark))} == {b""}


MARKED = text("""
WITH held AS (
  INSERT INTO class_session (class_id, held_on, starts, ends, mode, half_hours, unit, teacher,
                             fact_seq)
  VALUES (:class, '2026-04-09', '09:00', '12:00', 'offline', 8, 'x', 'x', 1) RETURNING id)
INSERT INTO attendance (session_id, enrolment_id, mark, half_hours, check_kind, reason_sealed,
                        fact_seq)
SELECT id, :learner, 'present', 8, '', '\\x01', 1 FROM held
""")


def test_a_learner_of_two_classes_keeps_the_number_until_the_last_is_forgotten(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    later = Class(session, house, at=certified.at).filed(on=date(2026, 7, 1))
    later.enrols(learners(6))
    later.says(Terminated(text="机构停办"), house.first)
    counts = forgotten(session, house, second, THREE_YEARS)  # the later class ended on 31 July
    assert "document_numbers" not in counts["HP"]
    assert all(one.document_number for one in roster_of(session, certified.class_id))
    forgotten(session, house, second, date(2029, 8, 1))
    kept = [bool(one.document_number) for one in roster_of(session, certified.class_id)]
    assert kept == [True, True, True, True, False, False]
    assert {one.name for one in roster_of(session, later.class_id)} == {""}


def test_who_was_forgotten_and_comes_again_is_a_new_person(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    forgotten(session, house, second, ALL_OVER)
    before = session.exec(select(col(Learner.id))).all()
    again = Class(session, house).filed().enrols(learners(6))
    assert not {one.learner_id for one in roster_of(session, again.class_id)} & set(before)


def test_one_person_cannot_forget_anybody_alone(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    made = forgetting.propose(session, ALL_OVER, "期限已满", actor=house.centre, at=on(ALL_OVER))
    with pytest.raises(NotAllowed) as refused:
        forgetting.approve(session, made, actor=house.centre, at=on(ALL_OVER))
    assert refused.value.findings[0].code == "forgetting_needs_another_person"
    assert forgetting.execute(session, made, at=on(date(2037, 1, 1))) is None
    alone = "UPDATE forgetting SET state = 'approved', approved_by = proposed_by, due_on = as_of"
    with pytest.raises(IntegrityError), session.begin_nested():
        session.connection().execute(text(alone))


@pytest.mark.parametrize("who", ["provider", "first", "examiner", "supervisor"])
def test_only_the_centre_decides(
    session: Session, house: House, certified: Class, who: str
) -> None:
    actor = getattr(house, who)
    with pytest.raises(NotYours):
        forgetting.propose(session, ALL_OVER, "x", actor=actor, at=on(ALL_OVER))
    made = forgetting.propose(session, ALL_OVER, "x", actor=house.centre, at=on(ALL_OVER))
    with pytest.raises(NotYours):
        forgetting.approve(session, made, actor=actor, at=on(ALL_OVER))
    with pytest.raises(NotYours):
        forgetting.stop(session, made, "x", actor=actor, at=on(ALL_OVER))


@pytest.mark.parametrize(
    ("day", "reason", "why"),
    [
        (date(2036, 5, 10), "期限已满", "forgetting_lies_ahead"),
        (ALL_OVER, " ", "reason_missing"),
        (HELD, "期限已满", "nobody_to_forget"),
    ],
)
def test_a_proposal_that_is_not_right_is_refused(
    session: Session, house: House, certified: Class, day: date, reason: str, why: str
) -> None:
    with pytest.raises(BadInput) as refused:
        forgetting.propose(session, day, reason, actor=house.centre, at=on(ALL_OVER))
    assert refused.value.params["why"] == why
    assert session.exec(select(Forgetting)).all() == []


def test_one_is_open_at_a_time(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    made = forgetting.propose(session, ALL_OVER, "一", actor=house.centre, at=on(ALL_OVER))
    for _ in range(2):
        with pytest.raises(BadInput) as refused:
            forgetting.propose(session, THREE_YEARS, "二", actor=second, at=on(ALL_OVER))
        assert refused.value.params["why"] == "forgetting_is_open"
        if session.get_one(Forgetting, made).state == "proposed":
            forgetting.approve(session, made, actor=second, at=on(ALL_OVER))
            session.expire_all()
    forgetting.stop(session, made, "有争议", actor=second, at=on(ALL_OVER))
    assert forgetting.propose(session, THREE_YEARS, "二", actor=second, at=on(ALL_OVER))


def test_nobody_is_forgotten_before_the_notice_is_over(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    made = forgetting.propose(session, ALL_OVER, "期限已满", actor=house.centre, at=on(ALL_OVER))
    due_on = forgetting.approve(session, made, actor=second, at=on(ALL_OVER))
    assert due_on == ALL_OVER + timedelta(days=14)
    eve = due_on - timedelta(days=1)
    assert forgetting.execute(session, made, at=on(eve)) is None
    assert (forgetting.due(session, eve), forgetting.due(session, due_on)) == ([], [made])
    assert all(one.name for one in roster_of(session, certified.class_id))
    assert forgetting.execute(session, made, at=on(due_on))


def test_what_was_stopped_is_not_done_and_the_reason_stays(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    made = forgetting.propose(session, ALL_OVER, "期限已满", actor=house.centre, at=on(ALL_OVER))
    forgetting.approve(session, made, actor=second, at=on(ALL_OVER))
    with pytest.raises(BadInput):
        forgetting.stop(session, made, "", actor=house.centre, at=on(ALL_OVER))
    forgetting.stop(session, made, "投诉尚未办结", actor=house.centre, at=on(ALL_OVER))
    assert forgetting.due(session, date(2040, 1, 1)) == []
    assert forgetting.execute(session, made, at=on(date(2040, 1, 1))) is None
    for again in (
        lambda: forgetting.stop(session, made, "x", actor=second, at=on(ALL_OVER)),
        lambda: forgetting.approve(session, made, actor=second, at=on(ALL_OVER)),
    ):
        with pytest.raises(BadInput) as refused:
            again()
        assert refused.value.params["why"] == "forgetting_is_decided"
    assert all(one.name for one in roster_of(session, certified.class_id))
    with pytest.raises(NotFound):
        forgetting.stop(session, 4711, "x", actor=second, at=on(ALL_OVER))


def test_forgotten_twice_is_harmless(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    forgotten(session, house, second, ALL_OVER)
    (done,) = session.exec(select(Forgetting)).all()
    at = done.done_at
    assert at is not None
    before = everything(session, certified)
    assert forgetting.execute(session, done.id, at=on(date(2037, 1, 1))) is None
    assert traces.empty(session, ALL_OVER, at=at) == []
    assert everything(session, certified) == before


def test_each_step_is_in_the_ledger_with_numbers_only(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    forgotten(session, house, second, ALL_OVER)
    done, approved, proposed = [
        one for one in acts.latest(session) if one.about.startswith("forgetting/")
    ]
    assert [one.name for one in (proposed, approved, done)] == [
        "forgetting_proposed", "forgetting_approved", "people_forgotten",
    ]  # fmt: skip
    assert (done.person, done.role, done.detail["learners"]) == (None, "system", 6)
    assert done.detail == proposed.detail


def test_those_concerned_are_told_their_own_numbers(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    made = forgetting.propose(session, ALL_OVER, "期限已满", actor=house.centre, at=on(ALL_OVER))
    assert letters(session) == {}
    forgetting.approve(session, made, actor=second, at=on(ALL_OVER))
    told = letters(session)
    readers = (house.first, house.second, house.provider, house.centre, second)
    assert told.keys() == {one.person_id for one in readers}
    for mail in told.values():
        assert (mail.context["learners"], mail.context["classes"]) == (6, 1)
        assert "张示例" not in str(mail.context)


def test_a_letter_about_what_was_stopped_is_not_sent(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    made = forgetting.propose(session, ALL_OVER, "期限已满", actor=house.centre, at=on(ALL_OVER))
    forgetting.approve(session, made, actor=second, at=on(ALL_OVER))
    forgetting.stop(session, made, "有争议", actor=second, at=on(ALL_OVER))
    outbox.lease(session, at=on(ALL_OVER), machine_now=on(ALL_OVER), limit=500, lease_seconds=60)
    session.expire_all()
    assert {one.state for one in letters(session).values()} == {"moot"}


def letters(session: Session) -> Mapping[int | None, Mail]:
    found = session.exec(select(Mail).where(Mail.letter == "forgetting_announced"))
    return {one.person_id: one for one in found}


def test_a_forgotten_learner_is_shown_to_nobody(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    forgotten(session, house, second, ALL_OVER)
    learner = roster_of(session, certified.class_id)[0]
    with pytest.raises(BadInput) as refused:
        look(
            session, learner, project_id=certified.id, reason="identity", actor=house.first,
            at=on(ALL_OVER),
        )  # fmt: skip
    assert refused.value.params["why"] == "person_is_forgotten"
    report = reports.last(session, "roster", class_id=certified.class_id)
    assert report is not None
    assert (report.filename, report.findings, report.imported) == ("", [], True)


def test_no_sealed_value_of_a_class_outlives_its_learners(
    session: Session, house: House, second: Actor, certified: Class
) -> None:
    forgotten(session, house, second, ALL_OVER)
    left = {
        one.place.table
        for one in key_rotation.sealed_columns()
        if session.connection()
        .execute(text(f"SELECT 1 FROM {one.place.table} WHERE {one.column} <> ''"))  # noqa: S608
        .first()
    }
    assert left == set()


def test_leftovers_that_nobody_asks_for_go_every_night(session: Session, house: House) -> None:
    life = Class(session, house).filed().enrols(learners(3))
    life.enrols(learners(2))
    assert len(session.exec(select(Learner)).all()) == 3
    account = Account(person_id=house.centre.person_id or 0, login="story")
    session.add(account)
    session.flush()
    for key, age in (("old", 32), ("new", 29)):
        at = datetime.now(UTC) - timedelta(days=age)
        session.add(RequestKey(key=key, account_id=account.id, fingerprint="", at=at))
    session.flush()
    traces.clear_leftovers(session)
    session.expire_all()
    assert [one.key for one in session.exec(select(RequestKey))] == ["new"]
    kept = {one.learner_id for one in roster_of(session, life.class_id)}
    assert {one.id for one in session.exec(select(Learner))} == kept
