"""Which imported calendars and published rules this process goes by: always the newest there are.

Whoever decides about projects asks in the very query that loads them, so it costs no round trip.
"""

from sqlalchemy import text
from sqlmodel import Session

from states.rules.law import adopt
from states.rules.versions import Published, RuleVersion
from states.rules.workdays import CalendarYear

NEWEST = """(SELECT md5(NULLIF(concat_ws('/',
  (SELECT id || imported_at::text FROM calendar_import ORDER BY id DESC LIMIT 1),
  (SELECT id || at::text FROM rule_version WHERE step <> 'proposed' ORDER BY id DESC LIMIT 1)),
  '')))"""
"""SQL: a mark of the newest import and publication of this database, NULL before the first one."""

_MARK = text(f"SELECT {NEWEST}")
_ALL = text("SELECT content FROM calendar_import ORDER BY id")
_PUBLISHED = text("""
SELECT s.proposal_id, p.content, s.at, w.at AS withdrawn_at
  FROM rule_version s
  JOIN rule_version p ON p.id = s.proposal_id
  LEFT JOIN rule_version w ON w.proposal_id = p.id AND w.step = 'withdrawn'
 WHERE s.step = 'published' ORDER BY s.id
""")


class _Adopted:
    """The mark of what the law of this process goes by."""

    mark: str | None = None


def refresh(session: Session) -> None:
    """Go by every import and publication there is; one small query when nothing is new."""
    follow(session, session.connection().execute(_MARK).scalar())


def follow(session: Session, mark: str | None) -> None:
    """Go by all there is, unless `mark` says that this process does already."""
    if mark != _Adopted.mark:
        adopt(imported(session), published(session))
        _Adopted.mark = mark


def imported(session: Session) -> list[CalendarYear]:
    """Every import, the oldest first."""
    contents = session.connection().execute(_ALL).scalars()
    return [CalendarYear.model_validate(content) for content in contents]


def published(session: Session) -> list[Published]:
    """Every version that was ever published, in the order of publication."""
    return [
        Published(
            row.proposal_id, RuleVersion.model_validate(row.content), row.at, row.withdrawn_at
        )
        for row in session.connection().execute(_PUBLISHED)
    ]
