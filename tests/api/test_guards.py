"""Every request passes the guards: origin, host, csrf, headers, and the last resort."""

import logging
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import auth
from api.deps import COOKIE

Enter = Callable[[str], TestClient]
CLOCK = "/api/v1/clock"


def test_every_answer_carries_safe_headers(client: TestClient) -> None:
    for path in ("/signin", "/api/v1/health", "/nowhere", "/static/duban.css"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "'unsafe-inline'" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert len(headers["x-request-id"]) == 16
    assert client.get("/signin").headers["cache-control"] == "no-store"
    assert client.get("/static/vendor/htmx.min.js").headers["cache-control"].startswith("public")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example.test"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_site_cannot_make_us_act(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/v1/sessions", json={"appointment_id": 1}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "not_from_here"


def test_our_own_pages_may_act(client: TestClient) -> None:
    headers = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    answer = client.post("/api/v1/sessions", json={"appointment_id": 1}, headers=headers)
    assert answer.status_code == 201


def test_a_foreign_name_for_this_machine_is_not_served(client: TestClient) -> None:
    answer = client.get("/api/v1/health", headers={"host": "evil.example.test:8000"})
    assert answer.status_code == 404


def test_a_cookie_alone_does_not_act_but_its_csrf_token_does(
    client: TestClient, enter: Enter
) -> None:
    token = enter("CENTRE/centre_officer").headers["authorization"].removeprefix("Bearer ")
    client.cookies.set(COOKIE, token)
    assert client.get(CLOCK).status_code == 200
    assert client.post(CLOCK, json={"hours": 1}).status_code == 403
    wrong = {"x-csrf-token": auth.csrf_of("another session")}
    assert client.post(CLOCK, json={"hours": 1}, headers=wrong).status_code == 403
    right = {"x-csrf-token": auth.csrf_of(token)}
    assert client.post(CLOCK, json={"hours": 1}, headers=right).status_code == 200


def test_a_huge_body_is_refused_before_it_is_read(client: TestClient) -> None:
    answer = client.post("/api/v1/sessions", headers={"content-length": str(10**9)})
    assert answer.status_code == 413


def test_an_accident_is_told_with_a_number_and_logged_without_people(
    app: FastAPI, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/api/v1/accident")
    def accident() -> None:
        raise RuntimeError("周明华 319901199001011234")

    with caplog.at_level(logging.ERROR, logger="duban.web"):
        answer = client.get("/api/v1/accident")
    assert answer.status_code == 500
    number = answer.headers["x-request-id"]
    assert number in answer.json()["sentence"]["zh"]
    assert number in caplog.text
    assert "RuntimeError" in caplog.text
    assert "周明华" not in caplog.text + answer.text
    assert "319901199001011234" not in caplog.text + answer.text
