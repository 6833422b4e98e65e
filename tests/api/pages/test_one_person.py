"""One person at the screen: found by a document number, seen as far as they touch the asker."""

from collections.abc import Callable
from itertools import count

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from states.records import people_board
from states.records.acts import latest
from states.records.tables import Certificate, Enrolment, Office
from states.rules.routes import Route
from tests.api.pages.person_at_screen import AtScreen
from tests.api.reported import a_reported_class
from tests.city import City
from tests.desks import Class

Sit = Callable[[str], AtScreen]
FIRST, NEIGHBOUR = "HP/district_reviewer", "PD/district_reviewer"
CENTRE, AUDITOR = "CENTRE/centre_officer", "CENTRE/auditor"
PROVIDER = "P001/provider_operator"


@pytest.fixture
def life(session: Session) -> Class:
    """A class with certificates; its first learner also passed an evaluation in Pudong."""
    made = a_reported_class(session)
    made.receipt(made.batch() or 0)
    there = session.exec(select(Office.id).where(Office.code == "PD")).one()
    City(session, made.house, made.house.district_id, there).gives(
        Route.EVALUATION, 1, there, learners=[learner(session)], level="advanced", at=made.at
    )
    session.commit()
    return made


def learner(session: Session) -> int:
    return (
        session.exec(select(Enrolment.learner_id).order_by(col(Enrolment.sheet_row))).first() or 0
    )


def number(life: Class) -> str:
    who = learner(life.session)
    return people_board.person(life.session, life.house.centre, who).document_number


def test_a_person_is_found_by_number_with_every_certificate_and_why_it_counts(
    sit: Sit, life: Class
) -> None:
    centre = sit(CENTRE).opens("/certificates")
    assert 'href="/people"' in centre.page.text
    centre.opens("/people").sends("/people", number=f" {number(life).lower()} ")
    assert centre.page.url.path == f"/people/{learner(life.session)}"
    assert "计入2026年目标：该人2026年已有编号的首张证书，黄浦区" in centre.text
    assert "不再计入：同一人在2026年只计一次" in centre.text
    assert "HP-2026-001/1" in centre.text
    assert number(life) not in centre.page.text
    life.session.rollback()
    (found,) = latest(life.session, about=f"learner/{learner(life.session)}")
    assert found.name == people_board.SOUGHT
    english = centre.opens(f"{centre.page.url.path}?lang=en")
    assert "a person counts once in 2026" in english.text


def test_a_district_sees_what_touches_it_and_that_there_is_more(sit: Sit, life: Class) -> None:
    first = sit(FIRST).opens("/people").sends("/people", number=number(life))
    assert "张示例" in first.text
    assert "另有1张证书" in first.text
    assert "浦东" not in first.text
    neighbour = sit(NEIGHBOUR).opens(first.page.url.path)
    assert "另有1张证书" in neighbour.text
    assert "HP-2026-001" not in neighbour.text


def test_nobody_and_somebody_elsewhere_are_told_apart_by_nobody(sit: Sit, life: Class) -> None:
    other = life.session.exec(
        select(Enrolment.learner_id).order_by(col(Enrolment.sheet_row).desc())
    ).first()
    known = people_board.person(life.session, life.house.centre, other or 0).document_number
    neighbour = sit(NEIGHBOUR)
    for given in (known, "E00000000"):
        neighbour.opens("/people").sends("/people", number=given)
        assert neighbour.page.status_code == 404
        assert "没有查到该证件号码的人员" in neighbour.page.text
    assert neighbour.opens(f"/people/{other}").page.status_code == 404
    assert neighbour.opens("/people/999999999").page.status_code == 404


def test_who_does_not_seek_comes_from_the_learner_or_the_certificate(sit: Sit, life: Class) -> None:
    life.session.rollback()
    row = life.session.exec(select(Certificate).where(Certificate.route == "training")).first()
    assert row
    assert row.serial
    here = f"/people/{row.learner_id}"
    for who, path in (
        (PROVIDER, f"/projects/HP-2026-001/classes/1/learners/{row.enrolment_id}"),
        (AUDITOR, f"/certificates/{row.serial}/history"),
    ):
        somebody = sit(who)
        assert f'href="{here}"' in somebody.opens(path).page.text
        assert row.serial in somebody.opens(here).text
        assert somebody.opens("/people").page.status_code == 403
    provider = sit(PROVIDER).opens(here)
    assert "是否计入" not in provider.text
    assert "另有" not in provider.text


def test_a_search_that_finds_nobody_is_on_record_too(sit: Sit, life: Class) -> None:
    centre = sit(CENTRE).opens("/people").sends("/people", number="319901199912310009")
    assert centre.page.status_code == 404
    assert "没有查到该证件号码的人员" in centre.text
    assert "319901199912310009" not in centre.page.text
    life.session.rollback()
    (found,) = [act for act in latest(life.session) if act.name == people_board.SOUGHT]
    assert (found.about, found.detail) == ("", {"found": False})


def test_an_exam_stands_on_the_page_in_its_own_words(sit: Sit, life: Class) -> None:
    here = life.house.district_id
    house = City(life.session, life.house, here, here, count(50))
    (one,) = house.gives(Route.EXAM, 1, None)
    life.session.execute(
        text("UPDATE claim SET result = 'excellent' WHERE learner_id = :one"), {"one": one}
    )
    life.session.commit()
    page = sit(CENTRE).opens(f"/people/{one}")
    assert "优秀" in page.text
    assert "excellent" not in page.text
    assert "Excellent" in page.opens(f"/people/{one}?lang=en").text


def test_a_number_no_database_knows_is_no_person(sit: Sit) -> None:
    assert sit(CENTRE).opens(f"/people/{'9' * 30}").page.status_code == 422
