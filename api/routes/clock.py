"""The movable date of training copies, of sample mode and of rehearsals."""

from datetime import timedelta

from fastapi import APIRouter, Request

from api import surroundings, told
from api.deps import Db, Now, SignedIn, may_move_the_date, settings_of
from api.problems import OnlyInSampleMode
from api.schemas.operations import ClockOut, ClockStep
from states.records import clock, training

router = APIRouter(prefix="/clock", tags=["clock"])


@router.get("", responses=told.problems(401))
def look(session: Db, _: SignedIn, now: Now) -> ClockOut:
    """The office's time."""
    return ClockOut(now=now, virtual=clock.is_virtual(session))


@router.post("", responses=told.problems(401, 403, 422))
def move(request: Request, session: Db, me: SignedIn, *, step: ClockStep) -> ClockOut:
    """Move the date forward; what falls due in between is done by the flows."""
    surroundings.is_training(request.app.state, session)
    if not (settings_of(request).sample_mode or may_move_the_date(request, me.role)):
        raise OnlyInSampleMode
    before = clock.now(session)
    by = timedelta(days=step.days, hours=step.hours)
    now = clock.move(session, to=step.to, by=by)
    training.note_shift(session, before=before, to=now, actor=me.actor)
    return ClockOut(now=now, virtual=True)
