"""Classes for programs: openings, rosters and scores. Ends and confirmations are simple facts."""

from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile

from api import told
from api.deps import Db, Now, SignedIn
from api.desk import AtDesk, Taken, workbook_of
from api.once import Once, OnceOnly
from api.routes.projects import Seen
from api.schemas import ClassOut, LearnerOut, Opening, OutcomeOut, UploadOut
from states.errors import NotFound
from states.records import dossiers
from states.records.classes import LearnerView, roster_of
from states.rules.deadlines import shanghai_day
from states.rules.identity import mask_number

router = APIRouter(prefix="/projects/{code}/classes", tags=["classes"])
Sheet = Annotated[UploadFile, File(description="A workbook: .xlsx, .xls, .ods or .csv.")]
_REFUSALS = told.problems(401, 403, 404, 409, 422)


@router.post("", response_model=OutcomeOut, responses=_REFUSALS)
def open_class(
    desk: AtDesk, once: Once, *, code: str, opening: Opening, moves: Seen = None
) -> Response:
    """File the opening of a class; its regime, standard and bank are pinned now (C45, C46)."""
    outcome = desk.open_class(
        code, opening.class_no, opening.opens_on, ends_on=opening.ends_on, seen_moves=moves
    )
    return once.json(told.outcome(outcome))


@router.get("/{no}", responses=told.problems(401, 404))
def look(session: Db, me: SignedIn, now: Now, *, code: str, no: int) -> ClassOut:
    """A class with its pinned rules and its learners."""
    file = dossiers.read(session, me.actor, code, at=now, today=shanghai_day(now))
    facts = file.dossier.classes.get(no)
    if facts is None:
        raise NotFound
    learners = [_learner(one) for one in roster_of(session, facts.id)]
    return ClassOut(**told.klass(facts).model_dump(), learners=learners)


@router.post("/{no}/roster", response_model=UploadOut, responses=_REFUSALS)
def roster(
    desk: AtDesk, once: Once, *, code: str, no: int, file: Sheet, moves: Seen = None
) -> Response:
    """Import 学员花名册; rows that may not learn are refused one by one, each with its reason."""
    taken = desk.take_roster(code, no, workbook_of(file), seen_moves=moves)
    return _answer(once, taken)


@router.post("/{no}/scores", response_model=UploadOut, responses=_REFUSALS)
def scores(
    desk: AtDesk, once: Once, *, code: str, no: int, file: Sheet, moves: Seen = None
) -> Response:
    """Import 考核成绩表; the newest sheet of a class stands."""
    return _answer(once, desk.take_scores(code, no, workbook_of(file), seen_moves=moves))


def _answer(once: OnceOnly, taken: Taken) -> Response:
    """Without a single good row nothing was imported: the report says why (422)."""
    return once.json(told.upload(taken), 200 if taken.imported else 422)


def _learner(one: LearnerView) -> LearnerOut:
    return LearnerOut(
        enrolment_id=one.id,
        sheet_row=one.sheet_row,
        name=one.name,
        document=mask_number(one.document_number),
        category=one.category,
        verdict=one.verdict,
        result=one.result,
    )
