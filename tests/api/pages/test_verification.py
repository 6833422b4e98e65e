"""Anybody may look at a certificate whose printed code they hold: what it says, and no more."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import text
from sqlmodel import Session

from api.pace import Pace
from api.problems import TooManyLooks
from api.sample_offices import actors
from api.verification import STANDING, Standing
from states.records import certificate_board
from states.records.certificate_board import CertificateRow
from states.records.tables.returns import CERTIFICATE_STATES
from tests.desks import Class
from tests.house import sample_house

SET = text("UPDATE certificate SET state = :state WHERE id = :id")
NOBODYS = "AAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
def row(session: Session, client: TestClient) -> CertificateRow:
    """A certificate of 张示例, accepted by the city."""
    people = actors(session)
    house = sample_house(people)
    life = Class(session, house).reported()
    batch = life.batch() or 0
    life.receipt(batch)
    session.commit()
    return certificate_board.batch_rows(session, batch)[0]


@pytest.fixture
def becomes(session: Session, row: CertificateRow) -> Callable[[str], None]:
    """The certificate's state, as its own desk would leave it."""

    def to(state: str) -> None:
        session.connection().execute(SET, {"state": state, "id": row.id})
        session.commit()

    return to


@pytest.mark.parametrize(
    ("state", "standing", "words"),
    [
        ("accepted", "valid", ("证书有效", "This certificate is valid")),
        ("issued", "waiting", ("已编号，尚待归集", "Issued, not confirmed yet")),
        ("refused", "waiting", ("已编号，尚待归集", "Issued, not confirmed yet")),
        ("replaced", "replaced", ("证书已被替换", "This certificate was replaced")),
        ("revoked", "revoked", ("证书已撤销", "This certificate was revoked")),
        ("dropped", "void", ("证书无效", "This certificate is not valid")),
    ],
)
def test_every_state_has_its_word_on_the_page_and_for_programs(
    client: TestClient, row: CertificateRow, becomes: Callable[[str], None], *,
    state: str, standing: str, words: tuple[str, str],
) -> None:  # fmt: skip
    becomes(state)
    address = f"/verify/{row.verify_token}"
    assert words[0] in client.get(address).text
    assert words[1] in client.get(f"{address}?lang=en").text
    assert client.get(f"{address}.json").json()["state"] == standing
    told = client.get(f"/api/v1{address}").json()
    assert (told["state"], told["stands"]) == (standing, standing == "valid")


def test_there_is_a_word_for_every_state_of_the_records() -> None:
    assert set(STANDING) == set(CERTIFICATE_STATES)
    assert set(STANDING.values()) == set(Standing)


def test_the_name_is_masked_and_nothing_else_of_the_person_is_shown(
    client: TestClient, row: CertificateRow
) -> None:
    page = client.get(f"/verify/{row.verify_token}")
    for said in ("张*例", row.serial, row.number or "", "人工智能推介官（基础）", "监制"):
        assert said in page.text
    for hidden in (row.name, row.document_number, row.phone):
        assert hidden not in page.text
    told = client.get(f"/verify/{row.verify_token}.json").json()
    assert set(told) == {
        "state", "serial", "certificate_number", "name", "level", "issued_on", "sealing_body",
        "inscription",
    }  # fmt: skip


def test_it_is_not_indexed_and_not_kept(client: TestClient, row: CertificateRow) -> None:
    for address in ("/verify/{}", "/verify/{}.json", "/api/v1/verify/{}"):
        for token in (row.verify_token, NOBODYS):
            headers = client.get(address.format(token)).headers
            assert headers["cache-control"] == "no-store"
            assert "noindex" in headers["x-robots-tag"]


def _bare(answer: Response) -> tuple[int, str]:
    """Status and what is said; the frame of a page knows its own address."""
    return answer.status_code, answer.text.partition("<main")[2] or answer.text


@pytest.mark.parametrize(
    "malformed",
    ["x", "0", "%00", "A" * 23, "A" * 25, "A" * 5000, "张示例", "AIP-2026-000001", "'--"],
)
def test_what_nobody_was_given_and_what_cannot_be_are_answered_alike(
    client: TestClient, row: CertificateRow, malformed: str
) -> None:
    for door in ("/verify/{}.json", "/verify/{}"):
        unknown = client.get(door.format(NOBODYS))
        assert unknown.status_code == 404
        assert _bare(client.get(door.format(malformed))) == _bare(unknown)


def test_neither_serial_nor_number_finds_a_certificate(
    client: TestClient, row: CertificateRow
) -> None:
    for guess in (row.serial, row.number, str(row.id)):
        assert client.get(f"/verify/{guess}.json").json() == {"state": "unknown"}


def test_looks_of_one_address_are_paced_at_all_doors_together(
    app: FastAPI, client: TestClient, row: CertificateRow
) -> None:
    app.state.pace = Pace(most=3)
    for door in ("/verify/{}", "/verify/{}.json", "/api/v1/verify/{}"):
        assert client.get(door.format(row.verify_token)).status_code == 200
    refused = client.get(f"/verify/{row.verify_token}")
    assert refused.status_code == 429
    assert "查询过于频繁" in refused.text
    assert 1 <= int(refused.headers["retry-after"]) <= 61
    other = TestClient(app, base_url="http://127.0.0.1:8000", client=("192.0.2.7", 50000))
    assert other.get(f"/verify/{row.verify_token}").status_code == 200
    told = client.get(f"/api/v1/verify/{row.verify_token}").json()
    assert told["code"] == "too_many_looks"


def test_the_pace_slides_and_takes_a_household_as_one() -> None:
    now = 0.0
    pace = Pace(most=2, window=60, clock=lambda: now)
    pace.keep("2001:db8::1")
    now = 30.0
    pace.keep("2001:db8::2")
    with pytest.raises(TooManyLooks) as refused:
        pace.keep("2001:db8::3")
    assert refused.value.params == {"seconds": 31}
    pace.keep("2001:db8:0:1::1")
    now = 60.0
    pace.keep("2001:db8::3")
    with pytest.raises(TooManyLooks):
        pace.keep("2001:db8::4")
