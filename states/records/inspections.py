"""Checks of classes and what becomes of their faults: recorded, put right, looked at again (C13).

The fact is recorded first, so that a refusal at the door comes before any row is written. Facts
hold codes and days; whatever is put in words is sealed in the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session

from states import actions
from states.actions import Outcome
from states.actor import Actor
from states.errors import BadInput, NotFound
from states.records import vault
from states.records.classes import ClassView, class_of
from states.records.places import (
    FAULT_TEXT,
    INSPECTION_NOTE,
    RECTIFICATION_REVIEW,
    RECTIFICATION_TEXT,
)
from states.records.tables import Inspection, InspectionFault, Rectification
from states.rules.deadlines import shanghai_day
from states.rules.facts_of_supervision import (
    CheckRecorded,
    CheckReviewed,
    FaultFound,
    RectificationReported,
)
from states.rules.law import the_law
from states.rules.rulebook import SupervisionRule
from states.rules.supervision import FaultState, Manner

OTHER = "other"
"""The fault that says nothing unless it is put in words."""

_ON_ROSTER = text("SELECT 1 FROM enrolment WHERE id = :id AND class_id = :class_id")
_DRAWN = text("SELECT enrolment_id FROM campaign_pick WHERE id = :id AND class_id = :class_id")
_FAULT = text("""
SELECT c.no FROM inspection_fault f JOIN inspection i ON i.id = f.inspection_id
  JOIN training_class c ON c.id = i.class_id
 WHERE f.id = :id AND c.project_id = :project_id
""")
_MARK = text("""
UPDATE inspection_fault SET state = :state, due_on = coalesce(CAST(:due_on AS date), due_on)
 WHERE id = :id
""")
_LAST_REPORT = text("SELECT max(id) FROM rectification WHERE fault_id = :id")
_REVIEW = text("""
UPDATE rectification SET accepted = :accepted, review_sealed = :sealed, reviewed_by = :person_id,
       reviewed_at = :at
 WHERE id = :id
""")


@dataclass(frozen=True, slots=True)
class Found:
    """One fault as it is written down; without a day the rulebook's usual time is given."""

    code: str
    words: str = ""
    due_on: date | None = None
    urges_suspension: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A check as it is written down: of a class, or of one learner of it, drawn or not."""

    class_no: int
    manner: Manner
    checked_on: date
    note: str = ""
    found: Sequence[Found] = ()
    enrolment_id: int | None = None
    pick_id: int | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts on which project, when, and what they saw of it."""

    project_id: int
    actor: Actor
    at: datetime
    settle: bool = True
    seen_moves: int | None = None


def record_check(session: Session, check: Check, act: Act) -> Outcome:
    """Write a check down; every fault becomes the provider's to put right.

    Raises NotFound, BadInput(why="unknown_fault" | "fault_needs_words" | "learner_of_another_class"
    | "not_drawn_for_this_class"), and what `actions.record` raises.
    """
    klass = class_of(session, act.project_id, check.class_no)
    rule = the_law().regimes[klass.regime].supervision
    _refuse(session, check, klass, rule=rule)
    (check_id,) = vault.next_ids(session, "inspection", 1)
    numbers = vault.next_ids(session, "inspection_fault", len(check.found))
    today = shanghai_day(act.at)
    faults = tuple(
        FaultFound(
            fault_id=number, code=found.code, due_on=found.due_on or usual_day(today, rule),
            urges_suspension=found.urges_suspension,
        )
        for number, found in zip(numbers, check.found, strict=True)
    )  # fmt: skip
    fact = CheckRecorded(
        class_no=check.class_no, check_id=check_id, manner=check.manner,
        checked_on=check.checked_on, enrolment_id=check.enrolment_id, faults=faults,
    )  # fmt: skip
    outcome = _record(session, fact, act)
    _keep(session, check, fact, class_id=klass.id, act=act)
    return outcome


def report_rectification(session: Session, fault_id: int, words: str, *, act: Act) -> Outcome:
    """整改: the provider says how a fault was put right.

    Raises NotFound, BadInput(why="reason_missing"), and what `actions.record` raises.
    """
    class_no = _class_no(session, fault_id, act)
    if not words.strip():
        raise BadInput(why="reason_missing")
    fact = RectificationReported(class_no=class_no, fault_id=fault_id)
    outcome = _record(session, fact, act)
    (number,) = vault.next_ids(session, "rectification", 1)
    row = {
        "id": number, "fault_id": fault_id, "reported_by": act.actor.person_id,
        "reported_at": act.at,
        "text_sealed": vault.seal(session, RECTIFICATION_TEXT, number, words.strip()),
    }  # fmt: skip
    session.connection().execute(insert(Rectification), [row])
    _mark(session, fault_id, FaultState.RECTIFIED)
    return outcome


def recheck(
    session: Session,
    fault_id: int,
    *,
    accepted: bool,
    words: str,
    due_on: date | None,
    act: Act,
) -> Outcome:
    """复查: cross the fault off (销号), or send it back with a new day and a reason.

    Raises NotFound, BadInput(why="reason_missing"), and what `actions.record` raises.
    """
    class_no = _class_no(session, fault_id, act)
    if not accepted and not words.strip():
        raise BadInput(why="reason_missing")
    again = None if accepted else due_on
    fact = CheckReviewed(class_no=class_no, fault_id=fault_id, accepted=accepted, due_on=again)
    outcome = _record(session, fact, act)
    number = session.connection().execute(_LAST_REPORT, {"id": fault_id}).scalar_one()
    sealed = vault.seal(session, RECTIFICATION_REVIEW, number, words.strip())
    values = {"id": number, "accepted": accepted, "sealed": sealed, "at": act.at}
    session.connection().execute(_REVIEW, values | {"person_id": act.actor.person_id})
    state = FaultState.CROSSED_OFF if accepted else FaultState.OPEN
    _mark(session, fault_id, state, due_on=again)
    return outcome


def usual_day(today: date, rule: SupervisionRule) -> date:
    """Until when a fault is put right unless the check says otherwise, in working days."""
    return the_law().calendar.nth_working_day_after(today, rule.rectify_working_days).day


def _refuse(session: Session, check: Check, klass: ClassView, *, rule: SupervisionRule) -> None:
    if any(found.code not in rule.faults for found in check.found):
        raise BadInput(why="unknown_fault")
    if any(found.code == OTHER and not found.words.strip() for found in check.found):
        raise BadInput(why="fault_needs_words")
    of_class = {"class_id": klass.id}
    if check.enrolment_id is not None:
        asked = of_class | {"id": check.enrolment_id}
        if session.connection().execute(_ON_ROSTER, asked).first() is None:
            raise BadInput(why="learner_of_another_class")
    if check.pick_id is not None:
        drawn = session.connection().execute(_DRAWN, of_class | {"id": check.pick_id}).first()
        if drawn is None or drawn.enrolment_id not in (None, check.enrolment_id):
            raise BadInput(why="not_drawn_for_this_class")


def _record(
    session: Session, fact: CheckRecorded | RectificationReported | CheckReviewed, act: Act
) -> Outcome:
    return actions.record(
        session, act.project_id, fact, actor=act.actor, at=act.at, settle=act.settle,
        seen_moves=act.seen_moves,
    )  # fmt: skip


def _keep(session: Session, check: Check, fact: CheckRecorded, *, class_id: int, act: Act) -> None:
    row = {
        "id": fact.check_id, "class_id": class_id, "pick_id": check.pick_id,
        "enrolment_id": check.enrolment_id, "manner": check.manner,
        "checked_on": check.checked_on, "person_id": act.actor.person_id, "at": act.at,
        "note_sealed": vault.seal(session, INSPECTION_NOTE, fact.check_id, check.note.strip()),
    }  # fmt: skip
    session.connection().execute(insert(Inspection), [row])
    rows = [
        _fault_row(session, fact.check_id, told, words=found.words)
        for told, found in zip(fact.faults, check.found, strict=True)
    ]
    if rows:
        session.connection().execute(insert(InspectionFault), rows)


def _fault_row(session: Session, check_id: int, told: FaultFound, *, words: str) -> dict[str, Any]:
    return {
        "id": told.fault_id, "inspection_id": check_id, "code": told.code, "due_on": told.due_on,
        "urges_suspension": told.urges_suspension, "state": FaultState.OPEN,
        "text_sealed": vault.seal(session, FAULT_TEXT, told.fault_id, words.strip()),
    }  # fmt: skip


def _class_no(session: Session, fault_id: int, act: Act) -> int:
    asked = {"id": fault_id, "project_id": act.project_id}
    found = session.connection().execute(_FAULT, asked).scalar()
    if found is None:
        raise NotFound
    return int(found)


def _mark(
    session: Session, fault_id: int, state: FaultState, *, due_on: date | None = None
) -> None:
    session.connection().execute(_MARK, {"id": fault_id, "state": state, "due_on": due_on})
