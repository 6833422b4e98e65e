"""Checks of a class: recorded by the district, answered by the provider, looked at again (C13)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from api import view
from api.deps import Lang
from api.desk import AtDesk
from api.once import Once
from api.pages.forms import new_key
from api.pages.sent import AVisit, SentForm
from states.errors import BadInput, NotYours
from states.records import inspections
from states.records.class_board import class_board
from states.records.inspections import Check, Found, usual_day
from states.rules.facts import Kind
from states.rules.identity import mask_number
from states.rules.law import the_law
from states.rules.supervision import Manner
from states.rules.words import say
from templates.shapes import Option

router = APIRouter(prefix="/projects/{code}/classes/{no}")
ROWS = 4
"""How many faults the form has room for; the API takes more."""

Moves = Annotated[int, Form(ge=0)]
Words = Annotated[str, Form(max_length=2000)]
Number = Annotated[str, Form(pattern=r"^\d{0,18}$")]


@router.get("/checks/new")
def check_form(  # noqa: PLR0913  what a draw hands over
    visit: AVisit, code: str, no: int, *, pick: str = "", learner: str = "",
    manner: str = "", campaign: str = "",
) -> HTMLResponse:  # fmt: skip
    """The form; a draw fills in who was drawn and how to look."""
    board = class_board(visit.db, visit.me.actor, code, no=no, at=visit.now)
    if not board.may(visit.me.actor, Kind.CHECK_RECORDED):
        raise NotYours
    rule = the_law().regimes[board.klass.regime].supervision
    return view.render(
        visit.request,
        "check_form",
        active="supervision",
        board=board,
        path=f"/projects/{code}/classes/{no}",
        manners=manners(visit.lang),
        manner=manner if manner in set(Manner) else "",
        faults=[Option(value=one, label=say("fault", one, visit.lang)) for one in rule.faults],
        learners=[
            Option(value=str(one.id), label=f"{one.name} {mask_number(one.document_number)}")
            for one in board.learners
            if one.verdict == "admitted"
        ],
        learner=learner,
        pick=pick,
        campaign=campaign,
        today=visit.today,
        due_on=usual_day(visit.today, rule),
        usual_days=rule.rectify_working_days,
        rows=range(ROWS),
        new_key=new_key,
    )


@router.post("/checks")
def record_check(  # noqa: PLR0913  what a check says
    desk: AtDesk, lang: Lang, once: Once, *, code: str, no: int, moves: Moves, sent: SentForm,
    manner: Annotated[Manner, Form()], checked_on: Annotated[date, Form()], note: Words = "",
    learner: Number = "", pick: Number = "", campaign: Number = "",
) -> Response:  # fmt: skip
    """Write the check down; rows without a kind of fault are left out."""
    check = Check(
        class_no=no, manner=manner, checked_on=checked_on, note=note, found=tuple(_found(sent)),
        enrolment_id=int(learner) if learner else None, pick_id=int(pick) if pick else None,
    )  # fmt: skip
    inspections.record_check(desk.session, check, desk.act(code, seen_moves=moves))
    said = "check_found" if check.found else "check_fine"
    href = f"/supervision/campaigns/{campaign}" if campaign else _checks(code, no)
    words = say("done", said, lang, faults=len(check.found))
    return view.flash(once.redirect(href), words)


@router.post("/faults/{fault_id}/rectification")
def rectify(  # noqa: PLR0913  the place and the words
    desk: AtDesk, lang: Lang, once: Once, *, code: str, no: int, fault_id: int, moves: Moves,
    words: Words,
) -> Response:  # fmt: skip
    """The provider says how a fault was put right (整改)."""
    act = desk.act(code, seen_moves=moves)
    inspections.report_rectification(desk.session, fault_id, words, act=act)
    return view.flash(once.redirect(_checks(code, no)), say("done", "rectification_reported", lang))


@router.post("/faults/{fault_id}/recheck")
def recheck(  # noqa: PLR0913  the place and the verdict
    desk: AtDesk, lang: Lang, once: Once, *, code: str, no: int, fault_id: int, moves: Moves,
    decision: Annotated[str, Form(pattern="^(cross_off|send_again)$")], words: Words = "",
    due_on: Annotated[str, Form(max_length=10)] = "",
) -> Response:  # fmt: skip
    """The district looked again (复查): crossed off (销号), or back with a new day."""
    accepted = decision == "cross_off"
    inspections.recheck(
        desk.session, fault_id, accepted=accepted, words=words, due_on=_day(due_on),
        act=desk.act(code, seen_moves=moves),
    )  # fmt: skip
    said = "crossed_off" if accepted else "sent_again"
    return view.flash(once.redirect(_checks(code, no)), say("done", said, lang))


def manners(lang: Lang) -> list[Option]:
    return [Option(value=one, label=say("manner", one, lang)) for one in Manner]


def _found(sent: FormData) -> Iterator[Found]:
    for row in range(ROWS):
        if code := str(sent.get(f"fault_{row}", "")):
            words = str(sent.get(f"words_{row}", ""))[:2000]
            due_on = _day(str(sent.get(f"due_{row}", "")))
            yield Found(code, words, due_on, urges_suspension=f"urges_{row}" in sent)


def _day(text: str) -> date | None:
    """A day of a form, or None for an empty field. Raises BadInput."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput(why="day_unreadable") from error


def _checks(code: str, no: int) -> str:
    return f"/projects/{code}/classes/{no}#checks"
