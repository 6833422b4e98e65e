"""What the page of retention shows: the forgettings so far, with who stood behind each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Session

from states.records.boards import Names
from states.records.forgetting import Counts

OPEN = ("proposed", "approved")
LONGEST_LIST = 50

_FORGETTINGS = text("""
SELECT f.id, f.as_of, f.reason, f.state, f.proposed_by, f.proposed_at, f.trial, f.approved_at,
       f.due_on, f.stopped_at, f.stopped_text, f.done_at, f.counts,
       p.name AS proposer, coalesce(a.name, '') AS approver, coalesce(s.name, '') AS stopper
  FROM forgetting f
  JOIN person p ON p.id = f.proposed_by
  LEFT JOIN person a ON a.id = f.approved_by
  LEFT JOIN person s ON s.id = f.stopped_by
 ORDER BY f.id DESC LIMIT :limit
""")
_DISTRICTS = text("SELECT code, name_zh, name_en FROM office WHERE kind = 'district' ORDER BY code")


@dataclass(frozen=True, slots=True)
class ForgettingView:
    """A forgetting and how far it is; `trial` is what was due when it was proposed."""

    id: int
    as_of: date
    reason: str
    state: str
    proposed_by: int
    proposed_at: datetime
    proposer: str
    trial: Counts
    approved_at: datetime | None
    approver: str
    due_on: date | None
    stopped_at: datetime | None
    stopper: str
    stopped_text: str
    done_at: datetime | None
    counts: Counts

    @property
    def is_open(self) -> bool:
        """Whether it can still be stopped."""
        return self.state in OPEN


def forgettings(session: Session) -> list[ForgettingView]:
    """The newest first; only the newest can be open."""
    rows = session.connection().execute(_FORGETTINGS, {"limit": LONGEST_LIST}).mappings()
    return [ForgettingView(**row) for row in rows]


def districts(session: Session) -> Mapping[str, Names]:
    """The names of the districts by their codes."""
    rows = session.connection().execute(_DISTRICTS)
    return {row.code: Names(row.name_zh, row.name_en) for row in rows}
