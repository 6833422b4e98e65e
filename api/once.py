"""The same form sent twice has one effect: its key is kept in the transaction of the effect.

    def sign(once: Once, ...) -> Response:
        ...
        return once.redirect(f"/projects/{code}")

A repeat with the same body gets the same answer; the same key with another body is refused (422).
A form that was only shown again with its flaws had no effect: it may be sent again, mended or not.
Two at the same time: the second waits on the key's unique row until the first has committed.
"""

import hashlib
import json
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel
from sqlalchemy import text
from sqlmodel import Session
from starlette.datastructures import UploadFile

from api.deps import Db, SignedIn
from api.problems import KeyReused
from states.errors import BadInput
from states.records import vault
from states.records.places import REQUEST_ANSWER

FIELD, HEADER = "idempotency_key", "idempotency-key"
LONGEST = 120
_NOTHING_DONE = 0
"""The status of a key whose request committed no answer: a page of flaws, and nothing saved."""
_NOT_CONTENT = frozenset({FIELD, "csrf_token"})

_TAKE = text("""
INSERT INTO request_key (key, account_id, fingerprint, status, at)
VALUES (:key, :account_id, :fingerprint, 0, now()) ON CONFLICT (key) DO NOTHING
""")
_READ = text("""
SELECT fingerprint, status, answer_sealed FROM request_key WHERE key = :key FOR UPDATE
""")
_AGAIN = text("UPDATE request_key SET fingerprint = :fingerprint WHERE key = :key")
_RELEASE = text("DELETE FROM request_key WHERE key = :key")
_KEEP = text("UPDATE request_key SET status = :status, answer_sealed = :answer WHERE key = :key")


class AnsweredBefore(Exception):
    """Not an error: this request was answered before; here is that answer again."""

    def __init__(self, response: Response) -> None:
        super().__init__("answered before")
        self.response = response


class OnceOnly:
    """Keeps the answer of this request under its key. Without a key nothing is kept."""

    def __init__(self, session: Session, request: Request, key: str) -> None:
        self._session, self._request, self._key = session, request, key

    def redirect(self, href: str) -> Response:
        """Go and look at `href`; htmx is told in its own way."""
        return self._keep({"redirect": href}, 303)

    def json(self, content: BaseModel | dict[str, Any], status: int = 200) -> Response:
        """A JSON answer."""
        return self._keep({"json": jsonable_encoder(content)}, status)

    def release(self) -> None:
        """Nothing was done: the key is free again, and a mended form may be sent under it."""
        self._session.connection().execute(_RELEASE, {"key": self._key})

    def _keep(self, answer: dict[str, Any], status: int) -> Response:
        if self._key:
            encoded = bytes(JSONResponse(answer).body)
            sealed = vault.seal_bytes(self._session, REQUEST_ANSWER, self._key, encoded)
            values = {"key": self._key, "status": status, "answer": sealed}
            self._session.connection().execute(_KEEP, values)
        return _response(self._request, answer, status)


async def fingerprint(request: Request) -> tuple[str, str]:
    """The request's key, and a digest of what it asks for. Raises BadInput for a key too long."""
    told = hashlib.sha256(f"{request.method} {request.url.path}\n".encode())
    key = request.headers.get(HEADER, "")
    if "form" in request.headers.get("content-type", ""):
        form = await request.form()
        key = key or str(form.get(FIELD, ""))
        for name, value in sorted(form.multi_items(), key=lambda item: item[0]):
            if name not in _NOT_CONTENT:
                told.update(f"{name}={await _digest(value)}\n".encode())
    else:
        told.update(await request.body())
    if len(key) > LONGEST:
        raise BadInput(why="key_too_long")
    return key, told.hexdigest()


async def _digest(value: UploadFile | str) -> str:
    """A digest per value: no separator inside a value can imitate another form."""
    if isinstance(value, str):
        return hashlib.sha256(value.encode()).hexdigest()
    content = await value.read()
    await value.seek(0)
    return hashlib.sha256(content).hexdigest()


def once(
    request: Request,
    session: Db,
    *,
    me: SignedIn,
    asked: Annotated[tuple[str, str], Depends(fingerprint)],
) -> OnceOnly:
    """Takes the key, or raises AnsweredBefore or KeyReused. Keys of two accounts never meet."""
    sent, digest = asked
    if not sent:
        return OnceOnly(session, request, "")
    key = f"{me.account_id}:{sent}"
    values = {"key": key, "account_id": me.account_id, "fingerprint": digest}
    connection = session.connection()
    if connection.execute(_TAKE, values).rowcount:
        return OnceOnly(session, request, key)
    before = connection.execute(_READ, {"key": key}).one()
    if before.status == _NOTHING_DONE:
        connection.execute(_AGAIN, {"key": key, "fingerprint": digest})
        return OnceOnly(session, request, key)
    if before.fingerprint != digest:
        raise KeyReused
    told = vault.unseal_bytes(session, REQUEST_ANSWER, key, before.answer_sealed)
    raise AnsweredBefore(_response(request, json.loads(told), before.status))


def _response(request: Request, answer: dict[str, Any], status: int) -> Response:
    if "json" in answer:
        return JSONResponse(answer["json"], status)
    href = str(answer.get("redirect", request.url.path))
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": href})
    return RedirectResponse(href, 303)


Once = Annotated[OnceOnly, Depends(once)]
