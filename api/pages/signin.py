"""The entrance: login and password, or any sample person; passwords are set by one-time link."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from api import auth, view
from api.deps import Db, Lang, Settings, Visitor, may_enter_as_sample, settings_of, token_of
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


@dataclass(frozen=True, slots=True)
class Door:
    """Somebody at the entrance, signed in or not."""

    request: Request
    db: Session
    lang: Language


def door_of(request: Request, db: Db, lang: Lang, *, _: Visitor) -> Door:
    return Door(request, db, lang)


ADoor = Annotated[Door, Depends(door_of)]

# The way of a project: from the provider to its district, and on to the centre.
_ORDER = (
    *("provider", "district", "centre", "bureau"),
    *("evaluation_body", "exam_authority", "organiser", "service"),
)


@dataclass(frozen=True, slots=True)
class SampleOffice:
    """An office, its people (appointment, name, role), and what each role may do."""

    name: str
    people: tuple[tuple[int, str, str], ...]
    may_do: tuple[tuple[str, str], ...]


@router.get("/signin")
def entrance(door: ADoor, *, next: str = "/") -> HTMLResponse:  # noqa: A002  # its usual name
    """The form, and in sample mode the people one can be."""
    return _page(door, onward=safe_next(next))


@router.post("/signin")
def sign_in(
    door: ADoor,
    *,
    login: Annotated[str, Form(max_length=120)],
    password: Annotated[str, Form(max_length=500)],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Open a session; a failure says no more than that the two do not belong together."""
    onward = safe_next(next)
    try:
        token = checked_sign_in(door.request, door.db, login.strip(), password)
    except (SignInFailed, TooManyTries) as error:
        return _page(door, onward=onward, login=login, error=error)
    return give_cookie(door.request, RedirectResponse(onward, 303), token)


@router.post("/signin/sample")
def enter_as(
    door: ADoor,
    settings: Settings,
    *,
    appointment_id: Annotated[int, Form()],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Become a sample person; whoever sat here before is signed out."""
    before, allowed = token_of(door.request), may_enter_as_sample(door.request, settings)
    token = auth.enter_sample(door.db, appointment_id, allowed=allowed)
    if before:
        auth.sign_out(door.db, before)
    return give_cookie(door.request, RedirectResponse(safe_next(next), 303), token)


@router.post("/signout")
def sign_out(door: ADoor) -> Response:
    """End the session here and now."""
    auth.sign_out(door.db, token_of(door.request))
    return take_cookie(RedirectResponse("/signin", 303))


@router.get("/set-password/{token}")
def choose_password(door: ADoor, token: str) -> HTMLResponse:
    """The form behind a one-time link. Raises LinkSpent."""
    return _password_page(door, token)


@router.post("/set-password/{token}")
def set_password(
    door: ADoor,
    token: str,
    *,
    password: Annotated[str, Form(max_length=500)],
    again: Annotated[str, Form(max_length=500)],
) -> Response:
    """Use the link: typed twice alike and long enough. Raises LinkSpent."""
    if password != again:
        return _password_page(door, token, {"again": say("sign_in", "not_alike", door.lang)})
    try:
        auth.set_password(door.db, token, password)
    except WeakPassword as error:
        return _password_page(door, token, {"password": _sentence(error, door.lang)})
    return view.flash(RedirectResponse("/signin", 303), say("sign_in", "password_set", door.lang))


def _page(
    door: Door, *, onward: str, login: str = "", error: DubanError | None = None
) -> HTMLResponse:
    sample = may_enter_as_sample(door.request, settings_of(door.request))
    return view.render(
        door.request,
        "signin",
        status=401 if error else 200,
        onward=onward,
        login=login,
        error=_sentence(error, door.lang) if error else "",
        offices=list(_sample_offices(door.db, door.lang)) if sample else [],
    )


def _password_page(
    door: Door, token: str, errors: Mapping[str, str] = MappingProxyType({})
) -> HTMLResponse:
    return view.render(
        door.request,
        "set_password",
        status=422 if errors else 200,
        login=auth.link_login(door.db, token),
        token=token,
        errors=errors,
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
