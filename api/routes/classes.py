"""Classes for programs: openings and workbooks. Ends and confirmations are simple facts."""

from typing import Annotated

from fastapi import APIRouter, File, Query, Response, UploadFile

from api import told, told_uploads
from api.deps import Db, Now, SignedIn
from api.desk import AtDesk, Desk, Taken, workbook_of
from api.desk_teaching import take_attendance, take_timetable
from api.once import Once, OnceOnly
from api.routes.projects import Seen
from api.schemas.classes import ClassOut, LearnerOut, Opening, UploadOut
from api.schemas.projects import OutcomeOut
from api.schemas.uploads import TrialOut
from api.trials import Trials, TrialsHere, sheet_of
from states.errors import NotFound
from states.records import dossiers, uploads
from states.records.classes import LearnerView, roster_of
from states.rules.deadlines import shanghai_day
from states.rules.identity import mask_number

router = APIRouter(prefix="/projects/{code}/classes", tags=["classes"])
Sheet = Annotated[UploadFile, File(description="A workbook: .xlsx, .xls, .ods or .csv.")]
Trial = Annotated[
    bool, Query(description="Only try: nothing is stored, the answer has the findings.")
]
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
    return ClassOut(**told.klass(facts, file.dossier.today).model_dump(), learners=learners)


@router.post("/{no}/roster", response_model=TrialOut | UploadOut, responses=_REFUSALS)
def roster(  # noqa: PLR0913
    desk: AtDesk, once: Once, *, trials: TrialsHere,
    code: str, no: int, file: Sheet, moves: Seen = None, trial: Trial = False,
) -> Response:  # fmt: skip
    """Import 学员花名册; rows that may not learn are refused one by one, each with its reason."""
    if trial:
        return once.json(_tried(desk, trials, "roster", at=(code, no), file=file))
    taken = desk.take_roster(code, no, workbook_of(file), seen_moves=moves)
    return _answer(once, taken)


@router.post("/{no}/scores", response_model=TrialOut | UploadOut, responses=_REFUSALS)
def scores(  # noqa: PLR0913
    desk: AtDesk, once: Once, *, trials: TrialsHere,
    code: str, no: int, file: Sheet, moves: Seen = None, trial: Trial = False,
) -> Response:  # fmt: skip
    """Import 考核成绩表; the newest sheet of a class stands."""
    if trial:
        return once.json(_tried(desk, trials, "scores", at=(code, no), file=file))
    return _answer(once, desk.take_scores(code, no, workbook_of(file), seen_moves=moves))


@router.post("/{no}/timetable", response_model=TrialOut | UploadOut, responses=_REFUSALS)
def timetable(  # noqa: PLR0913
    desk: AtDesk, once: Once, *, trials: TrialsHere,
    code: str, no: int, file: Sheet, moves: Seen = None, trial: Trial = False,
) -> Response:  # fmt: skip
    """File 课程表; it supersedes the earlier one whole."""
    if trial:
        return once.json(_tried(desk, trials, "timetable", at=(code, no), file=file))
    return _answer(once, take_timetable(desk, code, no, workbook_of(file), seen_moves=moves))


@router.post("/{no}/attendance", response_model=TrialOut | UploadOut, responses=_REFUSALS)
def attendance(  # noqa: PLR0913
    desk: AtDesk, once: Once, *, trials: TrialsHere,
    code: str, no: int, file: Sheet, moves: Seen = None, trial: Trial = False,
) -> Response:  # fmt: skip
    """Record 考勤表: new marks are added; another value than before is a correction."""
    if trial:
        return once.json(_tried(desk, trials, "attendance", at=(code, no), file=file))
    return _answer(once, take_attendance(desk, code, no, workbook_of(file), seen_moves=moves))


def _tried(
    desk: Desk, trials: Trials, kind: str, *, at: tuple[str, int], file: UploadFile
) -> TrialOut:
    """The very import, rolled back. Raises NotFound, NotYours."""
    handed_in = trials.hand_in(sheet_of(desk, kind, at, file=file), desk.actor, to_the_end=True)
    return told_uploads.trial(uploads.find(desk.session, desk.actor, handed_in.token))


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
