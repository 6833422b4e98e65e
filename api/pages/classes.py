"""The page of a class: who learns, by which rules, with what result, and what they said."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse

from api import view
from api.deps import Db, Lang, Now, Settings, SignedIn
from api.desk import AtDesk
from api.once import Once, OnceOnly
from api.pages.check_words import checks_on
from api.pages.class_words import ClassWords
from api.pages.correction_words import corrections_told
from api.pages.file_words import list_of
from api.pages.filing_words import filing_line
from api.pages.forms import PDF, download, new_key, report_notes, sheet_report
from api.pages.learner_words import LearnerPage
from api.pages.move_words import move_words
from api.pages.teaching_words import teaching_words
from states.errors import BadInput, NotFound, NotYours
from states.records import acquaintances, enrolments, invitations, surveys, uploads
from states.records.attachments import of_project
from states.records.class_board import class_board
from states.records.filings import filing_of
from states.records.invitations import HandoutLink
from states.records.uploads import Pointer
from states.rules.deadlines import shanghai_day
from states.rules.facts import ClassEnded, Kind, ScoresConfirmed, TrainingRegistered
from states.rules.identity import mask_name
from states.rules.stages import Role
from states.rules.words import Language, say
from templates.papers.handout import HandoutPaper, Slip, handout
from templates.sheets.roster import ROSTER_COLUMNS
from templates.sheets.scores import SCORE_COLUMNS

router = APIRouter(prefix="/projects/{code}/classes/{no}")
DISTRICT_ROLES = frozenset({Role.REVIEWER, Role.EXAMINER})
NAME_ROLES = DISTRICT_ROLES | {Role.PROVIDER, Role.SUPERVISOR}
"""Who works with the learners of a class and needs their names; all others see them masked."""

Moves = Annotated[int, Form(ge=0)]


@router.get("")
def class_page(  # what every page asks for  # noqa: PLR0913
    request: Request, db: Db, now: Now, *, me: SignedIn, lang: Lang, settings: Settings,
    code: str, no: int, learners: Annotated[int, Query(ge=1)] = 1,
) -> HTMLResponse:  # fmt: skip
    """The page of one class. `learners` is the page of its learners."""
    board = class_board(db, me.actor, code, no=no, at=now)
    handed_in = uploads.newest(db, me.actor, board.klass.id)
    alike = acquaintances.alike(db, board.klass) if me.role in DISTRICT_ROLES else ()
    words = ClassWords(board, lang, names=me.role in NAME_ROLES, alike=alike)
    return view.render(
        request,
        "class",
        active="projects",
        board=board,
        words=words,
        learners=LearnerPage.of(words.learners, learners),
        taught=teaching_words(
            db, board, lang, names=me.role in NAME_ROLES, marked=partial(marked_href, handed_in)
        ),
        checks=checks_on(db, board, me, words=words, today=shanghai_day(now), lang=lang),
        may={kind.value: board.may(me.actor, kind) for kind in Kind},
        today=shanghai_day(now),
        corrections=corrections_told(db, board, me, lang=lang),
        move=move_words(board, me, lang),
        own_scores=board.facts.scores_by == me.actor.person_id,
        roster_report=sheet_report(
            board.roster_report, lang, corrected_href=marked_href(handed_in, "roster")
        ),
        roster_notes=report_notes(board.roster_report, lang),
        scores_report=sheet_report(
            board.scores_report, lang, corrected_href=marked_href(handed_in, "scores")
        ),
        scores_notes=report_notes(board.scores_report, lang),
        on_trial={kind: one for kind, one in handed_in.items() if one.state != "imported"},
        roster_columns=ROSTER_COLUMNS.spellings,
        score_columns=SCORE_COLUMNS.spellings,
        filing_line=filing_line(board, me, lang, filing=filing_of(db, board.klass.id)),
        file_list=list_of(
            of_project(db, board.project.id), me, lang, code=code, class_no=board.klass.no
        ),
        in_district=me.role in DISTRICT_ROLES,
        comments=surveys.comments_of(db, board.klass.id) if me.role in DISTRICT_ROLES else {},
        sample=settings.sample_mode,
        path=_path(code, no),
        new_key=new_key,
    )


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
    return _done(once, "registered", lang, href=f"{_path(code, no)}#filing")


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


@router.get("/handout.pdf")
def survey_handout(
    db: Db, now: Now, me: SignedIn, *, settings: Settings, code: str, no: int
) -> Response:
    """One slip with a QR code for everybody without a mail address; for the district."""
    board = class_board(db, me.actor, code, no=no, at=now)
    if me.role not in DISTRICT_ROLES:
        raise NotYours
    links = invitations.links_for_handout(db, board.klass.id)
    if not links:
        raise NotFound
    paper = HandoutPaper(
        class_name=f"{board.project.title} {no}班",
        provider=board.provider.zh,
        closes=links[0].closes_on,
        slips=[
            Slip(link.place, _on_slip(link), f"{settings.base_url}/survey/{link.token}")
            for link in links
        ],
        sample=settings.sample_mode,
    )
    return download(handout(paper), f"测评链接-{code}-{no}班.pdf", PDF, inline=True)


def _on_slip(link: HandoutLink) -> str:
    """A learner is known by place and part of the name; a firm is nobody's secret."""
    return mask_name(link.name) if link.place else link.name


def half_hours(text: str) -> int:
    """20 -> 40, 19.5 -> 39. Raises BadInput for anything finer than a half."""
    whole, _, part = text.strip().partition(".")
    if not whole.isdecimal() or part.rstrip("0") not in ("", "5"):
        raise BadInput(why="hours_are_halves", text=text)
    return int(whole) * 2 + (part.rstrip("0") == "5")


def marked_href(handed_in: Mapping[str, Pointer], kind: str) -> str:
    """Where the last imported workbook is handed back with its findings, while it is kept."""
    pointer = handed_in.get(kind)
    if pointer is None or pointer.state != "imported":
        return ""
    return f"/uploads/{pointer.token}/marked.xlsx"


def _done(once: OnceOnly, code: str, lang: Language, *, href: str) -> Response:
    return view.flash(once.redirect(href), say("done", code, lang))


def _path(code: str, no: int) -> str:
    return f"/projects/{code}/classes/{no}"
