"""A check finds something; the provider puts it right; the district looks again and crosses off."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from states import actions
from states.actor import Actor
from states.errors import BadInput, NotAllowed, NotFound, NotYours
from states.records import inspections, outbox
from states.records.check_board import checks_of, open_faults
from states.records.inspections import Act, Check, Found
from states.records.projects import load
from states.records.tables import FactRow, InspectionFault, Mail, Timer
from states.rules.dossier import Dossier
from states.rules.facts import Resumed, ScoresConfirmed, Suspended
from states.rules.findings import Weight
from states.rules.law import the_law
from states.rules.machine import findings_for_next
from states.rules.stages import Role, Stage
from states.rules.supervision import FaultState, Manner
from tests.desks import Class, learners
from tests.house import House, a_house

TODAY = date(2026, 4, 8)
SHORT = Found("attendance_differs", "王示例当日未到，签到表为他人代签。")
NO_TEACHER = Found("teacher_differs", due_on=date(2026, 4, 10), urges_suspension=True)


@pytest.fixture
def house(session: Session) -> House:
    return a_house(session)


@pytest.fixture
def life(session: Session, house: House) -> Class:
    """A class that began this morning, with six learners."""
    return Class(session, house).filed().enrols(learners(6)).wait(days=7)


def act(life: Class, who: Actor) -> Act:
    return Act(life.id, who, life.at)


def checks(life: Class, *found: Found, who: Actor | None = None, **more: int) -> None:
    check = Check(1, Manner.ON_SITE, TODAY, note="第二节课", found=found, **more)
    inspections.record_check(life.session, check, act(life, who or life.house.supervisor))


def reports(life: Class, fault_id: int) -> None:
    provider = act(life, life.house.provider)
    inspections.report_rectification(life.session, fault_id, "已更正考勤并约谈。", act=provider)


def rechecks(life: Class, fault_id: int, *, accepted: bool, due_on: date | None = None) -> None:
    inspections.recheck(
        life.session, fault_id, accepted=accepted, words="已核对原始签到表", due_on=due_on,
        act=act(life, life.house.supervisor),
    )  # fmt: skip


def faults(life: Class) -> list[int]:
    found = life.session.exec(select(InspectionFault.id).order_by(InspectionFault.id))  # type: ignore[arg-type]
    return list(found)


def duties(life: Class) -> dict[str, date]:
    found = life.session.exec(select(Timer).where(Timer.project_id == life.id))
    return {timer.duty: timer.due_on for timer in found if timer.subject == "1"}


def letters(life: Class) -> list[tuple[str, str]]:
    found = life.session.exec(select(Mail).where(Mail.project_id == life.id))
    return [(mail.letter, mail.duty) for mail in found]


def read(life: Class, letter: str) -> tuple[object, str]:
    """What the newest such letter says: until when, and where to."""
    machine = datetime(2025, 1, 1, tzinfo=UTC)
    mails = outbox.lease(life.session, at=life.at, machine_now=machine, limit=100, lease_seconds=60)
    mail = [one for one in mails if one.letter == letter][-1]
    base = "http://127.0.0.1:8000"
    said = outbox.context_for(life.session, mail, at=life.at, base_url=base)
    return said["due"], str(said["link"])[-10:]


def dossier(life: Class) -> Dossier:
    (loaded,) = load(life.session, [life.id])
    return loaded.dossier(life.at, life.at.date())


def test_a_fault_lives_from_the_check_to_being_crossed_off(life: Class) -> None:
    checks(life, SHORT)
    (fault,) = faults(life)
    assert duties(life)["rectify"] == date(2026, 4, 22)  # ten working days
    assert ("check_found", "rectify") in letters(life)
    reports(life, fault)
    assert "rectify" not in duties(life)
    assert duties(life)["recheck"] == date(2026, 4, 15)  # five
    assert ("rectification_reported", "recheck") in letters(life)
    rechecks(life, fault, accepted=True)
    assert {"rectify", "recheck"}.isdisjoint(duties(life))
    assert ("check_reviewed", "") in letters(life)
    (check,) = checks_of(life.session, life.id, reader=Role.SUPERVISOR)
    assert check.faults[0].state is FaultState.CROSSED_OFF
    assert [done.accepted for done in check.faults[0].rounds] == [True]


def test_what_is_not_put_right_goes_back_with_a_new_day(life: Class) -> None:
    checks(life, SHORT)
    (fault,) = faults(life)
    reports(life, fault)
    rechecks(life, fault, accepted=False, due_on=date(2026, 4, 13))
    assert duties(life)["rectify"] == date(2026, 4, 13)
    reports(life, fault)
    rechecks(life, fault, accepted=True)
    (check,) = checks_of(life.session, life.id, reader=Role.PROVIDER)
    assert [done.accepted for done in check.faults[0].rounds] == [False, True]
    assert check.faults[0].rounds[0].review == "已核对原始签到表"


def test_the_letters_of_a_class_name_the_day_that_is_open_now(life: Class) -> None:
    checks(life, SHORT, NO_TEACHER)
    assert read(life, "check_found") == (date(2026, 4, 10), "/classes/1")
    for fault in faults(life):
        reports(life, fault)
    assert read(life, "rectification_reported") == (date(2026, 4, 15), "/classes/1")
    rechecks(life, faults(life)[0], accepted=False, due_on=date(2026, 4, 13))
    assert read(life, "check_reviewed") == (date(2026, 4, 13), "/classes/1")
    reports(life, faults(life)[0])
    for fault in faults(life):
        rechecks(life, fault, accepted=True)
    assert read(life, "check_reviewed") == (None, "/classes/1")


def test_the_earliest_day_of_a_class_is_its_duty(life: Class) -> None:
    checks(life, SHORT, NO_TEACHER)
    assert duties(life)["rectify"] == date(2026, 4, 10)
    reports(life, faults(life)[1])
    assert duties(life)["rectify"] == date(2026, 4, 22)


def test_a_check_that_finds_nothing_asks_for_nothing(life: Class) -> None:
    checks(life)
    assert "rectify" not in duties(life)
    assert "check_found" not in dict(letters(life))
    (check,) = checks_of(life.session, life.id, 1, reader=Role.REVIEWER)
    assert (check.note, check.faults, check.by) == ("第二节课", [], "示例6")


def test_an_open_finding_is_said_and_holds_nothing(life: Class) -> None:
    checks(life, SHORT)
    said = {f.code: f for f in findings_for_next(dossier(life), the_law())}
    found = said["findings_are_crossed_off"]
    assert (found.weight, found.clause, found.params) == (Weight.NOTE, "C13", {"open": 1})
    life.ends().scores(*["pass"] * 6).says(ScoresConfirmed(class_no=1), life.house.second)
    assert life.stands_at(Stage.ASSESSED)
    assert duties(life)["rectify"] == date(2026, 4, 22)


def test_rectification_goes_on_while_the_project_is_suspended(life: Class) -> None:
    checks(life, NO_TEACHER)
    life.says(Suspended(text="核查师资"), life.house.first)
    assert duties(life) == {"rectify": date(2026, 4, 10)}
    reports(life, faults(life)[0])
    rechecks(life, faults(life)[0], accepted=True)
    life.says(Resumed(text="已销号"), life.house.first)
    assert life.stands_at(Stage.RUNNING)


def test_words_stand_in_no_fact_and_no_row_in_clear(life: Class) -> None:
    checks(life, SHORT)
    reports(life, faults(life)[0])
    rechecks(life, faults(life)[0], accepted=True)
    said = str([fact.payload for fact in life.session.exec(select(FactRow))])
    query = "SELECT CAST(row_to_json(t) AS text) FROM {} t"
    tables = ("inspection", "inspection_fault", "rectification", "ledger", "outbox")
    rows = [
        row
        for table in tables
        for row in life.session.connection().execute(text(query.format(table))).scalars()
    ]
    for secret in ("王示例", "约谈", "第二节课", "原始签到表"):
        assert secret not in said + "".join(rows)
        assert secret.encode().hex() not in "".join(rows)


def test_the_centre_reads_codes_and_days_but_no_words(life: Class) -> None:
    checks(life, SHORT)
    (check,) = checks_of(life.session, life.id, reader=Role.CENTRE)
    assert (check.note, check.faults[0].words) == ("", "")
    assert check.faults[0].code == "attendance_differs"


def test_the_district_sees_its_open_findings_and_the_provider_has_no_such_list(
    life: Class,
) -> None:
    checks(life, SHORT)
    (line,) = open_faults(life.session, life.house.supervisor)
    assert (line.fault, line.class_no, line.due_on) == (
        "attendance_differs", 1, date(2026, 4, 22),
    )  # fmt: skip
    neighbour = Actor(99, life.house.district_id + 1000, Role.SUPERVISOR)
    assert open_faults(life.session, neighbour) == []
    assert len(open_faults(life.session, life.house.centre)) == 1
    with pytest.raises(NotYours):
        open_faults(life.session, life.house.provider)


def test_reviewers_check_too_and_nobody_else(life: Class) -> None:
    checks(life, who=life.house.first)
    for who in (life.house.provider, life.house.examiner, life.house.centre):
        with pytest.raises(NotYours):
            checks(life, who=who)


def test_only_the_provider_reports_and_only_the_district_rechecks(life: Class) -> None:
    checks(life, SHORT)
    (fault,) = faults(life)
    with pytest.raises(NotYours):
        inspections.report_rectification(
            life.session, fault, "已改", act=act(life, life.house.supervisor)
        )
    reports(life, fault)
    with pytest.raises(NotYours):
        inspections.recheck(
            life.session, fault, accepted=True, words="", due_on=None,
            act=act(life, life.house.provider),
        )  # fmt: skip


def test_nobody_rechecks_what_they_reported_in_another_office(life: Class) -> None:
    checks(life, SHORT)
    (fault,) = faults(life)
    reports(life, fault)
    both = Actor(life.house.provider.person_id, life.house.district_id, Role.SUPERVISOR)
    with pytest.raises(NotAllowed) as refused:
        inspections.recheck(
            life.session, fault, accepted=True, words="", due_on=None, act=act(life, both)
        )
    assert [f.code for f in refused.value.findings] == ["recheck_needs_another_person"]


@pytest.mark.parametrize(("accepted", "again"), [(True, None), (False, date(2026, 4, 30))])
def test_what_nobody_reported_cannot_be_rechecked(
    life: Class, *, accepted: bool, again: date | None
) -> None:
    checks(life, SHORT)
    with pytest.raises(NotAllowed) as refused:
        rechecks(life, faults(life)[0], accepted=accepted, due_on=again)
    assert refused.value.findings[0].code == "fault_does_not_fit_the_step"


def test_a_report_twice_is_refused(life: Class) -> None:
    checks(life, SHORT)
    reports(life, faults(life)[0])
    with pytest.raises(NotAllowed):
        reports(life, faults(life)[0])


def test_sending_back_needs_a_day_that_is_to_come_and_a_reason(life: Class) -> None:
    checks(life, SHORT)
    (fault,) = faults(life)
    reports(life, fault)
    for day in (None, TODAY - timedelta(days=1)):
        with pytest.raises(NotAllowed) as refused:
            rechecks(life, fault, accepted=False, due_on=day)
        assert refused.value.findings[0].code == "rectification_day_is_to_come"
    with pytest.raises(BadInput):
        inspections.recheck(
            life.session, fault, accepted=False, words=" ", due_on=date(2026, 5, 6),
            act=act(life, life.house.supervisor),
        )  # fmt: skip
    with pytest.raises(BadInput):
        inspections.report_rectification(
            life.session, fault, "", act=act(life, life.house.provider)
        )


@pytest.mark.parametrize(
    ("found", "why"),
    [(Found("weather"), "unknown_fault"), (Found("other", "  "), "fault_needs_words")],
)
def test_a_fault_comes_from_the_list_or_in_words(life: Class, found: Found, why: str) -> None:
    with pytest.raises(BadInput) as refused:
        checks(life, found)
    assert refused.value.params["why"] == why


def test_a_check_lies_between_the_opening_and_today(life: Class) -> None:
    for day, code in (
        (TODAY + timedelta(days=1), "day_is_not_in_the_future"),
        (TODAY - timedelta(days=1), "check_follows_the_opening"),
    ):
        with pytest.raises(NotAllowed) as refused:
            inspections.record_check(
                life.session, Check(1, Manner.VIDEO, day), act(life, life.house.supervisor)
            )
        assert refused.value.findings[0].code == code


def test_nothing_of_another_class_or_project_can_be_named(life: Class, house: House) -> None:
    with pytest.raises(BadInput):
        checks(life, enrolment_id=424242)
    with pytest.raises(BadInput):
        checks(life, pick_id=424242)
    with pytest.raises(NotFound):
        reports(life, 424242)
    checks(life, SHORT)
    other = Class(life.session, house).filed()
    with pytest.raises(NotFound):
        inspections.report_rectification(
            life.session, faults(life)[0], "已改", act=act(other, house.provider)
        )


def test_a_learner_is_checked_by_phone_by_enrolment(life: Class) -> None:
    learner = life.known()[0]
    check = Check(1, Manner.PHONE, TODAY, enrolment_id=learner)
    inspections.record_check(life.session, check, act(life, life.house.supervisor))
    (seen,) = checks_of(life.session, life.id, reader=Role.SUPERVISOR)
    assert seen.enrolment_id == learner


def test_the_stage_is_still_the_replay_of_the_facts(life: Class) -> None:
    checks(life, SHORT, NO_TEACHER)
    reports(life, faults(life)[0])
    rechecks(life, faults(life)[0], accepted=True)
    (project,) = load(life.session, [life.id])
    assert actions.replay(project.recorded, at=life.at) is project.stage
