"""The page of one learner of a class: masked, with the verdict's reasons and who has looked."""

from typing import Annotated, get_args

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from api import view
from api.deps import Db, Lang, Now, SignedIn
from api.pages.class_words import ClassWords
from api.pages.classes import NAME_ROLES
from api.pages.correction_words import corrections_told
from api.pages.forms import new_key
from api.pages.return_words import scored
from states.records import looking
from states.records.class_board import ClassBoard, class_board
from states.records.looking import Seen, learner_of, looks_at
from states.rules.facts import Kind
from states.rules.facts_of_returns import Result
from states.rules.words import say
from templates.shapes import Option

router = APIRouter(prefix="/projects/{code}/classes/{no}/learners")


@router.get("/{enrolment_id}")
def page(  # noqa: PLR0913  what every page asks for
    request: Request, db: Db, now: Now, *, me: SignedIn, lang: Lang,
    code: str, no: int, enrolment_id: int,
) -> HTMLResponse:  # fmt: skip
    """The learner as everybody sees them."""
    board = class_board(db, me.actor, code, no=no, at=now)
    learner_of(board.learners, enrolment_id)
    return _page(request, db, board, me=me, lang=lang, enrolment_id=enrolment_id)


@router.post("/{enrolment_id}")
def look(  # noqa: PLR0913
    request: Request, db: Db, now: Now, *, me: SignedIn, lang: Lang,
    code: str, no: int, enrolment_id: int, reason: Annotated[str, Form(max_length=40)],
) -> HTMLResponse:  # fmt: skip
    """The same page with the whole values on it, this once: every look is on record."""
    board = class_board(db, me.actor, code, no=no, at=now)
    learner = learner_of(board.learners, enrolment_id)
    seen = looking.look(
        db, learner, project_id=board.project.id, reason=reason, actor=me.actor, at=now
    )
    return _page(request, db, board, me=me, lang=lang, enrolment_id=enrolment_id, seen=seen)


def _page(  # noqa: PLR0913
    request: Request, db: Db, board: ClassBoard, *, me: SignedIn, lang: Lang, enrolment_id: int,
    seen: Seen | None = None,
) -> HTMLResponse:  # fmt: skip
    words = ClassWords(board, lang, names=me.role in NAME_ROLES)
    (line,) = [line for line in words.learners if line.id == enrolment_id]
    corrections = corrections_told(db, board, me, lang=lang, enrolment_id=enrolment_id)
    return view.render(
        request,
        "learner",
        active="projects",
        board=board,
        words=words,
        line=line,
        person_href=f"/people/{learner_of(board.learners, enrolment_id).learner_id}",
        score=scored(line.result, learner_of(board.learners, enrolment_id).total, lang)
        if line.result
        else "",
        corrections=corrections,
        may_correct=board.may(me.actor, Kind.SCORE_CORRECTED)
        and board.facts.survey_closes_on is not None
        and not corrections.waits,
        results=[Option(value=one, label=say("result", one, lang)) for one in get_args(Result)],
        path=f"/projects/{board.project.code}/classes/{board.klass.no}",
        new_key=new_key,
        seen=seen,
        may_look=me.role in looking.MAY_LOOK,
        reasons=looking.REASONS,
        looks=looks_at(db, enrolment_id, project_id=board.project.id),
    )
