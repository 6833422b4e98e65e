"""Timetables and attendance through the JSON door."""

from collections.abc import Callable
from datetime import date

import pytest
from fastapi.testclient import TestClient

from states.rules.stages import Mode
from templates.sheets.samples import sample_roster
from templates.sheets.teaching_samples import sample_timetable

Enter = Callable[[str], TestClient]
PROVIDER = "P001/provider_operator"
OPENS, ENDS = date(2026, 4, 1), date(2026, 4, 24)
UNITS = [
    {"name": "基础", "half_hours": 40, "mode": "online", "teacher": "示例教师"},
    {"name": "实训", "half_hours": 40, "mode": "offline", "teacher": "示例教师"},
]
LESSONS = [("基础", 40, Mode.ONLINE, "示例教师"), ("实训", 40, Mode.OFFLINE, "示例教师")]


@pytest.fixture
def base(enter: Enter) -> str:
    """The address of a running class that opened today."""
    plan = {
        "title": "人工智能推介官（基础）示例班", "channel": "district_project_training",
        "units": UNITS, "class_size": 8,
        "opens_on": OPENS.isoformat(), "ends_on": ENDS.isoformat(),
    }  # fmt: skip
    provider = enter(PROVIDER)
    made = provider.post("/projects", json={"district": "HP", "plan": plan}).json()
    for who in ("HP/district_reviewer/0", "HP/district_reviewer/1"):
        enter(who).post(f"/projects/{made['code']}/facts", json={"kind": "review_signed"})
    opening = {"opens_on": OPENS.isoformat(), "ends_on": ENDS.isoformat()}
    provider.post(f"/projects/{made['code']}/classes", json=opening)
    roster = sample_roster(OPENS, 8, seed=1)
    answer = provider.post(
        f"/projects/{made['code']}/classes/1/roster", files={"file": ("r.xlsx", roster)}
    )
    assert answer.status_code == 200, answer.text
    return f"/projects/{made['code']}/classes/1"


def timetable() -> dict[str, tuple[str, bytes]]:
    data = sample_timetable(LESSONS, OPENS, ENDS, seed=1, class_name="x")
    return {"file": ("课程表.xlsx", data)}


def test_a_timetable_is_filed_and_told(enter: Enter, base: str) -> None:
    provider = enter(PROVIDER)
    answer = provider.post(f"{base}/timetable", files=timetable())
    assert answer.status_code == 200, answer.text
    assert (answer.json()["accepted"], answer.json()["findings"]) == (10, [])
    told = enter("HP/district_reviewer").get(f"{base}/teaching").json()
    assert told["planned"] == {"sessions": 10, "total": 80, "online": 40}
    assert told["delivered"]["total"] == 0
    assert [one["held"] for one in told["sessions"]] == [False] * 10
    again = provider.post(f"{base}/timetable", files=timetable())
    assert (again.status_code, again.json()["code"]) == (422, "same_workbook")


def test_a_trial_stores_nothing(enter: Enter, base: str) -> None:
    provider = enter(PROVIDER)
    tried = provider.post(f"{base}/timetable?trial=true", files=timetable()).json()
    assert (tried["imported"], tried["good"]) == (False, 10)
    assert provider.get(f"{base}/teaching").json()["sessions"] == []


def test_attendance_without_a_timetable_is_refused(enter: Enter, base: str) -> None:
    answer = enter(PROVIDER).post(f"{base}/attendance", files=timetable())
    assert answer.status_code == 422
    assert "课程表" in answer.json()["sentence"]["zh"]


def test_only_the_provider_files_and_strangers_find_nothing(enter: Enter, base: str) -> None:
    assert enter("HP/district_reviewer").post(
        f"{base}/timetable", files=timetable()
    ).status_code == 403  # fmt: skip
    for who in ("PD/district_reviewer", "P002/provider_operator"):
        assert enter(who).get(f"{base}/teaching").status_code == 404
        assert enter(who).post(f"{base}/timetable", files=timetable()).status_code == 404
