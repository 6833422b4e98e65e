"""Which imported calendars this process counts working days by: always the newest there are.

Whoever decides about projects asks in the very query that loads them, so it costs no round trip.
"""

from sqlalchemy import text
from sqlmodel import Session

from states.rules.law import adopt
from states.rules.workdays import CalendarYear

NEWEST = "(SELECT md5(id || imported_at::text) FROM calendar_import ORDER BY id DESC LIMIT 1)"
"""SQL: a mark of the newest import of this database, NULL before the first one."""

_MARK = text(f"SELECT {NEWEST}")
_ALL = text("SELECT content FROM calendar_import ORDER BY id")


class _Adopted:
    """The mark of the imports that the law of this process counts by."""

    mark: str | None = None


def refresh(session: Session) -> None:
    """Count by every import there is; one small query when nothing is new."""
    follow(session, session.connection().execute(_MARK).scalar())


def follow(session: Session, mark: str | None) -> None:
    """Count by every import there is, unless `mark` says that this process does already."""
    if mark != _Adopted.mark:
        adopt(imported(session))
        _Adopted.mark = mark


def imported(session: Session) -> list[CalendarYear]:
    """Every import, the oldest first."""
    contents = session.connection().execute(_ALL).scalars()
    return [CalendarYear.model_validate(content) for content in contents]
