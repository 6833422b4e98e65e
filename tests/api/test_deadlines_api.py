"""Deadlines and orders for programs: the ladder, more time, reminders and orders by JSON."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

Enter = Callable[[str], TestClient]
REVIEWER, BUREAU = "HP/district_reviewer", "BUREAU/bureau_officer"
HERE = "/projects/HP-2026-001"


@pytest.fixture(autouse=True)
def proposed(enter: Enter) -> None:
    units = [
        {"name": "基础", "half_hours": 40, "mode": "online", "teacher": "示例教师"},
        {"name": "实训", "half_hours": 40, "mode": "offline", "teacher": "示例教师"},
    ]
    plan = {
        "title": "示例班", "channel": "district_project_training", "units": units,
        "class_size": 8, "opens_on": "2026-04-13", "ends_on": "2026-04-24",
    }  # fmt: skip
    provider = enter("P001/provider_operator")
    assert provider.post("/projects", json={"district": "HP", "plan": plan}).status_code == 201


def says(client: TestClient, **fact: Any) -> Response:  # noqa: ANN401  any field of a fact
    answer: Response = client.post(f"{HERE}/facts", json=fact)
    return answer


def review(client: TestClient) -> dict[str, Any]:
    (found,) = [d for d in client.get(HERE).json()["deadlines"] if d["duty"] == "review"]
    return dict(found)


def test_a_deadline_tells_its_ladder_and_its_end(enter: Enter) -> None:
    found = review(enter(REVIEWER))
    assert (found["due_on"], found["counted_on"]) == ("2026-04-09", "2026-04-09")
    assert found["rungs"] == [
        "2026-04-01", "2026-04-08", "2026-04-09", "2026-04-14", "2026-04-20", "2026-04-23",
    ]  # fmt: skip
    assert (found["silence"], found["silent_on"]) == ("escalate", "2026-04-23")


def test_more_time_moves_all_of_it(enter: Enter) -> None:
    more = {"kind": "deadline_extended", "duty": "review", "until": "2026-04-16", "text": "x"}
    assert says(enter(REVIEWER), **more).status_code == 409, "not whoever has to act"
    assert says(enter(BUREAU), **more).status_code == 200
    found = review(enter(REVIEWER))
    assert (found["due_on"], found["counted_on"]) == ("2026-04-16", "2026-04-09")
    assert found["rungs"][2] == "2026-04-16"


def test_a_duty_that_is_not_open_is_not_reminded_of(enter: Enter) -> None:
    answer = says(enter(BUREAU), kind="urged", duty="register_scores", subject="1")
    assert answer.status_code == 409
    assert answer.json()["findings"][0]["code"] == "duty_is_not_open"


def test_an_order_is_a_row_of_the_list_until_it_is_closed(enter: Enter) -> None:
    bureau, reviewer = enter(BUREAU), enter(REVIEWER)
    given = {"to": "district_reviewer", "due_on": "2026-04-07", "text": "请说明进度。"}
    assert says(bureau, kind="order_given", **given).status_code == 200
    (row,) = bureau.get("/orders").json()
    assert (row["no"], row["state"], row["due_on"]) == (1, "open", "2026-04-07")
    assert says(reviewer, kind="order_answered", no=1, text="已安排。").status_code == 200
    assert reviewer.get("/orders?state=answered").json()[0]["no"] == 1
    assert says(bureau, kind="order_closed", no=1, accepted=True).status_code == 200
    assert bureau.get("/orders?state=open").json() == []
    assert enter("PD/district_reviewer").get("/orders").json() == []


def test_a_past_day_and_an_unknown_order_are_refused(enter: Enter) -> None:
    bureau = enter(BUREAU)
    given = {"to": "district_reviewer", "due_on": "2026-03-31", "text": "x"}
    answer = says(bureau, kind="order_given", **given)
    assert answer.json()["findings"][0]["code"] == "order_day_is_to_come"
    answer = says(enter(REVIEWER), kind="order_answered", no=7, text="x")
    assert answer.json()["findings"][0]["code"] == "order_is_closed"
