"""A class on its way to the city's system, as its page tells it (C14, A11)."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session

from states import actions
from states.actor import Actor
from states.records import clock, enrolments, filing_queue
from states.records.tables import Project
from states.rules.stages import Role
from tests.api.pages.person_at_screen import AtScreen
from tests.desks import Reading, learners

Sit = Callable[[str], AtScreen]
PROVIDER, CENTRE = "P001/provider_operator", "CENTRE/centre_officer"
REVIEWERS = ("HP/district_reviewer", "HP/district_reviewer/1")
PROJECT = "/projects/HP-2026-001"
CLASS = f"{PROJECT}/classes/1"
PERMIT = text("UPDATE appointment SET full_numbers = :allowed WHERE role = 'provider_operator'")


@pytest.fixture
def provider(sit: Sit) -> AtScreen:
    """Whose class 1 is filed with the district and has no roster yet."""
    who = sit(PROVIDER).opens("/projects/new?example=1").sends("/projects", district="HP")
    for reviewer in REVIEWERS:
        sit(reviewer).opens(PROJECT).sends(f"{PROJECT}/facts/review_signed")
    return who.opens(PROJECT).sends(f"{PROJECT}/classes", no="1")


def enrols(session: Session) -> None:
    """Three learners, as a roster would bring them."""
    project = session.get_one(Project, 1)
    office = {"id": project.provider_id}
    person = session.execute(
        text("SELECT person_id FROM appointment WHERE office_id = :id"), office
    )
    actor = Actor(person.scalars().first(), project.provider_id, Role.PROVIDER)
    enrolments.import_roster(
        session, project_id=1, class_no=1, reading=Reading(learners(3)), filename="r.xlsx",
        sha256="0", actor=actor, at=clock.now(session),
    )  # fmt: skip
    session.commit()


def the_city_says(session: Session, state: str, reasons: str = "") -> None:
    now = session.execute(text("SELECT now() + interval '1 minute'")).scalar_one()
    filing = filing_queue.lease(session, machine_now=now)
    assert filing is not None
    filing_queue.mark(session, filing, state, reasons=reasons, machine_now=now)
    session.commit()


def test_a_class_without_learners_says_why_it_cannot_be_sent(provider: AtScreen) -> None:
    provider.opens(CLASS)
    assert "未报送" in provider.text
    assert "有录取学员且无人待核定后方可报送" in provider.text
    assert provider.may_not_send(f"{CLASS}/filing")


def test_a_click_is_told_and_cannot_be_made_twice(
    sit: Sit, provider: AtScreen, session: Session
) -> None:
    enrols(session)
    provider.opens(CLASS).sends(f"{CLASS}/filing")
    assert "已提交报送" in provider.text
    assert "等待报送" in provider.text
    assert provider.may_not_send(f"{CLASS}/filing")
    assert sit(REVIEWERS[0]).opens(CLASS).may_not_send(f"{CLASS}/filing")


def test_a_refusal_is_told_to_those_who_work_with_the_learners(
    sit: Sit, provider: AtScreen, session: Session
) -> None:
    enrols(session)
    provider.opens(CLASS).sends(f"{CLASS}/filing")
    the_city_says(session, "refused", "第3行：张示例的证件号码有误")
    assert "张示例的证件号码有误" in provider.opens(CLASS).text
    assert "张示例的证件号码有误" in sit(REVIEWERS[1]).opens(CLASS).text
    assert "张示例" not in sit(CENTRE).opens(CLASS).page.text
    provider.sends(f"{CLASS}/filing")
    assert "等待报送" in provider.text


def test_a_number_typed_in_is_shown_with_its_day_and_its_delay(
    provider: AtScreen, session: Session
) -> None:
    for _ in range(4):
        provider.sends("/clock", step="week")
    session.rollback()
    actions.settle(session, [1], at=clock.now(session))
    session.commit()
    assert "尚无备案号" in provider.opens(CLASS).text
    provider.sends(f"{CLASS}/registration", number="PX-2026-0001", registered_on="2026-04-28")
    assert "PX-2026-0001" in provider.text
    assert "天备案" in provider.text
    assert "已备案" in provider.text
    assert "手工登记备案号" not in provider.text


def test_the_workbook_leaves_with_a_permission_a_mark_and_a_line_in_the_ledger(
    sit: Sit, provider: AtScreen, session: Session
) -> None:
    enrols(session)
    path = f"{CLASS}/registration.xlsx"
    session.execute(PERMIT, {"allowed": False})
    session.commit()
    assert "须有完整证件号码的导出权限" in provider.opens(CLASS).text
    assert provider.opens(path).page.status_code == 403
    session.execute(PERMIT, {"allowed": True})
    session.commit()
    book = openpyxl.load_workbook(io.BytesIO(provider.opens(path).page.content))
    assert book["学员信息"]["F3"].value == learners(1)[0].number
    assert "导出说明" in book.sheetnames
    about = session.execute(
        text("SELECT detail->>'sheet', detail->>'rows' FROM ledger WHERE name = :name"),
        {"name": "personal_data_exported"},
    )
    assert [tuple(row) for row in about] == [("registration", "3")]
    assert sit(REVIEWERS[0]).opens(path).page.status_code == 403


def test_programs_send_and_ask(
    enter: Callable[[str], TestClient], provider: AtScreen, session: Session
) -> None:
    api, path = enter(PROVIDER), "/projects/HP-2026-001/classes/1/filing"
    refused = api.post(path)
    assert (refused.status_code, refused.json()["code"]) == (422, "filing_needs_learners")
    enrols(session)
    assert api.get(path).json()["state"] == "none"
    assert api.post(path).json()["state"] == "wanted"
    assert api.post(path).json()["code"] == "filing_is_under_way"
    assert enter("HP/district_reviewer").post(path).status_code == 403
    assert enter("PD/district_reviewer").get(path).status_code == 404
