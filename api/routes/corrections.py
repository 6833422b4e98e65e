"""Corrected scores for programs: registered by the examiner, decided by a second person (E49)."""

from fastapi import APIRouter, Response

from api import told
from api.deps import Db, SignedIn
from api.desk import AtDesk
from api.once import Once
from api.routes.projects import Seen
from api.schemas.corrections import CorrectionIn, CorrectionOut, DecisionIn
from api.schemas.projects import OutcomeOut
from states.records import corrections, scope
from states.records.classes import class_of
from states.records.corrections import CorrectionView, Marks

router = APIRouter(prefix="/projects/{code}/classes/{no}/corrections", tags=["classes"])
_REFUSALS = told.problems(401, 403, 404, 409, 422)


@router.get("", responses=told.problems(401, 404))
def list_corrections(session: Db, me: SignedIn, *, code: str, no: int) -> list[CorrectionOut]:
    """The corrected scores of a class, the oldest first."""
    klass = class_of(session, scope.find(session, me.actor, code).id, no)
    return [_told(one) for one in corrections.of_class(session, klass.id)]


@router.post("", response_model=OutcomeOut, responses=_REFUSALS)
def register(
    desk: AtDesk, once: Once, *, code: str, no: int, asked: CorrectionIn, moves: Seen = None
) -> Response:
    """What the score of a learner should have been; it stands once it is confirmed."""
    marks = Marks(asked.result, asked.theory, asked.practice, asked.total)
    outcome = corrections.register(
        desk.session, no, asked.enrolment_id, marks=marks, words=asked.text,
        act=desk.act(code, seen_moves=moves),
    )  # fmt: skip
    return once.json(told.outcome(outcome))


@router.post("/{correction_id}", response_model=OutcomeOut, responses=_REFUSALS)
def decide(  # noqa: PLR0913
    desk: AtDesk, once: Once, *, code: str, no: int, correction_id: int, asked: DecisionIn,
    moves: Seen = None,
) -> Response:  # fmt: skip
    """Another person confirms the correction, or declines it with a reason."""
    act = desk.act(code, seen_moves=moves)
    outcome = corrections.decide(
        desk.session, no, correction_id, confirm=asked.confirm, words=asked.text, act=act
    )
    return once.json(told.outcome(outcome))


def _told(one: CorrectionView) -> CorrectionOut:
    return CorrectionOut(**{name: getattr(one, name) for name in CorrectionOut.model_fields})
