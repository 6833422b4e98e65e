"""The entrance: login and password, or in sample mode any sample person; passwords by one-time link."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Row, text
from sqlmodel import Session

from api import auth, view
from api.deps import COOKIE, Db, Lang, Settings, Visitor, may_enter_as_sample, token_of
from api.errors import words_for
from api.problems import SignInFailed, TooManyTries, WeakPassword
from states.errors import DubanError
from states.rules.words import Language, say

router = APIRouter()

_PEOPLE = text("""
SELECT a.id, p.name, a.role, o.name_zh, o.name_en, o.kind, o.code
  FROM appointment a
  JOIN person p ON p.id = a.person_id
  JOIN office o ON o.id = a.office_id
 WHERE EXISTS (SELECT 1 FROM account c WHERE c.person_id = p.id AND NOT c.disabled)
 ORDER BY array_position(ARRAY['provider', 'district', 'centre', 'bureau', 'service'], o.kind),
          o.code, a.role = 'district_examiner', a.id
""")


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """One entry that needs no password. `id` is an appointment's."""

    id: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class SampleOffice:
    """An office with its people, and what each role may do."""

    name: str
    people: tuple[SamplePerson, ...]
    may_do: tuple[tuple[str, str], ...]


@router.get("/signin")
def entrance(  # noqa: PLR0913
    request: Request, db: Db, settings: Settings, lang: Lang, _: Visitor, next: str = "/",  # noqa: A002
) -> HTMLResponse:  # fmt: skip
    """The form, and in sample mode the people one can be."""
    return _page(request, db, settings, lang, onward=_inside(next))


@router.post("/signin")
def sign_in(  # noqa: PLR0913
    request: Request, db: Db, settings: Settings, lang: Lang,
    login: Annotated[str, Form(max_length=120)], password: Annotated[str, Form(max_length=500)],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:  # fmt: skip
    """Open a session; a failure says no more than that the two do not belong together."""
    tries, address = request.app.state.tries, request.client.host if request.client else ""
    try:
        tries.check(login, address)
        token = auth.sign_in(db, login.strip(), password)
    except (SignInFailed, TooManyTries) as error:
        if isinstance(error, SignInFailed):
            tries.failed(login, address)
        return _page(request, db, settings, lang, onward=_inside(next), login=login, error=error)
    tries.succeeded(login)
    return _entered(RedirectResponse(_inside(next), 303), token, settings)


@router.post("/signin/sample")
def enter_as(  # noqa: PLR0913
    request: Request, db: Db, settings: Settings, appointment_id: Annotated[int, Form()],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:  # fmt: skip
    """Become a sample person; a page of the person before is not worth going back to."""
    before = token_of(request)
    allowed = may_enter_as_sample(request, settings)
    token = auth.enter_sample(db, appointment_id, allowed=allowed)
    if before:
        auth.sign_out(db, before)
    return _entered(RedirectResponse(_inside(next), 303), token, settings)


@router.post("/signout")
def sign_out(request: Request, db: Db, _: Visitor) -> Response:
    """End the session here and now."""
    auth.sign_out(db, token_of(request))
    response = RedirectResponse("/signin", 303)
    response.delete_cookie(COOKIE)
    return response


@router.get("/set-password/{token}")
def choose_password(request: Request, db: Db, lang: Lang, token: str) -> HTMLResponse:
    """The form behind a one-time link. Raises LinkSpent."""
    return _password_page(request, lang, token, login=auth.link_login(db, token))


@router.post("/set-password/{token}")
def set_password(  # noqa: PLR0913
    request: Request, db: Db, lang: Lang, token: str,
    password: Annotated[str, Form(max_length=500)], again: Annotated[str, Form(max_length=500)],
) -> Response:  # fmt: skip
    """Use the link: typed twice alike and long enough."""
    login = auth.link_login(db, token)
    if password != again:
        wrong = {"again": say("sign_in", "not_alike", lang)}
        return _password_page(request, lang, token, login=login, errors=wrong)
    try:
        auth.set_password(db, token, password)
    except WeakPassword as error:
        wrong = {"password": _sentence(error, lang)}
        return _password_page(request, lang, token, login=login, errors=wrong)
    return view.flash(RedirectResponse("/signin", 303), say("sign_in", "password_set", lang))


def _page(  # noqa: PLR0913, PLR0917
    request: Request, db: Session, settings: Settings, lang: Language, *,
    onward: str, login: str = "", error: DubanError | None = None,
) -> HTMLResponse:  # fmt: skip
    sample = may_enter_as_sample(request, settings)
    return view.render(
        request,
        "signin",
        status=401 if error else 200,
        onward=onward,
        login=login,
        error=_sentence(error, lang) if error else "",
        offices=list(_sample_offices(db, lang)) if sample else [],
        sample=sample,
    )


def _password_page(  # noqa: PLR0913, PLR0917
    request: Request, lang: Language, token: str, *, login: str,
    errors: dict[str, str] | None = None,
) -> HTMLResponse:  # fmt: skip
    return view.render(
        request,
        "set_password",
        status=422 if errors else 200,
        login=login,
        token=token,
        errors=errors or {},
        least=auth.SHORTEST_PASSWORD,
    )


def _sample_offices(db: Session, lang: Language) -> Iterator[SampleOffice]:
    rows = db.connection().execute(_PEOPLE).all()
    for code in dict.fromkeys(row.code for row in rows):
        yield _sample_office([row for row in rows if row.code == code], lang)


def _sample_office(rows: list[Row[tuple[object, ...]]], lang: Language) -> SampleOffice:
    people = tuple(SamplePerson(row.id, row.name, say("role", row.role, lang)) for row in rows)
    roles = dict.fromkeys(row.role for row in rows)
    may_do = tuple((say("role", role, lang), say("may_do", role, lang)) for role in roles)
    return SampleOffice(rows[0].name_zh if lang == "zh" else rows[0].name_en, people, may_do)


def _entered(response: Response, token: str, settings: Settings) -> Response:
    """The session's cookie: for this browser session, never readable by a script."""
    secure = settings.base_url.startswith("https:")
    response.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=secure)
    return response


def _inside(path: str) -> str:
    """A path of this site, whatever a link may ask for."""
    parts = urlsplit(path)
    clean = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if clean and not parts.netloc and path.isprintable() else "/"


def _sentence(error: DubanError, lang: Language) -> str:
    return words_for("error", error.code, lang, error.params)


