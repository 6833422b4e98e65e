"""Scores corrected once they were settled: registered by one person, decided by another (E49).

A confirmed correction is a whole new set of scores of the class, so that an earlier return still
finds the set it counted. What it changes in an accepted return goes into the next one.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session

from states import actions
from states.actions import Outcome
from states.errors import BadInput, NotFound
from states.records import remarks, vault
from states.records.classes import class_of
from states.records.inspections import Act
from states.records.places import REMARK_TEXT
from states.records.tables import ScoreCorrection
from states.rules.facts_of_returns import Result, ScoreCorrected, ScoreCorrectionDecided
from states.rules.law import the_law
from states.rules.marks import marks_fit

_STANDS = text("""
SELECT s.result, s.theory, s.practice, s.total FROM score s
 WHERE s.enrolment_id = :enrolment_id AND s.class_id = :class_id
   AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = :class_id)
""")
_TOLD = text("""
SELECT k.class_id, k.enrolment_id
  FROM score_correction k JOIN training_class c ON c.id = k.class_id
 WHERE k.id = :id AND c.project_id = :project_id AND c.no = :no
""")
_DECIDE = text("""
UPDATE score_correction SET state = :state, decided_by = :person, decided_at = :at,
       decided_seq = :seq
 WHERE id = :id
""")
# The newest set of scores stands everywhere: the class's scores again, one of them another.
_WRITE = text("""
INSERT INTO score (class_id, enrolment_id, fact_seq, exam_number, assessed_on, theory, practice,
                   total, result)
SELECT s.class_id, s.enrolment_id, :seq, s.exam_number, s.assessed_on,
       CASE WHEN k.id IS NULL THEN s.theory ELSE k.after_theory END,
       CASE WHEN k.id IS NULL THEN s.practice ELSE k.after_practice END,
       CASE WHEN k.id IS NULL THEN s.total ELSE k.after_total END,
       coalesce(k.after_result, s.result)
  FROM score s LEFT JOIN score_correction k ON k.id = :id AND k.enrolment_id = s.enrolment_id
 WHERE s.class_id = :class_id
   AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = :class_id)
""")
_OF_CLASS = text("""
SELECT k.id, k.enrolment_id, e.sheet_row, k.state, k.before_result, k.before_theory,
       k.before_practice, k.before_total, k.after_result, k.after_theory, k.after_practice,
       k.after_total, k.registered_by, k.registered_at, k.decided_at, k.return_id, r.month,
       m.id AS remark_id, m.text_sealed
  FROM score_correction k
  JOIN enrolment e ON e.id = k.enrolment_id
  JOIN training_class c ON c.id = k.class_id
  JOIN remark m ON m.project_id = c.project_id AND m.seq = k.fact_seq
  LEFT JOIN monthly_return r ON r.id = k.return_id
 WHERE k.class_id = :class_id ORDER BY k.id
""")


@dataclass(frozen=True, slots=True)
class Marks:
    """A score as somebody says it is; marks are tenths, None where there is none."""

    result: Result
    theory: int | None = None
    practice: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A correction as the page of its class lists it; `month` is of the return that carries it.

    `reason` is empty once the learner is forgotten.
    """

    id: int
    enrolment_id: int
    sheet_row: int
    state: str
    before_result: str
    before_theory: int | None
    before_practice: int | None
    before_total: int | None
    after_result: str
    after_theory: int | None
    after_practice: int | None
    after_total: int | None
    registered_by: int | None
    registered_at: datetime
    decided_at: datetime | None
    return_id: int | None
    month: str | None
    reason: str


def register(
    session: Session, class_no: int, enrolment_id: int, *, marks: Marks, words: str, act: Act
) -> Outcome:
    """The examiner registers what one learner's score should have been; nothing changes yet.

    Raises NotFound, BadInput(why="reason_missing" | "marks_do_not_fit" | "score_is_the_same"), and
    what `actions.record` raises.
    """
    klass = class_of(session, act.project_id, class_no)
    before = _standing(session, klass.id, enrolment_id)
    _refuse(marks, before, bank=klass.bank, words=words)
    (number,) = vault.next_ids(session, "score_correction", 1)
    fact = ScoreCorrected(
        class_no=class_no, correction_id=number, enrolment_id=enrolment_id, before=before.result,
        after=marks.result, text=remarks.KEPT_APART,
    )  # fmt: skip
    outcome = _record(session, fact, act)
    row = {
        "id": number, "class_id": klass.id, "enrolment_id": enrolment_id,
        "fact_seq": outcome.seq, "state": "open", "registered_by": act.actor.person_id,
        "registered_at": act.at, **_named("before", before), **_named("after", marks),
    }  # fmt: skip
    session.connection().execute(insert(ScoreCorrection), [row])
    remarks.keep(session, outcome, words)
    return outcome


def decide(
    session: Session,
    class_no: int,
    correction_id: int,
    *,
    confirm: bool,
    words: str = "",
    act: Act,
) -> Outcome:
    """A second person lets the correction stand, or declines it with a reason.

    Raises NotFound, BadInput(why="reason_missing"), and what `actions.record` raises.
    """
    asked = {"id": correction_id, "project_id": act.project_id, "no": class_no}
    told = session.connection().execute(_TOLD, asked).first()
    if told is None:
        raise NotFound
    if not (confirm or words.strip()):
        raise BadInput(why="reason_missing")
    fact = ScoreCorrectionDecided(
        class_no=class_no, correction_id=correction_id, enrolment_id=told.enrolment_id,
        confirmed=confirm, text=remarks.KEPT_APART if words.strip() else "",
    )  # fmt: skip
    outcome = _record(session, fact, act)
    values = {"id": correction_id, "seq": outcome.seq, "class_id": told.class_id}
    who = {"person": act.actor.person_id, "at": act.at}
    state = "confirmed" if confirm else "declined"
    session.connection().execute(_DECIDE, values | who | {"state": state})
    if confirm:
        session.connection().execute(_WRITE, values)
    if words.strip():
        remarks.keep(session, outcome, words)
    return outcome


def of_class(session: Session, class_id: int) -> list[CorrectionView]:
    """The corrections of a class, the oldest first."""
    rows = session.connection().execute(_OF_CLASS, {"class_id": class_id}).mappings()
    return [_opened(session, row) for row in rows]


def _opened(session: Session, row: Mapping[Any, Any]) -> CorrectionView:
    clear = {k: v for k, v in row.items() if k not in ("remark_id", "text_sealed")}
    reason = vault.unseal(session, REMARK_TEXT, row["remark_id"], row["text_sealed"])
    return CorrectionView(**clear, reason=reason)


def _standing(session: Session, class_id: int, enrolment_id: int) -> Marks:
    asked = {"class_id": class_id, "enrolment_id": enrolment_id}
    found = session.connection().execute(_STANDS, asked).mappings().first()
    if found is None:
        raise NotFound
    return Marks(**found)


def _refuse(marks: Marks, before: Marks, *, bank: str, words: str) -> None:
    if not words.strip():
        raise BadInput(why="reason_missing")
    known = the_law().banks[bank]
    if not marks_fit(
        marks.result, theory=marks.theory, practice=marks.practice, total=marks.total,
        pass_mark=known.pass_tenths, full=known.full_tenths,
    ):  # fmt: skip
        raise BadInput(why="marks_do_not_fit")
    if marks == before:
        raise BadInput(why="score_is_the_same")


def _record(session: Session, fact: ScoreCorrected | ScoreCorrectionDecided, act: Act) -> Outcome:
    return actions.record(
        session,
        act.project_id,
        fact,
        actor=act.actor,
        at=act.at,
        seen_moves=act.seen_moves,
        settle=act.settle,
    )


def _named(when: str, marks: Marks) -> Mapping[str, Any]:
    return {f"{when}_{name}": value for name, value in asdict(marks).items()}
