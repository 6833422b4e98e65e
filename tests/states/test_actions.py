"""The one door: what people record moves the stage, and nothing else does."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlmodel import Session, col, select

from states import actions
from states.errors import NotAllowed, NotFound, NotYours, ProjectMoved
from states.records.projects import load
from states.records.tables import FactRow, LedgerEntry, Mail, Project, Timer
from states.rules.facts import (
    ClassEnded,
    Fact,
    Rejected,
    Resumed,
    ReviewSigned,
    SentBack,
    Suspended,
    Terminated,
    WaiverGranted,
    WaiverRequested,
    Withdrawn,
)
from states.rules.stages import Stage
from tests.house import NOON, House, Life, a_house, a_plan


@pytest.fixture
def house(session: Session) -> House:
    return a_house(session)


@pytest.fixture
def life(session: Session, house: House) -> Life:
    return Life(session, house)


def test_two_different_persons_approve_a_plan(life: Life) -> None:
    life.proposed().says(ReviewSigned(), life.house.first)
    assert life.stands_at(Stage.PROPOSED)
    assert [f.code for f in life.outcome.findings] == ["persons_of_the_district_signed"]
    life.says(ReviewSigned(), life.house.second)
    assert life.stands_at(Stage.APPROVED)


def test_the_same_person_cannot_sign_twice(life: Life) -> None:
    life.proposed().says(ReviewSigned(), life.house.first)
    with pytest.raises(NotAllowed) as refused:
        life.says(ReviewSigned(), life.house.first)
    assert [f.code for f in refused.value.findings] == ["signature_needs_another_person"]


def test_a_provider_cannot_sign(life: Life) -> None:
    life.proposed()
    with pytest.raises(NotYours):
        life.says(ReviewSigned(), life.house.provider)


def test_a_reviewer_of_another_district_finds_nothing(life: Life) -> None:
    life.proposed()
    stranger = replace(life.house.first, office_id=life.house.centre.office_id)
    with pytest.raises(NotFound):
        life.says(ReviewSigned(), stranger)


def test_signatures_do_not_help_a_plan_that_is_half_an_hour_too_online(life: Life) -> None:
    life.approved(a_plan(online=41, offline=39))
    assert life.stands_at(Stage.PROPOSED)
    assert [(f.code, f.clause) for f in life.outcome.findings] == [
        ("plan_online_share_is_at_most_half", "C04")
    ]


def test_the_opening_day_alone_makes_a_project_run(life: Life) -> None:
    life.approved().opened()
    assert life.stands_at(Stage.APPROVED)
    assert [f.code for f in life.outcome.findings] == ["opening_day_is_reached"]
    project = life.session.get_one(Project, life.id)
    life.session.refresh(project)
    assert project.wake_at == datetime(2026, 4, 7, 16, tzinfo=UTC), "midnight in Shanghai"
    life.wait(days=6)
    assert life.stands_at(Stage.APPROVED)
    life.wait(days=1)
    assert life.stands_at(Stage.RUNNING)


def test_a_fact_that_does_not_fit_the_stage_is_refused_with_what_is_missing(life: Life) -> None:
    life.approved()
    with pytest.raises(NotAllowed) as refused:
        life.says(
            ClassEnded(
                class_no=1,
                ended_on=date(2026, 4, 1),
                delivered_half_hours=80,
                online_half_hours=0,
            ),
            life.house.provider,
        )
    assert [f.code for f in refused.value.findings] == [
        "fact_does_not_fit_the_stage",
        "class_is_opened",
    ]


def test_a_stale_page_changes_nothing(life: Life) -> None:
    life.approved()
    with pytest.raises(ProjectMoved):
        actions.record(
            life.session,
            life.id,
            Withdrawn(text="不再举办"),
            actor=life.house.provider,
            at=life.at,
            seen_moves=0,
        )
    assert _stage(life) == Stage.APPROVED


def test_a_send_back_clears_the_signatures_and_waits_for_the_provider(life: Life) -> None:
    life.proposed().says(ReviewSigned(), life.house.first)
    life.says(SentBack(code="hours", text="课时表缺少线下单元"), life.house.second)
    assert life.stands_at(Stage.RETURNED)
    assert _duties(life) == [("resubmit", "provider_operator")]
    life.says(a_plan(), life.house.provider, days=1)
    assert life.stands_at(Stage.PROPOSED)
    life.says(ReviewSigned(), life.house.second)
    assert life.stands_at(Stage.PROPOSED), "the first signature was for the old plan"


@pytest.mark.parametrize(
    ("fact", "who", "stage"),
    [
        (Rejected(code="licence", text="资质不符"), "first", Stage.REJECTED),
        (Withdrawn(text="不再举办"), "provider", Stage.WITHDRAWN),
    ],
)
def test_a_plan_can_end_early(life: Life, fact: Fact, who: str, stage: Stage) -> None:
    life.proposed().says(fact, getattr(life.house, who))
    assert life.stands_at(stage)
    assert _duties(life) == []


def test_a_suspended_project_goes_on_where_it_stood(life: Life) -> None:
    life.running().says(Suspended(text="核查"), life.house.first)
    assert life.stands_at(Stage.SUSPENDED)
    life.says(Resumed(text="核查结束"), life.house.second, days=2)
    assert life.stands_at(Stage.RUNNING)
    life.says(Terminated(text="机构停办"), life.house.first, days=1)
    assert life.stands_at(Stage.TERMINATED)


def test_an_unusual_class_size_needs_a_waiver_by_a_second_person(life: Life) -> None:
    life.approved(a_plan(class_size=120))
    assert [f.code for f in life.outcome.findings] == ["class_size_is_usual"]
    asked = WaiverRequested(rule="class_size_is_usual", text="大教室已核实")
    granted = WaiverGranted(rule="class_size_is_usual")
    life.says(asked, life.house.first)
    with pytest.raises(NotAllowed):
        life.says(granted, life.house.first)
    life.says(granted, life.house.second)
    assert life.stands_at(Stage.APPROVED)


def test_the_ledger_has_a_row_per_fact_and_move_without_a_gap(life: Life) -> None:
    life.running()
    rows = life.session.exec(
        select(LedgerEntry).where(LedgerEntry.project_id == life.id).order_by(col(LedgerEntry.seq))
    ).all()
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert [row.name for row in rows if row.kind == "move"] == ["approve", "open"]
    facts = life.session.exec(select(FactRow).where(FactRow.project_id == life.id)).all()
    assert len(facts) == sum(row.kind == "fact" for row in rows)
    assert {row.regime for row in rows} == {"2026-67"}


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE ledger SET name = 'x'",
        "DELETE FROM ledger",
        "TRUNCATE ledger",
        "UPDATE fact SET payload = '{}'",
        "DELETE FROM fact",
        "TRUNCATE fact CASCADE",
    ],
)
def test_the_ledger_and_the_facts_are_append_only(life: Life, attack: str) -> None:
    life.proposed()
    with pytest.raises(DatabaseError, match="append-only"), life.session.begin_nested():
        life.session.execute(text(attack))


@pytest.mark.parametrize(
    "wrong",
    [
        "stage = 'finished'",
        "stage = 'approved', approved_at = NULL",
        "stage = 'returned', send_back_text = ''",
        "stage = 'rejected', stop_text = ''",
        "first_signer_id = {p}, second_signer_id = {p}",
    ],
)
def test_the_database_mirrors_the_machine(life: Life, wrong: str) -> None:
    life.proposed()
    change = wrong.format(p=life.house.first.person_id)
    with pytest.raises(IntegrityError), life.session.begin_nested():
        life.session.execute(text(f"UPDATE project SET {change} WHERE id = {life.id}"))  # noqa: S608


def test_letters_are_promised_to_who_acts_next_and_never_to_who_just_acted(life: Life) -> None:
    life.proposed()
    assert _letters(life) == [
        ("plan_submitted", life.house.first.person_id),
        ("plan_submitted", life.house.second.person_id),
    ]
    life.says(ReviewSigned(), life.house.first)
    assert _letters(life)[0] == ("second_signature_needed", life.house.second.person_id)


def test_with_settling_off_the_fact_waits_for_the_sweep(session: Session, house: House) -> None:
    life = Life(session, house, settle=False).proposed()
    life.says(ReviewSigned(), house.first).says(ReviewSigned(), house.second)
    assert life.stands_at(Stage.PROPOSED)
    assert session.get_one(Project, life.id, populate_existing=True).unsettled
    life.wait(days=0)
    assert life.stands_at(Stage.APPROVED)
    assert not session.get_one(Project, life.id, populate_existing=True).unsettled


def test_the_bulk_form_settles_many_projects_by_the_same_rules(
    session: Session, house: House
) -> None:
    lives = [Life(session, house).approved().opened() for _ in range(5)]
    found = actions.settle(session, [life.id for life in lives], at=NOON + timedelta(days=7))
    assert {outcome.stage for outcome in found} == {Stage.RUNNING}
    assert len(found) == 5


def test_replaying_the_facts_gives_the_recorded_stage(life: Life) -> None:
    life.assessed()
    assert life.stands_at(Stage.ASSESSED)
    (loaded,) = load(life.session, [life.id])
    assert actions.replay(loaded.recorded, at=life.at) is Stage.ASSESSED


def test_whose_turn_it_is_and_until_when_is_kept_as_a_timer(life: Life) -> None:
    life.proposed()
    (timer,) = life.session.exec(select(Timer).where(Timer.project_id == life.id)).all()
    assert (timer.duty, timer.role) == ("review", "district_reviewer")
    assert timer.due_on == date(2026, 4, 9), "five working days over the Qingming holiday"


def test_only_the_actions_write_a_stage() -> None:
    rooms = [Path(room) for room in ("api", "flows", "states", "templates")]
    guilty = [
        path
        for room in rooms
        for path in room.rglob("*.py")
        if re.search(r"project\.stage = |UPDATE project SET stage", path.read_text("utf-8"))
    ]
    assert guilty == []


def _stage(life: Life) -> str:
    return life.session.get_one(Project, life.id, populate_existing=True).stage


def _duties(life: Life) -> list[tuple[str, str]]:
    rows = life.session.exec(select(Timer).where(Timer.project_id == life.id)).all()
    return [(row.duty, row.role) for row in rows]


def _letters(life: Life) -> list[tuple[str, int | None]]:
    rows = life.session.exec(
        select(Mail)
        .where(Mail.project_id == life.id)
        .order_by(col(Mail.id).desc(), col(Mail.person_id))
    ).all()
    newest = max(row.promised_at for row in rows)
    found = [(row.letter, row.person_id) for row in rows if row.promised_at == newest]
    return sorted(found, key=lambda item: (item[0] != "second_signature_needed", item[1] or 0))
