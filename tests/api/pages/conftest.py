"""People at their screens, for the stories of the pages."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.api.pages.person_at_screen import AtScreen

HERE = "http://127.0.0.1:8000"


@pytest.fixture
def sit(app: FastAPI, client: TestClient) -> Callable[[str], AtScreen]:
    """`sit("HP/district_reviewer")`: the first such sample person, at their desk."""
    people = client.get("/api/v1/sessions/sample-people").json()

    def down(who: str) -> AtScreen:
        office, role, place = f"{who}/0".split("/")[:3]
        held = [p for p in people if (p["office"]["code"], p["role"]) == (office, role)]
        browser = TestClient(app, base_url=HERE, client=("127.0.0.1", 50001))
        entry = {"appointment_id": held[int(place)]["appointment_id"]}
        return AtScreen(browser, browser.post("/signin/sample", data=entry))

    return down
