"""What changed among certificates, for a look-up service: paged by a keyset, nothing left out.

Only certificates that the city's system has, or had. A page ends well before the oldest transaction
that is still open: what commits late, with an earlier moment, is not overtaken by the cursor.
"""

import base64
import binascii
import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.errors import BadInput
from states.records import clock, vault
from states.records.places import CERTIFICATE_NAME
from states.rules.deadlines import shanghai_day
from states.rules.identity import fold_number

MOST = 1000
LAG = timedelta(minutes=1)
"""Business time is taken a little before the transaction that writes it begins."""
STATES = {"accepted": "valid", "replaced": "replaced", "revoked": "revoked"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = struct.Struct("!qq")
_MICROSECOND = timedelta(microseconds=1)

_COLUMNS = f"""
SELECT x.id, x.number, x.serial, x.level, x.state, x.issued_on, x.learner_id, x.changed_at,
       x.name_sealed
  FROM certificate x
 WHERE x.state IN ({", ".join(f"'{state}'" for state in STATES)})
"""  # noqa: S608  constants of this file
_CHANGED = text(f"""
{_COLUMNS}
   AND (x.changed_at, x.id) > (:changed_at, :id)
   AND (CAST(:before AS timestamptz) IS NULL OR x.changed_at < :before)
 ORDER BY x.changed_at, x.id LIMIT :limit
""")
_OPEN_SINCE = text("""
SELECT least(min(xact_start), clock_timestamp()) FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend'
   AND pid <> pg_backend_pid()
""")
_OF_PERSON = text(f"""
{_COLUMNS}
   AND x.learner_id IN (SELECT id FROM learner WHERE number_index = :number)
 ORDER BY x.issued_on, x.id
""")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Changed:
    """A certificate as the feed tells it; `learner_id` never leaves the house as it is."""

    number: str
    serial: str
    level: str
    state: str
    issued_day: date
    learner_id: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some changes, oldest first, and where the next page begins."""

    items: Sequence[Changed]
    cursor: str
    more: bool


def changed_since(session: Session, cursor: str, limit: int) -> Page:
    """The next changes after a cursor of ours; "" begins with the first one ever.

    Raises BadInput(why="feed_cursor_unknown").
    """
    at, last = _place_of(cursor) if cursor else (_EPOCH, 0)
    asked = {"changed_at": at, "id": last, "limit": limit + 1, "before": _before(session)}
    rows = session.connection().execute(_CHANGED, asked).all()
    page = rows[:limit]
    then = _cursor_of(page[-1].changed_at, page[-1].id) if page else cursor
    return Page([_item(row) for row in page], then, more=len(rows) > limit)


def of_person(session: Session, name: str, document_number: str) -> list[Changed]:
    """The certificates of whoever has this number and this name on one of theirs; else none."""
    number = vault.blind_index(session, fold_number(document_number)[0])
    rows = session.connection().execute(_OF_PERSON, {"number": number}).all()
    known = {row.learner_id for row in rows if _bears(session, row, name)}
    return [_item(row) for row in rows if row.learner_id in known]


def _before(session: Session) -> datetime | None:
    """Up to when everything is told; a movable date has no transactions to wait for."""
    if clock.is_virtual(session):
        return None
    since: datetime = session.connection().execute(_OPEN_SINCE).scalar_one()
    return since - LAG


def _bears(session: Session, row: Any, name: str) -> bool:  # noqa: ANN401  a row of _COLUMNS
    kept = vault.unseal(session, CERTIFICATE_NAME, row.id, row.name_sealed)
    return bool(kept) and _folded(kept) == _folded(name)


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _item(row: Any) -> Changed:  # noqa: ANN401  a row of _COLUMNS
    return Changed(
        row.number, row.serial, row.level, STATES[row.state], shanghai_day(row.issued_on),
        row.learner_id,
    )  # fmt: skip


def _cursor_of(at: datetime, last: int) -> str:
    packed = _CURSOR.pack((at - _EPOCH) // _MICROSECOND, last)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _place_of(cursor: str) -> tuple[datetime, int]:
    try:
        packed = base64.urlsafe_b64decode(f"{cursor}==".encode("ascii"))
        microseconds, last = _CURSOR.unpack(packed)
        return _EPOCH + microseconds * _MICROSECOND, last
    except (binascii.Error, struct.error, UnicodeError, OverflowError) as error:
        raise BadInput(why="feed_cursor_unknown") from error
