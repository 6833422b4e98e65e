"""Whose word counts on where a request comes from: a named proxy's, and nobody else's."""

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.pace import Pace
from api.problems import TooManyLooks
from api.run import web_command
from states.settings import Settings

PROXY, STRANGER = "10.1.2.3", "198.51.100.9"
LOOK = "/verify/AAAAAAAAAAAAAAAAAAAAAAAA.json"


def believed(settings: Settings) -> list[str] | str:
    """Whom uvicorn believes when it is started as `duban run` starts it."""
    command = list(web_command(settings)[1:])
    told = uvicorn.main.make_context("uvicorn", command).params
    assert told["proxy_headers"] is True
    trusted: list[str] | str = told["forwarded_allow_ips"]
    return trusted


def looks(app: FastAPI, settings: Settings, peer: str, *said: str) -> list[int]:
    """What a neighbour on the network gets who says each time for whom it asks."""
    seen = ProxyHeadersMiddleware(app, believed(settings))  # type: ignore[arg-type]
    client = TestClient(seen, base_url="http://127.0.0.1:8000", client=(peer, 50000))  # type: ignore[arg-type]
    answers = [client.get(LOOK, headers={"x-forwarded-for": one}) for one in said]
    return [answer.status_code for answer in answers]


def test_behind_a_named_proxy_every_citizen_has_a_pace_of_their_own(
    app: FastAPI, client: TestClient, settings: Settings
) -> None:
    told = settings.model_copy(update={"trusted_proxies": "127.0.0.1, 10.1.0.0/16"})
    app.state.pace = Pace(most=1)
    citizens = ("203.0.113.5", "203.0.113.6", "203.0.113.5")
    assert looks(app, told, PROXY, *citizens) == [404, 404, 429]


def test_what_the_citizen_wrote_before_the_proxy_is_not_believed(
    app: FastAPI, client: TestClient, settings: Settings
) -> None:
    told = settings.model_copy(update={"trusted_proxies": "10.1.0.0/16"})
    app.state.pace = Pace(most=1)
    invented = ("192.0.2.1, 203.0.113.5", "192.0.2.2, 203.0.113.5")
    assert looks(app, told, PROXY, *invented) == [404, 429]


@pytest.mark.parametrize("peer", [PROXY, STRANGER])
def test_nobody_else_is_believed_and_their_neighbours_share_their_pace(
    app: FastAPI, client: TestClient, settings: Settings, peer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    app.state.pace = Pace(most=1)
    assert believed(settings) == "127.0.0.1"
    assert looks(app, settings, peer, "203.0.113.5", "203.0.113.6") == [404, 429]


def test_addresses_of_the_old_kind_are_no_household_when_they_come_in_the_new_one() -> None:
    pace = Pace(most=1)
    pace.keep("::ffff:203.0.113.5")
    pace.keep("::ffff:203.0.113.6")
    with pytest.raises(TooManyLooks):
        pace.keep("203.0.113.5")
