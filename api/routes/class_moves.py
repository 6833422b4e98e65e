"""Moving a class to other rules, for programs: proposed by one, decided by another person (A02)."""

from fastapi import APIRouter, Response

from api import told
from api.desk import AtDesk
from api.once import Once
from api.routes.projects import Seen
from api.schemas.projects import OutcomeOut
from api.schemas.rules import ClassMoveDecisionIn, ClassMoveIn
from states.records import class_moves
from states.records.class_moves import Rules

router = APIRouter(prefix="/projects/{code}/classes/{no}/move", tags=["rules"])
_REFUSALS = told.problems(401, 403, 404, 409, 422)


@router.post("", response_model=OutcomeOut, responses=_REFUSALS)
def propose(
    desk: AtDesk, once: Once, *, code: str, no: int, asked: ClassMoveIn, moves: Seen = None
) -> Response:
    """Propose other rules for a class; they count once another person decides so."""
    rules = Rules(asked.regime, asked.standard, asked.bank)
    act = desk.act(code, seen_moves=moves)
    outcome = class_moves.propose(desk.session, no, rules, words=asked.text, act=act)
    return once.json(told.outcome(outcome))


@router.post("/decision", response_model=OutcomeOut, responses=_REFUSALS)
def decide(
    desk: AtDesk, once: Once, *, code: str, no: int, asked: ClassMoveDecisionIn, moves: Seen = None
) -> Response:
    """Another person moves the class, or declines with a reason."""
    act = desk.act(code, seen_moves=moves)
    outcome = class_moves.decide(desk.session, no, moved=asked.move, words=asked.text, act=act)
    return once.json(told.outcome(outcome))
