"""A class under way is moved to other rules: proposed by one officer, decided by another (A02)."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from states import actions
from states.actions import Outcome
from states.errors import BadInput, NotFound
from states.records.inspections import Act
from states.records.projects import load
from states.rules.deadlines import shanghai_day
from states.rules.dossier import MoveProposed
from states.rules.facts_of_rules import ClassMoveDecided, ClassMoveProposed
from states.rules.law import the_law
from states.rules.repinning import AXES

_MOVE = text("""
UPDATE training_class
   SET regime = :regime, standard = :standard, bank = :bank, moved_on = :on
 WHERE project_id = :project_id AND no = :no
""")


@dataclass(frozen=True, slots=True)
class Rules:
    """The versions that a class is to run under."""

    regime: str
    standard: str
    bank: str


def propose(session: Session, no: int, rules: Rules, *, words: str, act: Act) -> Outcome:
    """Propose other rules for a class, with the reason.

    Raises BadInput(why="rule_version_unknown" | "reason_missing") and what `actions.record` raises.
    """
    law = the_law()
    known = {"regime": law.regimes, "standard": law.standards, "bank": law.banks}
    for axis, kind in AXES.items():
        key = str(getattr(rules, axis))
        if key not in known[axis] or (kind, key) in law.barred:
            raise BadInput(why="rule_version_unknown", version=key)
    if not words.strip():
        raise BadInput(why="reason_missing")
    fact = ClassMoveProposed(
        class_no=no, regime=rules.regime, standard=rules.standard, bank=rules.bank, text=words
    )
    return _recorded(session, fact, act)


def decide(session: Session, no: int, *, moved: bool, words: str, act: Act) -> Outcome:
    """Another person moves the class, or declines with a reason.

    Raises NotFound, BadInput(why="reason_missing"), and what `actions.record` raises.
    """
    told = open_proposal(session, no, act)
    if not moved and not words.strip():
        raise BadInput(why="reason_missing")
    fact = ClassMoveDecided(
        class_no=no, proposal=told.seq if told else 0, moved=moved, text=words.strip()
    )
    outcome = _recorded(session, fact, act)
    if moved and told:
        values = {"regime": told.regime, "standard": told.standard, "bank": told.bank}
        where = {"project_id": act.project_id, "no": no, "on": shanghai_day(act.at)}
        session.connection().execute(_MOVE, values | where)
    return outcome


def open_proposal(session: Session, no: int, act: Act) -> MoveProposed | None:
    """The proposal that waits for a second person. Raises NotFound."""
    found = load(session, [act.project_id])
    if not found:
        raise NotFound
    klass = found[0].dossier(act.at, shanghai_day(act.at)).classes.get(no)
    return klass.move_proposed if klass else None


def _recorded(session: Session, fact: ClassMoveProposed | ClassMoveDecided, act: Act) -> Outcome:
    return actions.record(
        session, act.project_id, fact, actor=act.actor, at=act.at, settle=act.settle,
        seen_moves=act.seen_moves,
    )  # fmt: skip
