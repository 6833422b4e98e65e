"""Whole numbers at the screen: shown for a reason, and everybody can see who has looked."""

import re
from collections.abc import Callable

from fastapi.testclient import TestClient

from tests.api.conftest import Enter
from tests.api.pages.person_at_screen import AtScreen
from tests.api.pages.test_life_at_the_screen import (
    CLASS,
    FIRST,
    NEIGHBOUR,
    PROVIDER,
    has_its_roster,
    provider,
)

__all__ = ["provider"]

Sit = Callable[[str], AtScreen]
AUDITOR = "CENTRE/auditor"
WHOLE = re.compile(r"3199\d{13}[\dX]")


def first_learner(who: AtScreen) -> str:
    """The page of the first learner on the roster."""
    who.opens(CLASS)
    return str(re.findall(rf'href="({CLASS}/learners/\d+)"', who.page.text)[0])


def test_a_whole_number_is_shown_for_a_reason_and_leaves_a_trace(
    sit: Sit, provider: AtScreen
) -> None:
    has_its_roster(sit, provider)
    reviewer = sit(FIRST)
    page = first_learner(reviewer)
    reviewer.opens(page)
    assert not WHOLE.search(reviewer.page.text)
    assert "尚无人查看" in reviewer.text
    reviewer.sends(page, reason="complaint")
    assert WHOLE.search(reviewer.page.text)
    assert reviewer.page.headers["cache-control"] == "no-store"
    auditor = sit(AUDITOR).opens(page)
    assert "处理咨询或投诉" in auditor.text
    assert not WHOLE.search(auditor.page.text)
    assert "显示完整信息" not in auditor.text
    assert auditor.client.post(page, data={"reason": "identity"}).status_code == 403


def test_a_learner_is_found_by_those_of_the_project_only(sit: Sit, provider: AtScreen) -> None:
    has_its_roster(sit, provider)
    page = first_learner(provider)
    assert sit(NEIGHBOUR).opens(page).page.status_code == 404
    assert provider.opens(f"{CLASS}/learners/999999").page.status_code == 404


def test_programs_look_too_and_an_unknown_reason_shows_nothing(
    sit: Sit, provider: AtScreen, enter: Enter, client: TestClient
) -> None:
    has_its_roster(sit, provider)
    path = f"{first_learner(provider)}/look"
    speaking = enter(PROVIDER)
    refused = speaking.post(path, json={"reason": "curiosity"})
    assert refused.status_code == 422, refused.text
    assert not WHOLE.search(refused.text)
    seen = speaking.post(path, json={"reason": "correction"}).json()
    assert WHOLE.fullmatch(seen["document_number"])
    assert client.post(f"/api/v1{path}", json={"reason": "correction"}).status_code == 401
