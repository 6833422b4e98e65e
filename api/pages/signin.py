"""The entrance: login and password, or in sample mode any sample person; passwords by one-time link."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from api import auth, view
from api.deps import Db, Lang, Settings, Visitor, may_enter_as_sample, token_of
from api.entrance import (
    SamplePerson,
    checked_sign_in,
    give_cookie,
    safe_next,
    sample_people,
    take_cookie,
)
from api.errors import words_for
from api.problems import SignInFailed, TooManyTries, WeakPassword
from states.errors import DubanError
from states.rules.words import Language, say

router = APIRouter()

# The way of a project: from the provider to its district, and on to the centre.
_ORDER = ("provider", "district", "centre", "bureau", "service")


@dataclass(frozen=True, slots=True)
class SampleOffice:
    """An office, its people (appointment, name, role), and what each role may do."""

    name: str
    people: tuple[tuple[int, str, str], ...]
    may_do: tuple[tuple[str, str], ...]


@router.get("/signin")
def entrance(  # noqa: PLR0913
    request: Request, db: Db, settings: Settings, lang: Lang, _: Visitor, next: str = "/",  # noqa: A002
) -> HTMLResponse:  # fmt: skip
    """The form, and in sample mode the people one can be."""
    return _page(request, db, settings, lang, onward=safe_next(next))


@router.post("/signin")
def sign_in(  # noqa: PLR0913
    request: Request, db: Db, settings: Settings, lang: Lang,
    login: Annotated[str, Form(max_length=120)], password: Annotated[str, Form(max_length=500)],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:  # fmt: skip
    """Open a session; a failure says no more than that the two do not belong together."""
    onward = safe_next(next)
    try:
        token = checked_sign_in(request, db, login.strip(), password)
    except (SignInFailed, TooManyTries) as error:
        return _page(request, db, settings, lang, onward=onward, login=login, error=error)
    return give_cookie(request, RedirectResponse(onward, 303), token)


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
    return give_cookie(request, RedirectResponse(safe_next(next), 303), token)


@router.post("/signout")
def sign_out(request: Request, db: Db, _: Visitor) -> Response:
    """End the session here and now."""
    auth.sign_out(db, token_of(request))
    return take_cookie(RedirectResponse("/signin", 303))


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
    people = sample_people(db)
    codes = dict.fromkeys((_ORDER.index(one.office_kind), one.office_code) for one in people)
    for _, code in sorted(codes):
        yield _sample_office([one for one in people if one.office_code == code], lang)


def _sample_office(people: list[SamplePerson], lang: Language) -> SampleOffice:
    said = [(one.appointment_id, one.name, say("role", one.role, lang)) for one in people]
    roles = dict.fromkeys(one.role for one in people)
    may_do = tuple((say("role", role, lang), say("may_do", role, lang)) for role in roles)
    name = people[0].name_zh if lang == "zh" else people[0].name_en
    return SampleOffice(name, tuple(said), may_do)


def _sentence(error: DubanError, lang: Language) -> str:
    return words_for("error", error.code, lang, error.params)
