"""The same request sent twice has one effect."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import Session, func, select

from states.records.tables import Project, RequestKey

Enter = Callable[[str], TestClient]
KEY = {"idempotency-key": "one-and-only"}


def _proposal(title: str = "人工智能推介官（基础）示例班") -> dict[str, Any]:
    units = [{"name": "实训", "half_hours": 80, "mode": "offline", "teacher": "示例教师"}]
    return {
        "district": "HP",
        "plan": {
            "title": title, "channel": "district_project_training", "units": units,
            "class_size": 20, "opens_on": "2026-04-13", "ends_on": "2026-04-24",
        },
    }  # fmt: skip


def _count(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Project)).one()


def test_the_same_form_twice_is_one_project(enter: Enter, session: Session) -> None:
    provider = enter("P001/provider_operator")
    first = provider.post("/projects", json=_proposal(), headers=KEY)
    second = provider.post("/projects", json=_proposal(), headers=KEY)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert _count(session) == 1


def test_at_the_same_moment_too(enter: Enter, session: Session) -> None:
    provider = enter("P001/provider_operator")
    with ThreadPoolExecutor(4) as hands:
        answers = list(
            hands.map(lambda _: provider.post("/projects", json=_proposal(), headers=KEY), range(4))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert _count(session) == 1


def test_a_key_is_not_for_something_else(enter: Enter, session: Session) -> None:
    provider = enter("P001/provider_operator")
    provider.post("/projects", json=_proposal(), headers=KEY)
    answer = provider.post("/projects", json=_proposal("另一个班"), headers=KEY)
    assert answer.status_code == 422
    assert answer.json()["code"] == "key_reused"
    assert _count(session) == 1


def test_two_people_may_use_the_same_key(enter: Enter, session: Session) -> None:
    for who in ("P001/provider_operator", "P002/provider_operator"):
        assert enter(who).post("/projects", json=_proposal(), headers=KEY).status_code == 201
    assert _count(session) == 2


def test_what_was_refused_leaves_the_key_free(enter: Enter, session: Session) -> None:
    provider = enter("P001/provider_operator")
    wrong = _proposal() | {"district": "nowhere"}
    assert provider.post("/projects", json=wrong, headers=KEY).status_code == 422
    assert session.exec(select(RequestKey)).all() == []
    assert provider.post("/projects", json=_proposal(), headers=KEY).status_code == 201
