"""Whether the history of the rules holds something that the reader has not read yet."""

from fastapi import Request, Response
from sqlmodel import Session

from api.auth import Signed
from api.deps import settings_of
from states.records import rule_versions
from states.rules.law import the_law

COOKIE = "duban_rules_seen"
_YEAR = 365 * 24 * 3600


def seen_of(request: Request, session: Session, signed: Signed | None) -> int:
    """Up to which step the reader has read: by person, or by this browser's cookie."""
    if signed and signed.actor.person_id is not None:
        return rule_versions.seen_by(session, signed.actor.person_id)
    told = request.cookies.get(COOKIE, "")
    return int(told) if told.isdecimal() and len(told) <= 18 else 0  # noqa: PLR2004  as bigint


def has_news(request: Request, session: Session, signed: Signed | None) -> bool:
    """Two small queries, and none before the first publication."""
    if not the_law().published:
        return False
    return rule_versions.newest_news(session) > seen_of(request, session, signed)


def give_cookie(request: Request, response: Response, seen: int) -> None:
    """Remember in this browser; the number of a step says nothing about the reader."""
    response.set_cookie(
        COOKIE, str(seen), max_age=_YEAR, httponly=True, samesite="lax",
        secure=settings_of(request).base_url.startswith("https:"),
    )  # fmt: skip
