"""What pages and API share at the entrance: guarded sign-in, the cookie, the sample people."""

from dataclasses import dataclass

from fastapi import Request, Response
from sqlalchemy import text
from sqlmodel import Session

from api import auth
from api.deps import COOKIE, settings_of
from api.problems import SignInFailed
from api.tries import Tries
from states.rules.stages import Role

_PEOPLE = text("""
SELECT a.id AS appointment_id, p.name, a.role, o.kind AS office_kind, o.code AS office_code,
       o.name_zh, o.name_en
  FROM appointment a JOIN person p ON p.id = a.person_id JOIN office o ON o.id = a.office_id
 ORDER BY a.id
""")


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """Somebody whom sample mode lets one enter as."""

    appointment_id: int
    name: str
    role: Role
    office_kind: str
    office_code: str
    name_zh: str
    name_en: str


def sample_people(session: Session) -> list[SamplePerson]:
    """Everybody with an appointment, in the order in which they were made."""
    return [
        SamplePerson(**{**row._mapping, "role": Role(row.role)})  # noqa: SLF001  SQLAlchemy's public name
        for row in session.connection().execute(_PEOPLE)
    ]


def checked_sign_in(  # noqa: PLR0917  login and password are a pair
    request: Request, session: Session, login: str, password: str
) -> str:
    """A new session's token, guarded against guessing. Raises SignInFailed, TooManyTries."""
    tries: Tries = request.app.state.tries
    address = request.client.host if request.client else ""
    tries.check(login, address)
    try:
        token = auth.sign_in(session, login, password)
    except SignInFailed:
        tries.failed(login, address)
        raise
    tries.succeeded(login)
    return token


def give_cookie(request: Request, response: Response, token: str) -> Response:
    """Put the session into the browser; no script can read it, no other site can send it."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(auth.ABSOLUTE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings_of(request).base_url.startswith("https:"),
    )
    return response


def take_cookie(response: Response) -> Response:
    """Forget the session in the browser."""
    response.delete_cookie(COOKIE)
    return response


def safe_next(href: str) -> str:
    """Where to go after sign-in: a path of this site, or the desk."""
    inside = href.startswith("/") and not href.startswith(("//", "/\\")) and "\n" not in href
    return href if inside else "/"
