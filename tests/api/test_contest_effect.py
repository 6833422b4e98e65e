"""What a contest does to its district's share, for programs: before, after, and in words (C39)."""

from collections.abc import Callable
from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from api.sample_offices import actors
from states.records import clock
from states.rules.routes import Route
from tests.api.reported import a_house_of_the_sample
from tests.city import City
from tests.house import NOON
from tests.route_house import Contest, Organised
from tests.share_house import held, won

Enter = Callable[[str], TestClient]
FIRST, SECOND = "HP/district_reviewer", "HP/district_reviewer/1"
CENTRE, AUDITOR = "CENTRE/centre_officer", "CENTRE/auditor"
ORGANISER = "ORG1/contest_organiser"
JANUARY = NOON.replace(year=2027, month=1, day=12)


@pytest.fixture
def told(session: Session) -> Organised:
    """Huangpu with a hundred certificates of training, and an organiser."""
    house = a_house_of_the_sample(session)
    here = house.district_id
    City(session, house, here, here).gives(Route.TRAINING, 100, here)
    return Organised(house, actors(session)["contest-1"])


def in_january(session: Session) -> None:
    clock.move(session, by=JANUARY - NOON)
    session.commit()


def test_a_contest_tells_whoever_decides_what_it_would_do(
    enter: Enter, told: Organised, session: Session
) -> None:
    won(Contest(session, told), 30, first=1)
    second = held(Contest(session, told), 30, first=101)
    session.commit()
    path = f"/contests/{second.outcome.code}"
    answers = [enter(who).get(path).json()["effect"] for who in (FIRST, CENTRE, AUDITOR)]
    assert answers[0] == answers[1] == answers[2] == {
        "district": {"zh": "黄浦区", "en": "Huangpu District"}, "year": 2026,
        "contest_before": 0, "total_before": 100, "contest": 60, "total": 160, "waiting": 30,
        "percent": "37.5%", "standing": "over", "limit_percent": 30, "waived_up_to_percent": None,
        "allowed": False,
        "sentence": {
            "zh": "黄浦区2026年：办理后技能比武占比37.5%（60/160张，其中已确认待编号30张），"
                  "超过30%，须先经两人豁免。",
            "en": "Huangpu District, 2026: contests make up 37.5% after this (60/160 certificates, "
                  "30 of them confirmed and waiting for a number), above 30 %; two persons have to "
                  "waive it first.",
        },
    }  # fmt: skip
    assert enter(ORGANISER).get(path).json()["effect"] is None


def test_what_is_decided_has_no_effect_any_more(
    enter: Enter, told: Organised, session: Session
) -> None:
    decided = won(Contest(session, told), 3, first=1)
    session.commit()
    assert enter(FIRST).get(f"/contests/{decided.outcome.code}").json()["effect"] is None


def test_a_batch_that_is_refused_names_the_district_and_the_year_in_both_languages(
    enter: Enter, told: Organised, session: Session
) -> None:
    won(Contest(session, told), 43, first=1)
    session.commit()
    first = enter(FIRST)
    (share,) = first.get("/batches/preview").json()["shares"]
    assert (share["contest"], share["total"], share["waiting"]) == (43, 143, 0)
    refused = first.post("/batches")
    assert refused.status_code == 422
    assert refused.json()["sentence"] == {
        "zh": "黄浦区2026年的技能比武占比将达到43/143，超过30%，没有办理。"
              "请先在“指标与占比”中申请2026年的豁免，由另一人同意。",
        "en": "Contests of Huangpu District would make up 43/143 of the certificates of 2026, "
              "above 30 %; nothing was done. Ask for a waiver of 2026 under “Targets” first; "
              "another person grants it.",
    }  # fmt: skip


def test_page_preview_and_batch_speak_of_the_same_year_in_january(
    enter: Enter, told: Organised, session: Session
) -> None:
    december = NOON.replace(month=12)
    late = held(Contest(session, told, at=december), 30, first=1, held_on=date(2026, 12, 20))
    in_january(session)
    first = enter(FIRST)
    effect = first.get(f"/contests/{late.outcome.code}").json()["effect"]
    assert (effect["year"], effect["contest"], effect["total"]) == (2026, 30, 130)
    confirmed = {"kind": "results_confirmed", "sheet_sha256": late.sheet}
    assert (
        enter(SECOND).post(f"/contests/{late.outcome.code}/facts", json=confirmed).status_code
        == 200
    )
    (share,) = first.get("/batches/preview").json()["shares"]
    assert (share["year"], share["contest"], share["total"]) == (2026, 30, 130)
    assert first.post("/batches").status_code == 201
    then, now = (first.get(f"/targets?year={year}").json() for year in (2026, 2027))
    assert then["districts"][0]["share"]["contest"] == 30
    assert now["districts"][0]["share"]["contest"] == 0
