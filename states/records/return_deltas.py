"""What a return corrects in earlier ones, and what later ones correct in it (E49).

A correction belongs to the first return compiled for the month in which it was confirmed or a
later one, once the return that named its class was accepted with the older score.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.records.tables.returns import ACTIVE_STATES

_ACTIVE = ", ".join(f"'{state}'" for state in ACTIVE_STATES)
_LET_GO = text("""
UPDATE score_correction SET return_id = NULL
 WHERE return_id = :id OR (return_id = ANY(:later) AND decided_at < :until)
""")
_CARRY = text("""
UPDATE score_correction k SET return_id = :id
  FROM training_class c, project p, returned_class rc, monthly_return r
 WHERE c.id = k.class_id AND p.id = c.project_id AND p.district_id = :district_id
   AND rc.class_id = c.id AND r.id = rc.return_id AND r.state = 'accepted'
   AND k.state = 'confirmed' AND k.decided_seq > rc.scores_seq AND k.decided_at < :until
   AND k.return_id IS NULL
""")
_DELTAS = """
SELECT k.id, k.class_id, k.enrolment_id, e.sheet_row, p.code, c.no, rc.return_id AS corrects,
       r.month, k.before_result, k.before_total, k.after_result, k.after_total,
       CAST(CAST(timezone('Asia/Shanghai', k.decided_at) AS date) AS text) AS decided_on,
       (SELECT count(*) FROM score s WHERE s.class_id = k.class_id
           AND s.fact_seq = k.decided_seq AND s.result = 'pass') AS passed_after,
       k.return_id AS carried_by, later.month AS carried_in
  FROM score_correction k
  JOIN enrolment e ON e.id = k.enrolment_id
  JOIN training_class c ON c.id = k.class_id
  JOIN project p ON p.id = c.project_id
  JOIN returned_class rc ON rc.class_id = c.id
  JOIN monthly_return r ON r.id = rc.return_id
  LEFT JOIN monthly_return later ON later.id = k.return_id
"""
_CARRIED = text(f"{_DELTAS} WHERE k.return_id = :id ORDER BY p.code, c.no, k.decided_seq")
_CORRECTING = text(f"""{_DELTAS}
 WHERE rc.return_id = :id AND r.state = 'accepted' AND k.state = 'confirmed'
   AND k.decided_seq > rc.scores_seq
 ORDER BY p.code, c.no, k.decided_seq
""")
_TO_REVOKE = text(f"""
SELECT DISTINCT x.id, x.serial, x.state, p.code, c.no AS class_no, e.sheet_row,
       EXISTS (SELECT 1 FROM certificate_change h WHERE h.certificate_id = x.id
                  AND h.kind = 'revoke' AND h.state = 'asked') AS asked
  FROM score_correction k
  JOIN certificate x ON x.enrolment_id = k.enrolment_id AND x.state IN ({_ACTIVE})
  JOIN enrolment e ON e.id = k.enrolment_id
  JOIN training_class c ON c.id = k.class_id
  JOIN project p ON p.id = c.project_id
  JOIN returned_class rc ON rc.class_id = c.id
 WHERE :id IN (k.return_id, rc.return_id) AND k.state = 'confirmed'
   AND k.before_result = 'pass' AND k.after_result <> 'pass'
   AND NOT EXISTS (SELECT 1 FROM score s WHERE s.enrolment_id = k.enrolment_id AND s.result = 'pass'
                      AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = c.id))
 ORDER BY x.serial
""")  # noqa: S608  a constant of the tables


@dataclass(frozen=True, slots=True)
class Delta:
    """One corrected score of an accepted return, by reference: the roster's row is the person.

    `corrects` is the return that counted the score before, of `month`; `carried_by` the one that
    carries the correction, None while it is still to come. Totals are tenths.
    """

    correction_id: int
    class_id: int
    enrolment_id: int
    sheet_row: int
    project: str
    class_no: int
    corrects: int
    month: str
    before: str
    before_total: int | None
    after: str
    after_total: int | None
    passed_before: int
    passed_after: int
    decided_on: str
    carried_by: int | None
    carried_in: str | None

    @property
    def change(self) -> int:
        """How many passers it adds: 1, 0 or -1."""
        return self.passed_after - self.passed_before


@dataclass(frozen=True, slots=True)
class ToRevoke:
    """A certificate whose holder did not pass after all; `asked`: its revocation is asked for."""

    id: int
    serial: str
    state: str
    code: str
    class_no: int
    sheet_row: int
    asked: bool


def carry(session: Session, draft: Mapping[str, Any]) -> None:
    """Put into a draft (`id`, `district_id`, `until`) what is to be corrected by now.

    `later` are drafts of later months that let go of it.
    """
    session.connection().execute(_LET_GO, draft)
    session.connection().execute(_CARRY, draft)


def counted(session: Session, return_id: int) -> list[Delta]:
    """The corrections that a return carries."""
    rows = session.connection().execute(_CARRIED, {"id": return_id}).mappings()
    return [_delta(row) for row in rows]


def correcting(session: Session, return_id: int) -> list[Delta]:
    """What was corrected in an accepted return; its own figures stay as they were accepted."""
    rows = session.connection().execute(_CORRECTING, {"id": return_id}).mappings()
    return [_delta(row) for row in rows]


def to_revoke(session: Session, return_id: int) -> list[ToRevoke]:
    """The certificates that stand although a pass that the return counted, or corrects, is gone."""
    rows = session.connection().execute(_TO_REVOKE, {"id": return_id}).mappings()
    return [ToRevoke(**row) for row in rows]


def _delta(row: Mapping[Any, Any]) -> Delta:
    before, after = row["before_result"], row["after_result"]
    same = {
        name: row[name]
        for name in ("class_id", "enrolment_id", "sheet_row", "corrects", "month", "before_total",
                     "after_total", "passed_after", "decided_on", "carried_by", "carried_in")
    }  # fmt: skip
    return Delta(
        correction_id=row["id"],
        project=row["code"],
        class_no=row["no"],
        before=before,
        after=after,
        passed_before=row["passed_after"] - (after == "pass") + (before == "pass"),
        **same,
    )
