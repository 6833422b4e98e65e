"""What every door may ask for: the database, the time, who is signed in, the language, settings.

    def page(request: Request, db: Db, now: Now, me: SignedIn, lang: Lang) -> HTMLResponse: ...

`Db` is one transaction for the whole request, committed once before the answer is sent; any error
rolls it back. `SignedIn` also checks the form's csrf token on every unsafe method.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlmodel import Session

from api.auth import LOOPBACK, Signed, csrf_fits, who
from api.problems import NotFromHere, NotSignedIn
from states.records import adoption, clock, db
from states.rules.stages import MUNICIPAL_ROLES, Role
from states.rules.words import Language
from states.settings import Settings as AllSettings

COOKIE = "duban_session"
LANGUAGE_COOKIE = "duban_lang"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def settings_of(request: Request) -> AllSettings:
    return cast("AllSettings", request.app.state.settings)


def transaction(request: Request) -> Iterator[Session]:
    """One unit of work for the request."""
    with db.transaction(request.app.state.engine) as session:
        request.state.session = session
        adoption.refresh(session)
        try:
            yield session
        finally:
            # Whoever renders an error afterwards must not find a closed transaction.
            request.state.session = None


Settings = Annotated[AllSettings, Depends(settings_of)]
Db = Annotated[Session, Depends(transaction, scope="function")]


def lang_of(request: Request) -> Language:
    """`?lang=`, else the reader's last choice, else Chinese."""
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return "en" if chosen == "en" else "zh"


def now_of(session: Db) -> datetime:
    """The office's time in UTC: the real one, or the movable one of a training copy."""
    return clock.now(session)


def token_of(request: Request) -> str:
    """The session's token, as a bearer's header or a browser's cookie; empty without one."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return bearer.strip()
    return request.cookies.get(COOKIE, "")


async def csrf_sent(request: Request) -> str:
    """The form's csrf token, from the header that htmx sends or the hidden field."""
    if request.method in SAFE_METHODS or "authorization" in request.headers:
        return ""
    sent = request.headers.get("x-csrf-token")
    if sent is None and "form" in request.headers.get("content-type", ""):
        sent = str((await request.form()).get("csrf_token", ""))
    return sent or ""


def visitor(
    request: Request, session: Db, sent: Annotated[str, Depends(csrf_sent)]
) -> Signed | None:
    """Who is signed in, or nobody. Raises NotFromHere for a form of another site or session."""
    token = token_of(request)
    signed = who(session, token, request_id=request_id(request)) if token else None
    request.state.signed = signed
    unsafe = request.method not in SAFE_METHODS and "authorization" not in request.headers
    if signed and unsafe and not csrf_fits(token, sent):
        raise NotFromHere
    return signed


def signed_in(signed: Annotated[Signed | None, Depends(visitor)]) -> Signed:
    """Who is signed in. Raises NotSignedIn."""
    if signed is None:
        raise NotSignedIn
    return signed


def request_id(request: Request) -> str:
    return str(getattr(request.state, "request_id", ""))


def address_of(request: Request) -> str:
    """Where the request comes from; empty when that is not known."""
    return request.client.host if request.client else ""


def may_enter_as_sample(request: Request, settings: AllSettings) -> bool:
    """Sample mode, bound to this machine, and a client that sits at it (not behind a proxy)."""
    direct = not {"x-forwarded-for", "forwarded"} & set(request.headers)
    return settings.sample_mode and settings.is_local and address_of(request) in LOOPBACK and direct


MOVERS = MUNICIPAL_ROLES | {Role.ADMINISTRATOR}
"""Who may move the date of a training copy."""


def may_move_the_date(request: Request, role: Role) -> bool:
    """In a training copy those who run it; in sample mode whoever sits at the machine."""
    trained = bool(request.app.state.training) and role in MOVERS
    return trained or may_enter_as_sample(request, settings_of(request))


Now = Annotated[datetime, Depends(now_of)]
Lang = Annotated[Language, Depends(lang_of)]
Visitor = Annotated[Signed | None, Depends(visitor)]
SignedIn = Annotated[Signed, Depends(signed_in)]
Address = Annotated[str, Depends(address_of)]

OPERATING_ROLES = MUNICIPAL_ROLES | {Role.ADMINISTRATOR}
