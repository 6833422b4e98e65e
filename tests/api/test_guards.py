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
JSON = {"content-type": "application/json"}


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


@pytest.mark.parametrize(
    "query", ["returns?month=%00", "returns?state=a%00b", "surveys?provider=%00"]
)
def test_no_query_holds_the_character_that_no_text_can_hold(enter: Enter, query: str) -> None:
    refused = enter("HP/district_reviewer").get(f"/{query}")
    assert (refused.status_code, refused.json()["code"]) == (422, "nul_in_text")
    assert "U+0000" in refused.json()["sentence"]["zh"]


def test_nor_does_a_json_string_or_the_name_of_one(enter: Enter) -> None:
    reviewer = enter("HP/district_reviewer")
    for body in ({"month": "a\0b"}, {"a\0b": 1}, {"month": "2026-03", "x": ["\\\0"]}):
        refused = reviewer.post("/returns", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "nul_in_text")
    wide = '{"month": "\\u0000"}'.encode("utf-16")
    refused = reviewer.post("/returns", content=wide, headers=JSON)
    assert refused.json()["code"] == "nul_in_text"
    spelled = reviewer.post("/returns", json={"month": "\\u0000"})
    assert spelled.json()["code"] == "validation", "six characters that only look like it"


def test_nor_does_a_form_and_the_page_says_so(client: TestClient) -> None:
    for fields in ({"login": "a\0b", "password": "x"}, {"a\0b": "x"}):
        refused = client.post("/signin", data=fields)
        assert refused.status_code == 422
        assert "空字符（U+0000）" in refused.text
    spoken = client.post("/signin?lang=en", data={"login": "\0", "password": "x"})
    assert "cannot be kept (U+0000)" in spoken.text


def test_a_file_may_hold_it_and_its_name_may_not(client: TestClient) -> None:
    headers = {"content-type": "multipart/form-data; boundary=b"}
    for name, told in (("a.xlsx", False), ("a\0.xlsx", True)):
        part = f'--b\r\ncontent-disposition: form-data; name="file"; filename="{name}"'
        body = f"{part}\r\n\r\nPK\0\0\r\n--b--\r\n".encode()
        answered = client.post("/signin", content=body, headers=headers)
        assert ("U+0000" in answered.text) is told


def test_a_path_that_holds_it_leads_nowhere(enter: Enter) -> None:
    reviewer = enter("HP/district_reviewer")
    for path in ("/projects/%00", "/projects/HP-2026-001%00/classes/1", "/surveys/%00"):
        assert reviewer.get(path).status_code == 404


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
