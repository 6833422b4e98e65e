"""A result sheet with rows of another contest is refused row by row, and nothing is kept (C33)."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from tests.contest_sheets import a_result_sheet, awaiting_results

Enter = Callable[[str], TestClient]
FIRST, ORGANISER = "HP/district_reviewer", "ORG1/contest_organiser"
OF_OTHERS = (
    ("活动编号", "JS-2026-99"), ("备案号", "BA-2026-99"), ("主办单位", "上海某协会"),
    ("比赛日期", "2026-04-19"),
)  # fmt: skip


@pytest.fixture
def code(session: Session) -> str:
    return awaiting_results(session)


def test_rows_of_another_contest_are_told_one_by_one_and_nothing_is_imported(
    enter: Enter, code: str
) -> None:
    organiser = enter(ORGANISER)
    sheet = a_result_sheet(dict(enumerate(OF_OTHERS, start=1)))
    told = organiser.post(
        f"/contests/{code}/results", files={"file": ("成绩表.xlsx", sheet)}
    ).json()
    assert (told["imported"], told["rows"], told["accepted"]) == (False, 5, 1)
    assert [found["sentence"]["zh"] for found in told["findings"]] == [
        "活动编号“JS-2026-99”不是本次活动的编号。",
        "备案号“BA-2026-99”不是本次活动的备案号，可能是其他活动或其他区的成绩。",
        "主办单位“上海某协会”与备案不符。",
        "比赛日期2026-04-19与备案的2026-04-18不符。",
    ]
    assert [found["column"] for found in told["findings"]] == [column for column, _ in OF_OTHERS]
    assert "is not the one that filed" in told["findings"][2]["sentence"]["en"]
    assert organiser.get(f"/contests/{code}/people").json() == []
    found = enter(FIRST).get(f"/contests/{code}").json()
    assert (found["stage"], found["cut"]) == ("accepted", None)


def test_the_same_sheet_put_right_is_imported(enter: Enter, code: str) -> None:
    organiser = enter(ORGANISER)
    files = {"file": ("成绩表.xlsx", a_result_sheet({}))}
    assert organiser.post(f"/contests/{code}/results", files=files).json()["imported"]
    assert len(organiser.get(f"/contests/{code}/people").json()) == 5
