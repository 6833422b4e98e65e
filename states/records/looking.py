"""A learner's full number on request: shown to whoever works with them, for a reason, on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from states.actor import Actor
from states.errors import BadInput, NotFound, NotYours
from states.records import acts
from states.records.acts import Act
from states.records.classes import LearnerView
from states.rules.stages import Role

REASONS = ("identity", "correction", "complaint", "supervision")
MAY_LOOK = frozenset({Role.PROVIDER, Role.REVIEWER, Role.EXAMINER, Role.SUPERVISOR, Role.CENTRE})


@dataclass(frozen=True, slots=True)
class Seen:
    """What was shown: the only values of a page that are not masked."""

    name: str
    document_kind: str
    document_number: str
    phone: str
    email: str


def look(
    session: Session,
    learner: LearnerView,
    *,
    project_id: int,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Seen:
    """The whole values of a learner; the ledger keeps who saw them and why.

    Raises NotYours, BadInput(why="look_reason_unknown" | "person_is_forgotten").
    """
    if actor.role not in MAY_LOOK:
        raise NotYours
    if reason not in REASONS:
        raise BadInput(why="look_reason_unknown")
    if learner.forgotten:
        raise BadInput(why="person_is_forgotten")
    acts.note(
        session,
        acts.SHOWN,
        actor=actor,
        at=at,
        about=reference(learner.id),
        detail={"reason": reason},
        project_id=project_id,
    )
    return Seen(**{name: getattr(learner, name) for name in Seen.__slots__})


def looks_at(session: Session, enrolment_id: int, *, project_id: int) -> Sequence[Act]:
    """Who has looked at this learner's number so far, newest first."""
    return acts.latest(session, project_id=project_id, about=reference(enrolment_id))


def reference(enrolment_id: int) -> str:
    """How the ledger names a learner of a class."""
    return f"enrolment/{enrolment_id}"


def learner_of(learners: Sequence[LearnerView], enrolment_id: int) -> LearnerView:
    """One learner of a roster. Raises NotFound."""
    for learner in learners:
        if learner.id == enrolment_id:
            return learner
    raise NotFound
