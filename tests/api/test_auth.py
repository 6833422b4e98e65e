"""Who gets in, and who does not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from api import auth
from api.entrance import safe_next
from api.problems import LinkSpent, TooManyTries, WeakPassword
from api.tries import PER_LOGIN, WINDOW, Tries
from states.records.tables import Account, SetupLink, WebSession

Enter = Callable[[str], TestClient]
GOOD = "correct horse battery"


def _account(session: Session, login: str = "hp-review-1") -> Account:
    return session.exec(select(Account).where(Account.login == login)).one()


def _with_password(session: Session) -> None:
    token = auth.make_link(session, _account(session).id)
    session.flush()
    auth.set_password(session, token, GOOD)
    session.commit()


def test_an_unknown_login_and_a_wrong_password_get_the_same_answer(
    client: TestClient, session: Session
) -> None:
    _with_password(session)
    answers = []
    for login in ("hp-review-1", "nobody", "hp-review-2"):
        given = {"login": login, "password": "wrong"}
        answer = client.post("/api/v1/sessions", json=given)
        assert answer.status_code == 401
        answers.append({k: v for k, v in answer.json().items() if k != "request_id"})
    assert answers[0] == answers[1] == answers[2]


def test_a_password_set_through_a_link_opens_a_session(
    client: TestClient, session: Session
) -> None:
    _with_password(session)
    given = {"login": "hp-review-1", "password": GOOD}
    answer = client.post("/api/v1/sessions", json=given)
    assert answer.status_code == 201
    assert answer.json()["role"] == "district_reviewer"
    headers = {"authorization": f"Bearer {answer.json()['token']}"}
    assert client.get("/api/v1/projects", headers=headers).status_code == 200
    assert client.delete("/api/v1/sessions/current", headers=headers).status_code == 200
    assert client.get("/api/v1/projects", headers=headers).status_code == 401


def test_a_link_works_once_and_not_for_ever(session: Session, client: TestClient) -> None:
    token = auth.make_link(session, _account(session).id)
    session.flush()
    with pytest.raises(WeakPassword):
        auth.set_password(session, token, "short")
    auth.set_password(session, token, GOOD)
    with pytest.raises(LinkSpent):
        auth.set_password(session, token, GOOD)
    late = auth.make_link(session, _account(session).id)
    session.flush()
    row = session.get_one(SetupLink, auth.token_hash(late))
    row.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    with pytest.raises(LinkSpent):
        auth.set_password(session, late, GOOD)


def test_a_newer_link_voids_the_older_one(session: Session, client: TestClient) -> None:
    older = auth.make_link(session, _account(session).id)
    session.flush()
    auth.make_link(session, _account(session).id)
    with pytest.raises(LinkSpent):
        auth.link_login(session, older)


def test_only_hashes_are_kept(session: Session, enter: Enter) -> None:
    token = enter("HP/district_reviewer").headers["authorization"].removeprefix("Bearer ")
    kept = [row.token_hash for row in session.exec(select(WebSession))]
    assert token not in kept
    assert auth.token_hash(token) in kept


@pytest.mark.parametrize("field", ["seen_at", "expires_at"])
def test_a_session_ends_when_idle_or_old(session: Session, enter: Enter, field: str) -> None:
    somebody = enter("HP/district_reviewer")
    assert somebody.get("/projects").status_code == 200
    for row in session.exec(select(WebSession)):
        setattr(row, field, datetime.now(UTC) - timedelta(minutes=31))
    session.commit()
    assert somebody.get("/projects").status_code == 401


def test_a_disabled_account_is_out_at_once(session: Session, enter: Enter) -> None:
    somebody = enter("HP/district_reviewer")
    _account(session).disabled = True
    session.commit()
    assert somebody.get("/projects").status_code == 401


def test_sample_entry_is_for_this_machine_only(app: FastAPI, client: TestClient) -> None:
    far = TestClient(app, base_url="http://127.0.0.1:8000", client=("192.0.2.7", 50000))
    entry = {"appointment_id": 1}
    assert far.post("/api/v1/sessions", json=entry).status_code == 403
    assert far.get("/api/v1/sessions/sample-people").status_code == 403
    proxied = {"x-forwarded-for": "192.0.2.7"}
    assert client.post("/api/v1/sessions", json=entry, headers=proxied).status_code == 403
    assert client.post("/api/v1/sessions", json=entry).status_code == 201


def test_sample_entry_is_closed_outside_sample_mode(app: FastAPI, client: TestClient) -> None:
    app.state.settings = app.state.settings.model_copy(update={"sample_mode": False})
    assert client.post("/api/v1/sessions", json={"appointment_id": 1}).status_code == 403


def test_a_guesser_has_to_wait(client: TestClient) -> None:
    given = {"login": "hp-review-1", "password": "wrong"}
    for _ in range(PER_LOGIN):
        assert client.post("/api/v1/sessions", json=given).status_code == 401
    answer = client.post("/api/v1/sessions", json=given)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= WINDOW + 1


def test_waiting_helps_the_guesser() -> None:
    now = 0.0
    tries = Tries(lambda: now)
    for _ in range(PER_LOGIN):
        tries.failed("somebody", "192.0.2.7")
    with pytest.raises(TooManyTries):
        tries.check("somebody", "192.0.2.7")
    now = WINDOW + 1
    tries.check("somebody", "192.0.2.7")


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/projects/HP-2026-001", "/projects/HP-2026-001"),
        ("https://evil.example.test/", "/"),
        ("//evil.example.test/", "/"),
        ("/\\evil.example.test/", "/"),
        ("", "/"),
    ],
)
def test_sign_in_leads_to_this_site_only(asked: str, given: str) -> None:
    assert safe_next(asked) == given
