"""Talks to the house as its people do, and does not give up when a part of it falls over."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import httpx

PATIENCE = 240.0
"""Seconds for which one request or one wait is repeated."""
_BREATH, _LONGEST_BREATH = 0.2, 2.0
_NOT_YET = frozenset({"fact_does_not_fit_the_stage", "project_moved"})


class RehearsalFailed(RuntimeError):
    """Something did not happen in time, or was refused that should not be."""


class House:
    """The HTTP API of a running house. One token per person; safe for several threads."""

    def __init__(self, base_url: str, patience: float = PATIENCE) -> None:
        self._http = httpx.Client(base_url=f"{base_url}/api/v1", timeout=30.0)
        self._patience = patience
        self._tokens: dict[str, str] = {}
        self._people: dict[tuple[str, str, int], int] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        self._http.close()

    def person(self, office: str, role: str, place: int = 0) -> str:
        """A name for the `place`-th person of this role in this office, to speak as."""
        return f"{office}/{role}/{place}"

    def get(self, who: str, path: str, **params: Any) -> Any:  # noqa: ANN401  JSON
        return self._say("GET", path, who, params=params).json()

    def download(self, who: str, path: str) -> bytes:
        return self._say("GET", path, who).content

    def post(
        self,
        who: str,
        path: str,
        body: object = None,
        *,
        allowed: frozenset[str] = frozenset(),
        **params: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Do something once, however often it is said. `allowed` refusals are taken as done."""
        return self._until_done("POST", path, who, allowed=allowed, json=body, params=params)

    def upload(self, who: str, path: str, workbook: bytes) -> Any:  # noqa: ANN401
        """Hand in a workbook."""
        file = {"file": ("rehearsal.xlsx", workbook)}
        return self._until_done("POST", path, who, allowed=frozenset(), files=file)

    def wait(self, what: str, look: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Look again and again until there is something. Raises RehearsalFailed."""
        until, breath = time.monotonic() + self._patience, _BREATH
        while time.monotonic() < until:
            if found := look():
                return found
            time.sleep(breath)
            breath = min(breath * 1.3, _LONGEST_BREATH)
        raise RehearsalFailed(f"waited in vain: {what}")

    def _until_done(
        self,
        method: str,
        path: str,
        who: str,
        *,
        allowed: frozenset[str],
        **request: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Repeat what the stage does not allow yet: the flows may still be at it."""
        said: dict[str, Any] = {}

        def done() -> bool:
            answer = self._say(method, path, who, key=uuid4().hex, **request)
            said.update(body=answer.json(), status=answer.status_code)
            codes = _codes(said["body"])
            return answer.is_success or bool(codes & allowed) or not codes & _NOT_YET

        self.wait(f"{method} {path}", done)
        if said["status"] >= httpx.codes.BAD_REQUEST and not _codes(said["body"]) & allowed:
            raise RehearsalFailed(f"{method} {path} as {who}: {said['status']} {said['body']}")
        return said["body"]

    def _say(
        self,
        method: str,
        path: str,
        who: str,
        *,
        key: str = "",
        **request: Any,  # noqa: ANN401
    ) -> httpx.Response:
        """One request, repeated with the same key while nobody answers or the house is ill."""

        def answered() -> httpx.Response | None:
            try:
                headers = self._headers(who, key)
                answer = self._http.request(method, path, headers=headers, **request)
            except httpx.TransportError:
                return None
            if answer.status_code == httpx.codes.UNAUTHORIZED and who:
                self._tokens.pop(who, None)
                return None
            return None if answer.is_server_error else answer

        answer: httpx.Response = self.wait(f"{method} {path}", lambda: _Box.of(answered())).it
        return answer

    def _headers(self, who: str, key: str) -> Mapping[str, str]:
        headers = {"Idempotency-Key": key} if key else {}
        return headers | ({"Authorization": f"Bearer {self._token(who)}"} if who else {})

    def _token(self, who: str) -> str:
        with self._lock:
            if who not in self._tokens:
                entry = {"appointment_id": self._appointment(who)}
                answer = self._http.post("/sessions", json=entry)
                if not answer.is_success:
                    raise httpx.TransportError(f"no session yet: {answer.status_code}")
                self._tokens[who] = answer.json()["token"]
            return self._tokens[who]

    def _appointment(self, who: str) -> int:
        office, role, place = who.split("/")
        if not self._people:
            answer = self._http.get("/sessions/sample-people")
            if not answer.is_success:
                raise httpx.TransportError(f"no people yet: {answer.status_code}")
            for one in answer.json():
                home = (one["office"]["code"], one["role"])
                number = sum(key[:2] == home for key in self._people)
                self._people[*home, number] = one["appointment_id"]
        return self._people[office, role, int(place)]


class _Box:
    """A response is false when it is an error; a box around it never is."""

    def __init__(self, it: httpx.Response) -> None:
        self.it = it

    @classmethod
    def of(cls, it: httpx.Response | None) -> "_Box | None":
        return None if it is None else cls(it)


def _codes(body: object) -> set[str]:
    """The error code and the codes of its findings."""
    if not isinstance(body, dict) or "code" not in body:
        return set()
    return {str(body["code"])} | {str(found["code"]) for found in body.get("findings", ())}
