"""What the pages of checks show: faults that are open in a district, and the checks of a class."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import TextClause, text
from sqlmodel import Session

from states.actor import Actor
from states.records import vault
from states.records.boards import Names
from states.records.campaigns import reach
from states.records.places import (
    FAULT_TEXT,
    INSPECTION_NOTE,
    RECTIFICATION_REVIEW,
    RECTIFICATION_TEXT,
)
from states.rules.stages import DISTRICT_ROLES, PROVIDER_ROLES, Role
from states.rules.supervision import FaultState, Manner

READERS = PROVIDER_ROLES | DISTRICT_ROLES
"""Who reads what was written about a class; the centre and the auditor see codes and days."""
LONGEST_LIST = 200

# For a fault that waits for its re-check the class's open duty says until when.
_FAULTS = text(f"""
SELECT f.id, f.code AS fault, f.state, f.due_on, f.urges_suspension, i.checked_on, c.no AS class_no,
       p.code, p.title, v.name_zh, v.name_en, t.due_on AS recheck_on
  FROM inspection_fault f
  JOIN inspection i ON i.id = f.inspection_id
  JOIN training_class c ON c.id = i.class_id
  JOIN project p ON p.id = c.project_id
  JOIN office v ON v.id = p.provider_id
  LEFT JOIN timer t ON t.project_id = p.id AND t.duty = 'recheck'
                   AND t.subject = CAST(c.no AS text)
 WHERE f.state <> 'crossed_off' AND p.stage NOT IN ('terminated', 'withdrawn')
   AND (CAST(:office AS bigint) IS NULL OR p.district_id = :office)
 ORDER BY f.due_on, f.id LIMIT {LONGEST_LIST}
""")  # noqa: S608
_CHECKS = text("""
SELECT i.id, i.manner, i.checked_on, i.enrolment_id, i.note_sealed, c.no AS class_no, p.name
  FROM inspection i
  JOIN training_class c ON c.id = i.class_id
  LEFT JOIN person p ON p.id = i.person_id
 WHERE c.project_id = :project_id AND (CAST(:no AS int) IS NULL OR c.no = :no)
 ORDER BY i.checked_on DESC, i.id DESC
""")
_FOUND = text("""
SELECT id, inspection_id, code, text_sealed, due_on, urges_suspension, state
  FROM inspection_fault WHERE inspection_id = ANY(:ids) ORDER BY id
""")
_ROUNDS = text("""
SELECT id, fault_id, text_sealed, reported_by, reported_at, accepted, review_sealed, reviewed_at
  FROM rectification WHERE fault_id = ANY(:ids) ORDER BY id
""")


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A fault that is not crossed off yet."""

    id: int
    fault: str
    state: FaultState
    code: str
    title: str
    class_no: int
    provider: Names
    checked_on: date
    due_on: date
    recheck_on: date | None
    urges_suspension: bool


@dataclass(frozen=True, slots=True)
class Round:
    """One report of a rectification, and what its re-check came to."""

    words: str
    reported_by: int | None
    reported_at: datetime
    accepted: bool | None
    review: str
    reviewed_at: datetime | None


@dataclass(frozen=True, slots=True)
class FaultView:
    """A fault with all that was done about it."""

    id: int
    code: str
    words: str
    due_on: date
    urges_suspension: bool
    state: FaultState
    rounds: Sequence[Round]


@dataclass(frozen=True, slots=True)
class CheckView:
    """A check with what it found. Words are empty for whoever may not read them."""

    id: int
    class_no: int
    manner: Manner
    checked_on: date
    by: str
    enrolment_id: int
    note: str
    faults: Sequence[FaultView]


def open_faults(session: Session, actor: Actor) -> list[FaultLine]:
    """Faults not crossed off in one's reach, the most urgent first. Raises NotYours."""
    return [
        FaultLine(
            id=row.id, fault=row.fault, state=FaultState(row.state), code=row.code,
            title=row.title, class_no=row.class_no, provider=Names(row.name_zh, row.name_en),
            checked_on=row.checked_on, due_on=row.due_on, recheck_on=row.recheck_on,
            urges_suspension=row.urges_suspension,
        )
        for row in session.connection().execute(_FAULTS, {"office": reach(actor)})
    ]  # fmt: skip


def checks_of(
    session: Session, project_id: int, no: int | None = None, *, reader: Role
) -> list[CheckView]:
    """The checks of a project or of one of its classes, newest first, in three queries.

    The caller has found the project within the reader's scope.
    """
    opened = _Opened(session, reader in READERS)
    rows = session.connection().execute(_CHECKS, {"project_id": project_id, "no": no}).all()
    found = _grouped(session, _FOUND, [row.id for row in rows], by="inspection_id")
    ids = [fault.id for faults in found.values() for fault in faults]
    rounds = _grouped(session, _ROUNDS, ids, by="fault_id")
    return [
        CheckView(
            id=row.id, class_no=row.class_no, manner=Manner(row.manner),
            checked_on=row.checked_on, by=row.name or "", enrolment_id=row.enrolment_id or 0,
            note=opened.words(INSPECTION_NOTE, row.id, row.note_sealed),
            faults=[opened.fault(one, rounds.get(one.id, [])) for one in found.get(row.id, [])],
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Opened:
    """Opens what this reader may read, and leaves the rest shut."""

    session: Session
    may_read: bool

    def words(self, place: vault.Place, row_id: int, sealed: bytes) -> str:
        return vault.unseal(self.session, place, row_id, sealed) if self.may_read else ""

    def fault(self, row: Any, rounds: Iterable[Any]) -> FaultView:  # noqa: ANN401  rows
        return FaultView(
            id=row.id, code=row.code, words=self.words(FAULT_TEXT, row.id, row.text_sealed),
            due_on=row.due_on, urges_suspension=row.urges_suspension, state=FaultState(row.state),
            rounds=[self.round(one) for one in rounds],
        )  # fmt: skip

    def round(self, row: Any) -> Round:  # noqa: ANN401
        return Round(
            words=self.words(RECTIFICATION_TEXT, row.id, row.text_sealed),
            reported_by=row.reported_by, reported_at=row.reported_at, accepted=row.accepted,
            review=self.words(RECTIFICATION_REVIEW, row.id, row.review_sealed),
            reviewed_at=row.reviewed_at,
        )  # fmt: skip


def _grouped(
    session: Session, query: TextClause, ids: Sequence[int], *, by: str
) -> Mapping[int, list[Any]]:
    groups: dict[int, list[Any]] = {}
    for row in session.connection().execute(query, {"ids": list(ids)}) if ids else ():
        groups.setdefault(getattr(row, by), []).append(row)
    return groups
