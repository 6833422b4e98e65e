"""What every request passes first: an id, a trusted origin, safe headers, and a last resort.

`whole_text` stands before every route: what it refuses the database could not keep.
"""

import json
import logging
import re
import secrets
import traceback
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps import LANGUAGE_COOKIE, SAFE_METHODS
from api.problems import NotFromHere, TooLarge
from states.errors import BadInput, DubanError, NotFound
from states.settings import Settings

log = logging.getLogger("duban.web")

_CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
CSP = "; ".join(f"{name} {value}" for name, value in _CSP.items())
CSP_WITH_FRAMES = f"{CSP}; frame-src 'self'"
"""For the page that shows a letter: its HTML stands in a sandboxed frame of its own."""
CSP_WITH_LETTER = f"{CSP_WITH_FRAMES}; style-src-attr 'unsafe-inline'"
"""For the page that writes letters: mail is styled by attributes, and its preview in a sandboxed
frame has this page's policy. Nothing else on the page carries a style attribute."""

LARGEST_BODY = 25 * 1024 * 1024
# A backslash stands for itself after another one; JSON has no bare U+0000.
_NUL_IN_JSON = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    # Not "no-referrer": browsers then send "Origin: null" with every form.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
    # Pages behind a printed code or a mailed link are public, and yet for their holder only.
    "x-robots-tag": "noindex, nofollow",
}
Answer = Callable[[Request, DubanError | None], Awaitable[Response]]
"""Renders an error, or the unexpected one for None, in the way the door speaks."""


class Guards:
    """The outermost layer of the web; `answer` renders what is refused here."""

    def __init__(self, app: ASGIApp, settings: Settings, answer: Answer) -> None:
        self._app, self._settings, self._answer = app, settings, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.request_id = secrets.token_hex(8)
        out = _Outgoing(request, send)
        error = self._refusal(request)
        if error is not None:
            await (await self._answer(request, error))(scope, receive, out.send)
            return
        try:
            await self._app(scope, receive, out.send)
        except Exception as crash:  # noqa: BLE001  # the last resort catches all there is
            _note(request.state.request_id, crash)
            if not out.begun:
                await (await self._answer(request, None))(scope, receive, out.send)

    def _refusal(self, request: Request) -> DubanError | None:
        if not self._is_for_us(request.headers):
            return NotFound()
        if int(request.headers.get("content-length", "0") or 0) > LARGEST_BODY:
            return TooLarge(limit=LARGEST_BODY // 1024 // 1024)
        if request.method not in SAFE_METHODS and not self._is_from_here(request.headers):
            return NotFromHere()
        return None

    def _is_for_us(self, headers: Headers) -> bool:
        """A foreign name that points at this machine must not reach the sample entry."""
        names = _LOOPBACK_NAMES | {urlsplit(self._settings.base_url).hostname}
        return not self._settings.is_local or _host_name(headers) in names

    def _is_from_here(self, headers: Headers) -> bool:
        """Browsers say where an unsafe request comes from; programs are silent, without cookie."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None and site not in ("same-origin", "none"):
            return False
        if origin is None:
            return True
        return urlsplit(origin).netloc == headers.get("host") or origin == self._settings.base_url


async def whole_text(request: Request) -> None:
    """Refuse U+0000 in a query, a form or a JSON string: PostgreSQL keeps none, nobody types one.

    Files may hold it, their names may not. Raises BadInput(why="nul_in_text").
    """
    if any("\0" in text for text in _texts(request.query_params.multi_items())):
        raise BadInput(why="nul_in_text")
    if request.method not in SAFE_METHODS and await _nul_in_body(request):
        raise BadInput(why="nul_in_text")


async def _nul_in_body(request: Request) -> bool:
    if "form" in request.headers.get("content-type", ""):
        return any("\0" in text for text in _texts((await request.form()).multi_items()))
    raw = await request.body()
    return bool(_NUL_IN_JSON.search(raw.decode(json.detect_encoding(raw), "replace")))


def _texts(pairs: list[tuple[str, UploadFile | str]] | list[tuple[str, str]]) -> Iterator[str]:
    for name, value in pairs:
        yield name
        yield value if isinstance(value, str) else value.filename or ""


class _Outgoing:
    """Adds the headers on the way out, and remembers whether the answer has begun."""

    def __init__(self, request: Request, send: Send) -> None:
        self._request, self._send = request, send
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers["x-request-id"] = self._request.state.request_id
            self._remember_language(headers)
        await self._send(message)

    def _remember_language(self, headers: MutableHeaders) -> None:
        chosen = self._request.query_params.get("lang")
        if chosen in ("zh", "en"):
            year = 365 * 24 * 3600
            cookie = f"{LANGUAGE_COOKIE}={chosen}; Path=/; Max-Age={year}; SameSite=Lax; HttpOnly"
            headers.append("set-cookie", cookie)


def _host_name(headers: Headers) -> str | None:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname
    except ValueError:
        return None


def _note(request_id: str, crash: BaseException) -> None:
    """Where it broke, without what it broke on: messages and values may name people."""
    places = [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(crash.__traceback__)
    ]
    path = " < ".join(places[::-1][:12])
    log.error("request %s: %s at %s", request_id, type(crash).__qualname__, path)
