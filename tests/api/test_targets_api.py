"""Targets, shares and waivers through the JSON door."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from api.sample_offices import actors
from states.records import quotas
from states.records.quotas import Order
from states.rules.routes import Route
from tests.api.reported import a_house_of_the_sample
from tests.city import SPRING, City

Enter = Callable[[str], TestClient]
FIRST, SECOND = "HP/district_reviewer", "HP/district_reviewer/1"
CENTRE = "CENTRE/centre_officer"


@pytest.fixture
def city(session: Session) -> City:
    """70 certificates of training and 30 of contests in Huangpu, 5 of the exam nowhere."""
    house = a_house_of_the_sample(session)
    made = City(session, house, house.district_id, actors(session)["pd-review-1"].office_id or 0)
    made.gives(Route.TRAINING, 70, made.here)
    made.gives(Route.CONTEST, 30, made.here, state="issued")
    made.gives(Route.EXAM, 5, None)
    order = Order(2026, {made.here: 100, made.there: 49_900}, "示例文件", "", "0" * 64)
    quotas.import_quotas(session, order, actor=house.centre, at=SPRING)
    session.commit()
    return made


@pytest.mark.usefixtures("city")
def test_the_board_counts_persons_and_certificates_apart(enter: Enter) -> None:
    told = enter(CENTRE).get("/targets?year=2026").json()
    assert (told["target_persons"], told["quotas_sum"]) == (50_000, 50_000)
    assert (told["city"]["persons"], told["city"]["persons_waiting"]) == (75, 30)
    assert told["no_district"]["persons_by_route"]["university_it_exam"] == 5
    (here,) = (one for one in told["districts"] if one["code"] == "HP")
    assert (here["quota_persons"], here["persons"], here["certificates"]) == (100, 70, 70)
    assert here["persons_by_month"][4] == 70
    assert here["share"] == {
        "contest": 30, "total": 100, "percent": "30.0%", "standing": "near", "room": 0,
        "waived_up_to_percent": None,
    }  # fmt: skip


def test_the_board_names_the_districts_that_the_quotas_leave_out(
    enter: Enter, city: City, session: Session
) -> None:
    centre = enter(CENTRE)
    left_out = centre.get("/targets?year=2026").json()["without_quota"]
    assert (len(left_out), "XH" in left_out, "HP" in left_out) == (14, True, False)
    assert centre.get("/targets?year=2027").json()["without_quota"] == []
    assert enter(FIRST).get("/targets").json()["without_quota"] == []


@pytest.mark.usefixtures("city")
def test_a_district_is_told_of_itself_and_a_provider_of_nothing(enter: Enter) -> None:
    told = enter(FIRST).get("/targets").json()
    assert [one["code"] for one in told["districts"]] == ["HP"]
    assert (told["city"], told["no_district"]) == (None, None)
    assert enter("P001/provider_operator").get("/targets").status_code == 403
    assert enter(CENTRE).get("/targets?year=1999").status_code == 422


@pytest.mark.usefixtures("city")
def test_a_waiver_is_asked_by_one_and_granted_by_another(enter: Enter) -> None:
    first, second = enter(FIRST), enter(SECOND)
    asked = {"year": 2026, "up_to": 35, "reason": "区内赛事集中在上半年"}
    assert first.post("/targets/waivers", json=asked | {"up_to": 30}).status_code == 422
    number = first.post("/targets/waivers", json=asked).json()["id"]
    grant = {"granted": True}
    assert first.post(f"/targets/waivers/{number}", json=grant).status_code == 409
    assert (
        enter("PD/district_reviewer").post(f"/targets/waivers/{number}", json=grant).status_code
        == 404
    )
    assert second.post(f"/targets/waivers/{number}", json=grant).status_code == 200
    (line,) = first.get("/targets/waivers?year=2026").json()
    assert (line["granted"], line["contest"], line["total"]) == (True, 30, 100)
    share = first.get("/targets?year=2026").json()["districts"][0]["share"]
    assert share["waived_up_to_percent"] == 35
