"""Addresses that nobody was given, with a U+0000 or a number beyond all: not found, no crash."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from tests.api.reported import a_reported_class

Enter = Callable[[str], TestClient]
HERE = "http://127.0.0.1:8000"
BEYOND = 10**30


@pytest.fixture
def batch(session: Session) -> str:
    """A batch whose four certificates the city has accepted."""
    life = a_reported_class(session)
    life.receipt(life.batch() or 0)
    session.commit()
    return "2026-06-01"


@pytest.mark.parametrize(
    "path",
    [
        "/certificates/batches/%00", "/certificates/batches/%00.xlsx",
        "/certificates/batches/2026-06-01%00.pdf", "/api/v1/batches/%00",
        "/certificates/%00.pdf", "/api/v1/certificates/%00/changes",
        "/certificates/AIP-2026-000001%00/history", "/verify/%00", "/verify/a%00.json",
        "/api/v1/verify/%00", "/api/v1/projects/%00/certificates",
    ],
)  # fmt: skip
def test_a_path_with_a_nul_leads_nowhere(enter: Enter, batch: str, path: str) -> None:
    answer = enter("CENTRE/centre_officer").get(f"{HERE}{path}")
    assert answer.status_code == 404


@pytest.mark.parametrize("number", [BEYOND, 2**63, 2**31, 0, -1])
def test_a_number_beyond_all_numbers_is_nobodys(enter: Enter, batch: str, number: int) -> None:
    centre = enter("CENTRE/centre_officer")
    for act in ("release", "drop"):
        path = f"/batches/{batch}/certificates/{number}/{act}"
        assert centre.post(path, json={"text": "不再办理"}).status_code == 404
    change = centre.post(f"/certificates/AIP-2026-000001/changes/{number}", json={"agree": True})
    assert change.status_code == 404
