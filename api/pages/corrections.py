"""A settled score corrected by the examiner, and decided by a second person (C17, E49)."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from api import view
from api.deps import Lang
from api.desk import AtDesk
from api.once import Once, OnceOnly
from states.errors import BadInput
from states.records import corrections
from states.records.corrections import Marks
from states.rules.facts_of_returns import Result
from states.rules.words import Language, say
from templates.sheets.cells import as_tenths

router = APIRouter(prefix="/projects/{code}/classes/{no}")
Moves = Annotated[int, Form(ge=0)]
Mark = Annotated[str, Form(max_length=8)]


@router.post("/learners/{enrolment_id}/correction")
def register(  # noqa: PLR0913
    desk: AtDesk, lang: Lang, once: Once, *, code: str, no: int, enrolment_id: int, moves: Moves,
    result: Annotated[Result, Form()], theory: Mark = "", practice: Mark = "", total: Mark = "",
    reason: Annotated[str, Form(min_length=2, max_length=2000)],
) -> Response:  # fmt: skip
    """What the score should have been; it stands once another person confirms it."""
    marks = Marks(result, tenths(theory), tenths(practice), tenths(total))
    act = desk.act(code, seen_moves=moves)
    corrections.register(desk.session, no, enrolment_id, marks=marks, words=reason, act=act)
    return _done(once, "correction_registered", lang, code=code, no=no)


@router.post("/corrections/{correction_id}")
def decide(  # noqa: PLR0913
    desk: AtDesk, lang: Lang, once: Once, *, code: str, no: int, correction_id: int, moves: Moves,
    decision: Annotated[str, Form(pattern="^(confirm|decline)$")],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:  # fmt: skip
    """The second person lets it stand, or declines it with a reason."""
    confirm, act = decision == "confirm", desk.act(code, seen_moves=moves)
    corrections.decide(desk.session, no, correction_id, confirm=confirm, words=reason, act=act)
    said = "correction_confirmed" if confirm else "correction_declined"
    return _done(once, said, lang, code=code, no=no)


def tenths(text: str) -> int | None:
    """79.5 -> 795, nothing -> None. Raises BadInput(why="mark_unreadable")."""
    try:
        return as_tenths(text)
    except ValueError as error:
        raise BadInput(why="mark_unreadable") from error


def _done(once: OnceOnly, said: str, lang: Language, *, code: str, no: int) -> Response:
    href = f"/projects/{code}/classes/{no}#corrections"
    return view.flash(once.redirect(href), say("done", said, lang))
