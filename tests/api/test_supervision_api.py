"""Supervision through the JSON door: the same draw for everybody, and words only for some."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from states.rules import sampling
from tests.api.supervised import a_running_class

Enter = Callable[[str], TestClient]
SUPERVISOR, PROVIDER = "HP/district_supervisor", "P001/provider_operator"
HERE = "/projects/HP-2026-001"
DRAW = {"name": "电话回访", "manner": "phone", "percent": 30, "seed": "2026-04",
        "code": "HP-2026-001", "class_no": 1}  # fmt: skip
FAULT = {"code": "learner_not_reached", "words": "三次未接通"}


@pytest.fixture(autouse=True)
def running(session: Session) -> None:
    a_running_class(session)


def recorded(supervisor: TestClient, **more: Any) -> int:  # noqa: ANN401  any field
    body = {"manner": "phone", "checked_on": "2026-04-09", "faults": [FAULT], **more}
    answer = supervisor.post(f"{HERE}/classes/1/checks", json=body)
    assert answer.status_code == 200, answer.text
    (fault,) = supervisor.get(f"{HERE}/checks").json()[0]["faults"]
    return int(fault["id"])


def test_a_stranger_draws_the_same_from_what_is_published(enter: Enter) -> None:
    supervisor = enter(SUPERVISOR)
    answer = supervisor.post("/supervision/campaigns", json=DRAW)
    assert answer.status_code == 201
    (made,) = answer.json()["campaigns"]
    found = enter("CENTRE/auditor").get(f"/supervision/campaigns/{made['id']}").json()
    assert found["drawn_again_is_the_same"] is True
    assert (found["size"], found["picks"], found["algorithm"]) == (11, 4, "hmac-sha256-rank/1")
    assert sampling.digest(found["population"]) == found["population_digest"]
    again = sampling.draw(found["population"], seed=found["seed"], percent=found["percent"])
    assert [pick["key"] for pick in found["drawn"]] == list(again)
    assert [line["id"] for line in supervisor.get("/supervision/campaigns").json()] == [made["id"]]


def test_a_draw_sent_twice_is_one_draw(enter: Enter) -> None:
    supervisor = enter(SUPERVISOR)
    for _ in range(2):
        answer = supervisor.post(
            "/supervision/campaigns", json=DRAW, headers={"idempotency-key": "k"}
        )
        assert answer.status_code == 201
    assert len(supervisor.get("/supervision/campaigns").json()) == 1


def test_a_finding_goes_round_by_api(enter: Enter) -> None:
    supervisor, provider = enter(SUPERVISOR), enter(PROVIDER)
    fault = f"{HERE}/faults/{recorded(supervisor)}"
    (duty,) = [d for d in provider.get(HERE).json()["deadlines"] if d["duty"] == "rectify"]
    assert (duty["role"], duty["due_on"], duty["subject"]) == (
        "provider_operator", "2026-04-23", "1",
    )  # fmt: skip
    (line,) = supervisor.get("/supervision/faults").json()
    assert (line["fault"], line["state"], line["words"]["zh"]) == (
        "learner_not_reached", "open", "无法联系学员",
    )  # fmt: skip
    assert provider.post(f"{fault}/rectification", json={"words": "已补充电话"}).status_code == 200
    refused = {"accepted": False, "words": "仍无法接通", "due_on": "2026-04-15"}
    assert supervisor.post(f"{fault}/recheck", json=refused).status_code == 200
    provider.post(f"{fault}/rectification", json={"words": "已更正"})
    assert supervisor.post(f"{fault}/recheck", json={"accepted": True}).status_code == 200
    assert supervisor.get("/supervision/faults").json() == []
    (check,) = provider.get(f"{HERE}/checks").json()
    assert [r["accepted"] for r in check["faults"][0]["rounds"]] == [False, True]
    assert check["faults"][0]["words"] == "三次未接通"


def test_the_centre_gets_no_words(enter: Enter) -> None:
    recorded(enter(SUPERVISOR), note="王示例拒绝回答")
    said = enter("CENTRE/centre_officer").get(f"{HERE}/checks")
    assert "learner_not_reached" in said.text
    assert "未接通" not in said.text
    assert "王示例" not in said.text


def test_an_open_finding_is_a_note_for_the_next_stage(enter: Enter) -> None:
    supervisor = enter(SUPERVISOR)
    recorded(supervisor)
    notes = {note["code"]: note for note in supervisor.get(HERE).json()["notes"]}
    assert notes["findings_are_crossed_off"]["clause"] == "C13"
    assert "1项" in notes["findings_are_crossed_off"]["sentence"]["zh"]


def test_a_neighbour_finds_nothing_and_a_provider_draws_nothing(enter: Enter) -> None:
    supervisor, neighbour = enter(SUPERVISOR), enter("PD/district_supervisor")
    fault = recorded(supervisor)
    (made,) = supervisor.post("/supervision/campaigns", json=DRAW).json()["campaigns"]
    check = {"manner": "video", "checked_on": "2026-04-09"}
    assert neighbour.get(f"/supervision/campaigns/{made['id']}").status_code == 404
    assert neighbour.get(f"{HERE}/checks").status_code == 404
    assert neighbour.post(f"{HERE}/classes/1/checks", json=check).status_code == 404
    recheck = neighbour.post(f"{HERE}/faults/{fault}/recheck", json={"accepted": True})
    assert recheck.status_code == 404
    assert neighbour.post("/supervision/campaigns", json=DRAW).status_code == 404
    provider = enter(PROVIDER)
    assert provider.post("/supervision/campaigns", json=DRAW).status_code == 403
    assert provider.get("/supervision/faults").status_code == 403
    assert provider.post(f"{HERE}/classes/1/checks", json=check).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"manner": "dream", "checked_on": "2026-04-09"}, 422),
        ({"manner": "phone", "checked_on": "2026-04-09", "faults": [{"code": "weather"}]}, 422),
        ({"manner": "phone", "checked_on": "2026-04-09", "pick_id": 7}, 422),
        ({"manner": "phone", "checked_on": "2026-04-10"}, 409),
    ],
)
def test_what_is_not_right_is_said_in_both_languages(
    enter: Enter, body: dict[str, Any], status: int
) -> None:
    answer = enter(SUPERVISOR).post(f"{HERE}/classes/1/checks", json=body)
    assert answer.status_code == status
    assert answer.json()["sentence"]["zh"] != answer.json()["sentence"]["en"]


def test_a_step_that_does_not_fit_says_where_the_finding_stands(enter: Enter) -> None:
    supervisor = enter(SUPERVISOR)
    fault = recorded(supervisor)
    answer = supervisor.post(f"{HERE}/faults/{fault}/recheck", json={"accepted": True})
    assert answer.status_code == 409
    assert "待整改" in answer.json()["findings"][0]["sentence"]["zh"]
