"""The look-up feed: changes in pages that lose nothing, one person's certificates, signed."""

import base64
import logging
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session

from api.pace import Pace
from states.records import certificate_board, feed
from states.records.certificate_board import CertificateRow
from states.records.db import engine, transaction
from states.settings import Settings
from tests.api.reported import a_reported_class

TOKEN = "feed-token-of-a-story"
HERE = "/api/v1/feed"
BEARER = {"authorization": f"Bearer {TOKEN}"}
CHANGE = text("""
UPDATE certificate SET state = :state, changed_at = changed_at + make_interval(secs => :later)
 WHERE serial = :serial
""")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An installation that has a feed."""
    return settings.model_copy(update={"feed_token": SecretStr(TOKEN)})


@pytest.fixture
def rows(session: Session) -> list[CertificateRow]:
    """Four certificates; the city has accepted three, and refused the last."""
    life = a_reported_class(session)
    batch = life.batch() or 0
    last = certificate_board.batch_rows(session, batch)[-1]
    life.receipt(batch, refused=(last.serial,))
    session.commit()
    return certificate_board.batch_rows(session, batch)


def page(client: TestClient, since: str = "", limit: int = 200) -> Any:  # noqa: ANN401  JSON
    asked: dict[str, str | int] = {"since": since, "limit": limit}
    answer = client.get(f"{HERE}/certificates", params=asked, headers=BEARER)
    assert answer.status_code == 200, answer.text
    return answer.json()


def looks_up(client: TestClient, name: str, number: str) -> Response:
    sent = {"name": name, "document_number": number}
    answer: Response = client.post(f"{HERE}/lookup", json=sent, headers=BEARER)
    return answer


def changes(session: Session, row: CertificateRow, state: str, later: int) -> None:
    asked = {"state": state, "later": later, "serial": row.serial}
    session.connection().execute(CHANGE, asked)
    session.commit()


def test_it_tells_what_the_city_has_and_of_the_person_nothing_but_a_key(
    client: TestClient, rows: list[CertificateRow]
) -> None:
    told = page(client)
    assert [one["serial"] for one in told["items"]] == [row.serial for row in rows[:3]]
    assert told["more"] is False
    assert told["items"][0] == {
        "number": rows[0].number, "serial": rows[0].serial, "level": "basic", "state": "valid",
        "issued_on": "2026-06-01", "person": told["items"][0]["person"],
    }  # fmt: skip
    assert len({one["person"] for one in told["items"]}) == 3
    again = page(client, told["cursor"])
    assert (again["items"], again["cursor"]) == ([], told["cursor"])


def test_pages_follow_each_other_while_rows_change_and_lose_nothing(
    client: TestClient, session: Session, rows: list[CertificateRow]
) -> None:
    first = page(client, limit=1)
    assert first["more"] is True
    changes(session, rows[0], "revoked", 60)
    changes(session, rows[2], "replaced", 120)
    second = page(client, first["cursor"], limit=1)
    rest = page(client, second["cursor"])
    told = [(one["serial"], one["state"]) for one in (*second["items"], *rest["items"])]
    assert told == [(rows[1].serial, "valid"), (rows[0].serial, "revoked"),
                    (rows[2].serial, "replaced")]  # fmt: skip
    assert rest["items"][0]["person"] == first["items"][0]["person"]


def test_a_person_is_answered_with_their_own(
    client: TestClient, rows: list[CertificateRow]
) -> None:
    one = rows[0]
    answer = looks_up(client, f" {one.name[0]} {one.name[1:]}", f" {one.document_number} ")
    (found,) = answer.json()["items"]
    assert found == page(client)["items"][0]
    assert "lookup" in answer.json()["kind"]


@pytest.mark.parametrize("wrong", ["name", "number", "refused"])
def test_whoever_is_not_known_by_both_is_answered_like_nobody(
    client: TestClient, rows: list[CertificateRow], wrong: str
) -> None:
    one = rows[3] if wrong == "refused" else rows[0]
    name = "李示例" if wrong == "name" else one.name
    number = "319900199501010990" if wrong == "number" else one.document_number
    answer = looks_up(client, name, number)
    assert (answer.status_code, answer.json()["items"]) == (200, [])


def test_neither_name_nor_number_gets_into_a_log_or_an_error(
    client: TestClient, rows: list[CertificateRow], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        looks_up(client, rows[0].name, rows[0].document_number)
        refused = looks_up(client, rows[0].name, rows[0].document_number * 9)
    assert refused.status_code == 422
    for said in (caplog.text, refused.text):
        assert rows[0].document_number not in said
        assert rows[0].name not in said


def test_every_answer_is_signed_and_a_changed_byte_is_noticed(
    client: TestClient, rows: list[CertificateRow]
) -> None:
    told = client.get(f"{HERE}/key").json()
    assert told["algorithm"] == "Ed25519"
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(told["key"]))
    for answer in (
        client.get(f"{HERE}/certificates", headers=BEARER),
        looks_up(client, rows[0].name, rows[0].document_number),
    ):
        signature = base64.b64decode(answer.headers["duban-signature"])
        key.verify(signature, answer.content)
        for place in range(0, len(answer.content), 7):
            changed = bytearray(answer.content)
            changed[place] ^= 1
            with pytest.raises(InvalidSignature):
                key.verify(signature, bytes(changed))


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"},
                                     {"authorization": f"Bearer {TOKEN}x"}])  # fmt: skip
def test_only_the_one_client_is_let_in(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get(f"{HERE}/certificates", headers=headers).status_code == 401
    sent = {"name": "张示例", "document_number": "x"}
    assert client.post(f"{HERE}/lookup", json=sent, headers=headers).status_code == 401


@pytest.mark.parametrize("cursor", ["x", "AAAA", "张", "QAAAAAAAAAAAAAAAAAAAAQ"])
def test_a_cursor_that_is_not_ours_is_refused_in_words(client: TestClient, cursor: str) -> None:
    answer = client.get(f"{HERE}/certificates", params={"since": cursor}, headers=BEARER)
    assert answer.status_code == 422
    assert "游标" in answer.text


def test_questions_are_paced(app: FastAPI, client: TestClient) -> None:
    app.state.feed_pace = Pace(most=2)
    for status in (200, 200, 429):
        answer = client.get(f"{HERE}/certificates", headers=BEARER)
        assert answer.status_code == status
    assert 1 <= int(answer.headers["retry-after"]) <= 61


class TestWithoutAToken:
    @pytest.fixture(params=[None, "", " "], ids=["unset", "empty", "blank"])
    def settings(self, request: pytest.FixtureRequest, settings: Settings) -> Settings:
        token = request.param if request.param is None else SecretStr(request.param)
        return settings.model_copy(update={"feed_token": token})

    def test_there_is_no_feed_and_saying_nothing_opens_none(self, client: TestClient) -> None:
        for headers in (BEARER, {}, {"authorization": "Bearer "}):
            for path in ("key", "certificates"):
                assert client.get(f"{HERE}/{path}", headers=headers).status_code == 404
            sent = {"name": "张示例", "document_number": "x"}
            assert client.post(f"{HERE}/lookup", json=sent, headers=headers).status_code == 404


def test_what_commits_late_is_not_overtaken(settings: Settings, rows: list[CertificateRow]) -> None:
    """By a real clock a page ends before the oldest transaction that is still open."""
    assert settings.database_url
    bind = engine(settings.database_url.get_secret_value())
    with transaction(bind) as session:
        session.execute(text("ALTER TABLE virtual_clock DISABLE TRIGGER USER"))
        session.execute(text("DELETE FROM virtual_clock"))
        session.execute(text("UPDATE certificate SET changed_at = now() - interval '2 minutes'"))
    with transaction(bind) as late:
        late.execute(text("SELECT 1"))
        with transaction(bind) as quick:
            quick.execute(
                text("UPDATE certificate SET changed_at = now() + interval '1 hour'"
                     " WHERE serial = :serial"), {"serial": rows[0].serial},
            )  # fmt: skip
        with transaction(bind) as reader:
            told = feed.changed_since(reader, "", 100)
    assert [one.serial for one in told.items] == [row.serial for row in rows[1:3]]
    bind.dispose()
