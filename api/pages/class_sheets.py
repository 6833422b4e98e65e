"""The sheets of a class: prefilled to download, and handed in to be checked before anything else.

The check is a trial import (`api.trials`); its own page shows what was found and the way on.
"""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile

from api.auth import Signed
from api.deps import Db, Now, Settings, SignedIn
from api.desk import AtDesk, Desk
from api.once import Once
from api.pages.forms import download
from api.trials import TrialsHere, sheet_of
from states.errors import NotFound, NotYours
from states.records.class_board import ClassBoard, class_board
from states.records.classes import LearnerView
from states.rules.deadlines import shanghai_day
from states.rules.facts import Kind
from states.rules.identity import KIND_LABEL, DocumentKind
from states.rules.people import CATEGORY_WORD, LearnerCategory
from states.rules.stages import Channel
from templates.sheets.blanks import RETIREMENT_WORD, SEX_WORD, Enrolled, Examinee
from templates.sheets.blanks import blank_roster as roster_workbook
from templates.sheets.blanks import blank_scores as scores_workbook
from templates.sheets.samples import sample_roster, sample_scores

router = APIRouter(prefix="/projects/{code}/classes/{no}")


@router.post("/roster")
def upload_roster(
    desk: AtDesk, once: Once, *,
    trials: TrialsHere, code: str, no: int, file: Annotated[UploadFile, File()],
) -> Response:  # fmt: skip
    """Try a roster out: nothing is stored before somebody goes on."""
    sheet = sheet_of(desk, "roster", (code, no), file=file)
    return once.redirect(f"/uploads/{trials.hand_in(sheet, desk.actor).token}")


@router.post("/scores")
def upload_scores(
    desk: AtDesk, once: Once, *,
    trials: TrialsHere, code: str, no: int, file: Annotated[UploadFile, File()],
) -> Response:  # fmt: skip
    """Try a score sheet out: nothing is stored before somebody goes on."""
    sheet = sheet_of(desk, "scores", (code, no), file=file)
    return once.redirect(f"/uploads/{trials.hand_in(sheet, desk.actor).token}")


@router.get("/roster.xlsx")
def roster_blank(db: Db, now: Now, me: SignedIn, *, code: str, no: int) -> Response:
    """A roster to fill in; for who may correct it, with the learners that are enrolled."""
    board = class_board(db, me.actor, code, no=no, at=now)
    known = _enrolled(board) if board.may(me.actor, Kind.ROSTER_IMPORTED) else ()
    return download(roster_workbook(known), f"学员花名册-{code}-{no}班.xlsx")


@router.get("/sample-roster.xlsx")
def roster_sample(
    db: Db, now: Now, me: SignedIn, *, settings: Settings, code: str, no: int
) -> Response:
    """Sample mode: a roster as an office would send it, made for this class's opening day."""
    board = class_board(db, me.actor, code, no=no, at=now)
    if not settings.sample_mode:
        raise NotFound
    size = board.dossier.plan.class_size if board.dossier.plan else 20
    data = sample_roster(
        board.klass.opens_on,
        size,
        seed=board.klass.id,
        channel=Channel(board.project.channel),
        with_cases=True,
    )
    return download(data, f"示例花名册-{code}-{no}班.xlsx")


@router.get("/scores.xlsx")
def scores_blank(desk: AtDesk, me: SignedIn, code: str, *, no: int) -> Response:
    """The score sheet with the admitted learners filled in; their numbers are masked."""
    board = _check_role(desk, me, code, no=no, kind=Kind.SCORES_IMPORTED)
    data = scores_workbook(_examinees(board), bank=board.klass.bank)
    return download(data, f"考核成绩表-{code}-{no}班.xlsx")


@router.get("/sample-scores.xlsx")
def scores_sample(
    desk: AtDesk, me: SignedIn, settings: Settings, *, code: str, no: int
) -> Response:
    """Sample mode: the scores of an assessment held today."""
    board = _check_role(desk, me, code, no=no, kind=Kind.SCORES_IMPORTED)
    if not settings.sample_mode:
        raise NotFound
    day = max(shanghai_day(desk.at), board.facts.ended_on or board.klass.ends_on)
    examinees = list(_examinees(board))
    data = sample_scores(examinees, day, seed=board.klass.id, bank=board.klass.bank)
    return download(data, f"示例成绩表-{code}-{no}班.xlsx")


def _check_role(desk: Desk, me: Signed, code: str, *, no: int, kind: Kind) -> ClassBoard:
    """Before a workbook is read at all: is this person the one to send it? Raises NotYours."""
    board = class_board(desk.session, desk.actor, code, no=no, at=desk.at)
    if me.role not in board.rules[kind].who:
        raise NotYours
    return board


def _examinees(board: ClassBoard) -> Iterator[Examinee]:
    for one in board.learners:
        if one.verdict == "admitted":
            yield Examinee(one.name, one.document_number, one.exam_number or "", one.id)


def _enrolled(board: ClassBoard) -> Iterator[Enrolled]:
    return (_words_of(one) for one in board.learners)


def _words_of(one: LearnerView) -> Enrolled:
    return Enrolled(
        register=one.id,
        name=one.name,
        sex=SEX_WORD.get(one.sex, ""),
        document=KIND_LABEL[DocumentKind(one.document_kind)],
        number=one.document_number,
        birth=one.birth,
        hukou=one.hukou,
        category=CATEGORY_WORD[LearnerCategory(one.category)] if one.category else "",
        phone=one.phone,
        email=one.email,
        employer=one.employer,
        employer_uscc=one.employer_uscc,
        employer_email=one.employer_email,
        school=one.school,
        retirement=RETIREMENT_WORD.get(one.retirement, ""),
    )
