"""The movable date of sample mode and rehearsals."""

from datetime import timedelta

from fastapi import APIRouter

from api import told
from api.deps import Db, Now, Settings, SignedIn
from api.problems import OnlyInSampleMode
from api.schemas.operations import ClockOut, ClockStep
from states.records import clock

router = APIRouter(prefix="/clock", tags=["clock"])


@router.get("", responses=told.problems(401))
def look(session: Db, _: SignedIn, now: Now) -> ClockOut:
    """The office's time."""
    return ClockOut(now=now, virtual=clock.is_virtual(session))


@router.post("", responses=told.problems(401, 403, 422))
def move(session: Db, settings: Settings, _: SignedIn, step: ClockStep) -> ClockOut:
    """Move the date forward; what falls due in between is done by the flows."""
    if not settings.sample_mode:
        raise OnlyInSampleMode
    by = timedelta(days=step.days, hours=step.hours)
    return ClockOut(now=clock.move(session, to=step.to, by=by), virtual=True)
