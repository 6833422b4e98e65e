"""Retention for programs: periods, trial runs, and forgettings proposed, approved and stopped."""

from fastapi import APIRouter, Response
from sqlmodel import Session

from api import told
from api.deps import Db, Now, SignedIn
from api.desk import AtDesk
from api.once import Once
from api.schemas.keeping import (
    Day,
    ForgettingIn,
    ForgettingOut,
    KeepingOut,
    PeriodOut,
    StopIn,
    TrialRunOut,
)
from api.view import KEEPERS
from states.errors import NotYours
from states.records import forgetting, keeping_board
from states.rules.retention import the_retention
from states.rules.stages import Role

router = APIRouter(prefix="/keeping", tags=["personal data"])
_REFUSALS = told.problems(401, 403, 404, 409, 422)


@router.get("", responses=told.problems(401, 403))
def keeping(session: Db, me: SignedIn) -> KeepingOut:
    """How long what is kept, and what was forgotten so far; for the centre and the auditor."""
    _only_keepers(me.role)
    kept = the_retention()
    return KeepingOut(
        notice_days=kept.notice_days,
        periods=[
            PeriodOut(
                kind=kind,
                words=told.words("kept", kind),
                years=period.years,
                days=period.days,
                source=period.source,
            )
            for kind, period in kept.periods.items()
        ],
        forgettings=[_out(one) for one in keeping_board.forgettings(session)],
    )


@router.get("/trial", responses=told.problems(401, 403, 422))
def trial(session: Db, me: SignedIn, now: Now, *, on: Day) -> TrialRunOut:
    """What would be forgotten of what is due on a day, also one to come."""
    _only_keepers(me.role)
    return TrialRunOut(as_of=on, counts=forgetting.trial(session, on, at=now))


@router.post("/forgettings", status_code=201, response_model=ForgettingOut, responses=_REFUSALS)
def propose(desk: AtDesk, once: Once, asked: ForgettingIn) -> Response:
    """Propose a forgetting; another officer of the centre approves it."""
    made = forgetting.propose(desk.session, asked.as_of, asked.reason, actor=desk.actor, at=desk.at)
    return once.json(_one(desk.session, made), 201)


@router.post(
    "/forgettings/{forgetting_id}/approve", response_model=ForgettingOut, responses=_REFUSALS
)
def approve(desk: AtDesk, once: Once, *, forgetting_id: int) -> Response:
    """Approve what another person proposed; the notice begins."""
    forgetting.approve(desk.session, forgetting_id, actor=desk.actor, at=desk.at)
    return once.json(_one(desk.session, forgetting_id))


@router.post("/forgettings/{forgetting_id}/stop", response_model=ForgettingOut, responses=_REFUSALS)
def stop(desk: AtDesk, once: Once, asked: StopIn, *, forgetting_id: int) -> Response:
    """Call a forgetting off, up to the moment at which it is done."""
    forgetting.stop(desk.session, forgetting_id, asked.reason, actor=desk.actor, at=desk.at)
    return once.json(_one(desk.session, forgetting_id))


def _only_keepers(role: Role) -> None:
    if role not in KEEPERS:
        raise NotYours


def _one(session: Session, forgetting_id: int) -> ForgettingOut:
    found = keeping_board.forgettings(session)
    return _out(next(one for one in found if one.id == forgetting_id))


def _out(found: keeping_board.ForgettingView) -> ForgettingOut:
    return ForgettingOut(**{name: getattr(found, name) for name in ForgettingOut.model_fields})
