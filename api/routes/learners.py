"""Learners for programs: the whole values of one of them, for a reason, on record."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api import told
from api.desk import AtDesk
from states.records import looking
from states.records.classes import class_of, roster_of

router = APIRouter(prefix="/projects/{code}/classes/{no}/learners", tags=["classes"])


class LookIn(BaseModel):
    """Why the whole values are needed."""

    model_config = ConfigDict(extra="forbid")

    reason: Literal["identity", "correction", "complaint", "supervision"]


class SeenOut(BaseModel):
    """The whole values of a learner: the only answer of this API that holds them."""

    name: str
    document_kind: str
    document_number: str
    phone: str
    email: str


@router.post("/{enrolment_id}/look", responses=told.problems(401, 403, 404, 422))
def look(desk: AtDesk, *, code: str, no: int, enrolment_id: int, asked: LookIn) -> SeenOut:
    """See a learner's whole values. Who looked, when and why goes into the ledger."""
    project = desk.find(code)
    klass = class_of(desk.session, project.id, no)
    learner = looking.learner_of(roster_of(desk.session, klass.id), enrolment_id)
    seen = looking.look(
        desk.session,
        learner,
        project_id=project.id,
        reason=asked.reason,
        actor=desk.actor,
        at=desk.at,
    )
    return SeenOut(**{name: getattr(seen, name) for name in SeenOut.model_fields})
