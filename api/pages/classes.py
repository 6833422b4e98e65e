"""The page of a class: who learns, by which rules, with what result, and what they said."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import HTMLResponse

from api import view
from api.auth import Signed
from api.deps import Db, Lang, Now, Settings, SignedIn
from api.desk import AtDesk, Desk, Taken, workbook_of
from api.once import Once, OnceOnly
from api.pages.class_words import ClassWords
from api.pages.forms import PDF, download, new_key, report_notes, sheet_report
from states.errors import BadInput, NotFound, NotYours
from states.records import enrolments, surveys
from states.records.class_board import ClassBoard, class_board
from states.rules.deadlines import shanghai_day
from states.rules.facts import ClassEnded, Kind, ScoresConfirmed, TrainingRegistered
from states.rules.identity import mask_name
from states.rules.stages import Channel, Role
from states.rules.words import Language, say
from templates.papers.handout import HandoutPaper, Slip, handout
from templates.shapes import Tone
from templates.sheets.blanks import Examinee, blank_roster, blank_scores
from templates.sheets.roster import ROSTER_COLUMNS
from templates.sheets.samples import sample_roster, sample_scores
from templates.sheets.scores import SCORE_COLUMNS

router = APIRouter(prefix="/projects/{code}/classes/{no}")
DISTRICT_ROLES = frozenset({Role.REVIEWER, Role.EXAMINER})
NAME_ROLES = DISTRICT_ROLES | {Role.PROVIDER}
"""Who works with the learners of a class and needs their names; all others see them masked."""

Moves = Annotated[int, Form(ge=0)]


@router.get("")
def class_page(  # what every page asks for  # noqa: PLR0913
    request: Request, db: Db, now: Now, *, me: SignedIn, lang: Lang, settings: Settings,
    code: str, no: int,
) -> HTMLResponse:  # fmt: skip
    """The page of one class."""
    board = class_board(db, me.actor, code, no=no, at=now)
    return view.render(
        request,
        "class",
        active="projects",
        board=board,
        words=ClassWords(board, lang, names=me.role in NAME_ROLES),
        may={kind.value: board.may(me.actor, kind) for kind in Kind},
        today=shanghai_day(now),
        own_scores=board.facts.scores_by == me.actor.person_id,
        roster_report=sheet_report(board.roster_report, lang),
        roster_notes=report_notes(board.roster_report, lang),
        scores_report=sheet_report(board.scores_report, lang),
        scores_notes=report_notes(board.scores_report, lang),
        roster_columns=ROSTER_COLUMNS.spellings,
        score_columns=SCORE_COLUMNS.spellings,
        in_district=me.role in DISTRICT_ROLES,
        sample=settings.sample_mode,
        path=_path(code, no),
        new_key=new_key,
    )


@router.post("/roster")
def upload_roster(  # noqa: PLR0913
    desk: AtDesk, me: SignedIn, lang: Lang, *, once: Once,
    code: str, no: int, file: Annotated[UploadFile, File()], moves: Moves,
) -> Response:  # fmt: skip
    """Read a roster: its good rows are enrolled, the others stand in the report."""
    _check_role(desk, me, code, no=no, kind=Kind.ROSTER_IMPORTED)
    taken = desk.take_roster(code, no, workbook_of(file), seen_moves=moves)
    return _taken(once, taken, lang, href=f"{_path(code, no)}#roster")


@router.post("/scores")
def upload_scores(  # noqa: PLR0913
    desk: AtDesk, me: SignedIn, lang: Lang, *, once: Once,
    code: str, no: int, file: Annotated[UploadFile, File()], moves: Moves,
) -> Response:  # fmt: skip
    """Read a score sheet: its good rows are registered, the others stand in the report."""
    _check_role(desk, me, code, no=no, kind=Kind.SCORES_IMPORTED)
    taken = desk.take_scores(code, no, workbook_of(file), seen_moves=moves)
    return _taken(once, taken, lang, href=f"{_path(code, no)}#scores")


@router.post("/scores/confirm")
def confirm_scores(
    desk: AtDesk, lang: Lang, once: Once, *, code: str, no: int, moves: Moves
) -> Response:
    """A second person of the district confirms what was registered (C17)."""
    desk.record(code, ScoresConfirmed(class_no=no), seen_moves=moves)
    return _done(once, "scores_confirmed", lang, href=f"{_path(code, no)}#scores")


@router.post("/admissions/{enrolment_id}")
def decide_admission(  # noqa: PLR0913
    desk: AtDesk, lang: Lang, once: Once, *, code: str, no: int, enrolment_id: int, moves: Moves,
    decision: Annotated[str, Form(pattern="^(admit|refuse)$")],
    reason: Annotated[str, Form(min_length=2, max_length=2000)],
) -> Response:  # fmt: skip
    """The district decides a learner whom the rules leave to a person (A06)."""
    enrolments.decide_admission(
        desk.session, project_id=desk.find(code).id, enrolment_id=enrolment_id,
        admit=decision == "admit", text=reason, actor=desk.actor, at=desk.at,
        settle=desk.settle, seen_moves=moves,
    )  # fmt: skip
    return _done(once, "admission_decided", lang, href=f"{_path(code, no)}#roster")


@router.post("/registration")
def register(  # noqa: PLR0913
    desk: AtDesk, lang: Lang, once: Once, *, code: str, no: int, moves: Moves,
    number: Annotated[str, Form(min_length=1, max_length=120)],
    registered_on: Annotated[date, Form()],
) -> Response:  # fmt: skip
    """The class's number in the city's training information system (C14)."""
    fact = TrainingRegistered(class_no=no, number=number, registered_on=registered_on)
    desk.record(code, fact, seen_moves=moves)
    return _done(once, "registered", lang, href=f"{_path(code, no)}#held")


@router.post("/end")
def end_class(  # noqa: PLR0913
    desk: AtDesk, lang: Lang, once: Once,
    *, code: str, no: int, moves: Moves, ended_on: Annotated[date, Form()],
    delivered: Annotated[str, Form(max_length=8)], online: Annotated[str, Form(max_length=8)],
) -> Response:  # fmt: skip
    """What was held: hours in steps of a half (C02-C04)."""
    fact = ClassEnded(
        class_no=no,
        ended_on=ended_on,
        delivered_half_hours=half_hours(delivered),
        online_half_hours=half_hours(online),
    )
    desk.record(code, fact, seen_moves=moves)
    return _done(once, "class_ended", lang, href=f"{_path(code, no)}#held")


@router.get("/roster.xlsx")
def roster_blank(db: Db, now: Now, me: SignedIn, *, code: str, no: int) -> Response:
    """An empty roster to fill in."""
    class_board(db, me.actor, code, no=no, at=now)
    return download(blank_roster(), f"学员花名册-{code}-{no}班.xlsx")


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
    """The score sheet with the learners filled in; numbers whole, so examiners only."""
    board = _check_role(desk, me, code, no=no, kind=Kind.SCORES_IMPORTED)
    return download(
        blank_scores(_examinees(board), bank=board.klass.bank), f"考核成绩表-{code}-{no}班.xlsx"
    )


@router.get("/sample-scores.xlsx")
def scores_sample(
    desk: AtDesk, me: SignedIn, settings: Settings, *, code: str, no: int
) -> Response:
    """Sample mode: the scores of an assessment held today."""
    board = _check_role(desk, me, code, no=no, kind=Kind.SCORES_IMPORTED)
    if not settings.sample_mode:
        raise NotFound
    day = max(shanghai_day(desk.at), board.facts.ended_on or board.klass.ends_on)
    data = sample_scores(_examinees(board), day, seed=board.klass.id, bank=board.klass.bank)
    return download(data, f"示例成绩表-{code}-{no}班.xlsx")


@router.get("/handout.pdf")
def survey_handout(
    db: Db, now: Now, me: SignedIn, *, settings: Settings, code: str, no: int
) -> Response:
    """One slip with a QR code for everybody without a mail address; for the district."""
    board = class_board(db, me.actor, code, no=no, at=now)
    if me.role not in DISTRICT_ROLES:
        raise NotYours
    links = surveys.links_for_handout(db, board.klass.id)
    if not links:
        raise NotFound
    paper = HandoutPaper(
        class_name=f"{board.project.title} {no}班",
        provider=board.provider.zh,
        closes=links[0].closes_on,
        slips=[
            Slip(link.place, mask_name(link.name), f"{settings.base_url}/survey/{link.token}")
            for link in links
        ],
        sample=settings.sample_mode,
    )
    return download(handout(paper), f"测评链接-{code}-{no}班.pdf", PDF, inline=True)


def half_hours(text: str) -> int:
    """20 -> 40, 19.5 -> 39. Raises BadInput for anything finer than a half."""
    whole, _, part = text.strip().partition(".")
    if not whole.isdecimal() or part.rstrip("0") not in ("", "5"):
        raise BadInput(why="hours_are_halves", text=text)
    return int(whole) * 2 + (part.rstrip("0") == "5")


def _check_role(desk: Desk, me: Signed, code: str, *, no: int, kind: Kind) -> ClassBoard:
    """Before a workbook is read at all: is this person the one to send it? Raises NotYours."""
    board = class_board(desk.session, desk.actor, code, no=no, at=desk.at)
    if me.role not in board.rules[kind].who:
        raise NotYours
    return board


def _examinees(board: ClassBoard) -> list[Examinee]:
    return [
        Examinee(learner.name, learner.document_number, learner.exam_number or "")
        for learner in board.learners
        if learner.verdict == "admitted"
    ]


def _taken(once: OnceOnly, taken: Taken, lang: Language, *, href: str) -> Response:
    code = "workbook_taken" if taken.imported else "workbook_refused"
    counts = {"accepted": taken.accepted, "rows": taken.rows}
    tone: Tone = "success" if taken.imported else "warning"
    return view.flash(once.redirect(href), say("done", code, lang, **counts), tone)


def _done(once: OnceOnly, code: str, lang: Language, *, href: str) -> Response:
    return view.flash(once.redirect(href), say("done", code, lang))


def _path(code: str, no: int) -> str:
    return f"/projects/{code}/classes/{no}"
