"""The teaching of a class for programs: timetable, attendance, hours."""

from dataclasses import asdict

from fastapi import APIRouter
from sqlmodel import Session

from api import told
from api.deps import Db, SignedIn
from api.schemas.teaching import (
    CorrectionOut,
    HoursOut,
    LearnerHoursOut,
    MarkOut,
    TaughtSessionOut,
    TeachingOut,
    ValueOut,
)
from states.records import scope
from states.records.classes import ClassView, class_of
from states.records.teaching_board import (
    Correction,
    Taught,
    corrections_of,
    suspicions,
    teaching_of,
)

router = APIRouter(prefix="/projects/{code}/classes", tags=["classes"])


@router.get("/{no}/teaching", responses=told.problems(401, 404))
def look(session: Db, me: SignedIn, *, code: str, no: int) -> TeachingOut:
    """What was planned, what was held, and who was there; learners by their enrolment."""
    project = scope.find(session, me.actor, code)
    return _told(session, class_of(session, project.id, no))


def _told(session: Session, klass: ClassView) -> TeachingOut:
    taught = teaching_of(session, klass.id)
    return TeachingOut(
        planned=HoursOut.model_validate(taught.planned),
        delivered=HoursOut.model_validate(taught.delivered),
        sessions=_sessions(taught),
        learners=_learners(taught),
        marks=[
            MarkOut(session_id=one.session_id, enrolment_id=one.learner_id, **asdict(one.value))
            for one in taught.recorded
        ],
        corrections=[_correction(one) for one in corrections_of(session, klass.id)],
        suspicions=[told.note(found) for found in suspicions(klass, taught)],
    )


def _sessions(taught: Taught) -> list[TaughtSessionOut]:
    held = taught.held
    return [
        TaughtSessionOut(id=one.id, held=one.id in held, **asdict(one.session))
        for one in taught.sessions
    ]


def _learners(taught: Taught) -> list[LearnerHoursOut]:
    known = sorted({one.learner_id for one in taught.recorded})
    return [
        LearnerHoursOut(
            enrolment_id=one,
            sessions=had.there,
            half_hours=had.half_hours,
            online_half_hours=had.online_half_hours,
        )
        for one in known
        for had in [taught.hours_of(one)]
    ]


def _correction(one: Correction) -> CorrectionOut:
    return CorrectionOut(
        held_on=one.session.held_on,
        starts=one.session.starts,
        enrolment_id=one.enrolment_id,
        old=ValueOut.model_validate(one.old),
        new=ValueOut.model_validate(one.new),
        at=one.at,
    )
