"""Survey results through the JSON door: the same figures, the same silence about a few answers."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from tests.api.surveyed import closed_surveys

Enter = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def results(session: Session) -> None:
    closed_surveys(session, (5, 5, 4, 4, 3), (1, 1, 1))


def test_a_program_reads_what_the_page_shows(enter: Enter) -> None:
    found = enter("CENTRE/centre_officer").get("/surveys").json()
    many, few = found["groups"]
    assert (found["by"], many["key"], few["key"]) == ("class", "HP-2026-001-01", "HP-2026-002-01")
    assert (many["learners"]["told"], many["learners"]["satisfied"]) == (5, 4)
    assert many["learners"]["means"][-1] == {
        "key": "overall", "words": {"zh": "总体满意度", "en": "Overall satisfaction"}, "mean": 4.2,
    }  # fmt: skip
    assert few["learners"] == {"invited": 6, "answers": 3, "told": 0, "satisfied": 0, "means": []}
    total = found["total"]["learners"]
    assert (total["answers"], total["told"], total["satisfied"]) == (8, 5, 4)


@pytest.mark.parametrize(
    ("by", "keys"), [("provider", ["P001"]), ("district", ["HP"]), ("month", ["2026-05"])]
)
def test_groups_have_their_own_key(enter: Enter, by: str, keys: list[str]) -> None:
    groups = enter("HP/district_reviewer").get(f"/surveys?by={by}").json()["groups"]
    assert [group["key"] for group in groups] == keys
    assert [group["classes"] for group in groups] == [2]


def test_who_has_nothing_to_see_sees_nothing(enter: Enter) -> None:
    assert enter("PD/district_reviewer").get("/surveys?district=HP").json()["groups"] == []
    assert enter("DUBAN/system_administrator").get("/surveys").status_code == 403
    assert enter("PD/district_reviewer").get("/surveys?by=person").status_code == 422


def test_a_return_keeps_few_answers_to_itself(enter: Enter) -> None:
    reviewer = enter("HP/district_reviewer")
    made = reviewer.post("/returns", json={"month": "2026-05"}).json()
    learner = made["figures"]["surveys"]["learner"]
    assert (learner["answers"], learner["told"], learner["sums"]["overall"]) == (8, 5, 21)
    few = made["figures"]["classes"][1]["surveys"]["learner"]
    assert (few["answers"], few["satisfied"], few["sums"]) == (3, 0, {})
