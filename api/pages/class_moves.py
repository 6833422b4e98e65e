"""A class is moved to other rules: proposed with a reason, decided by another person (A02)."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from api import view
from api.deps import Lang
from api.desk import AtDesk
from api.once import Once, OnceOnly
from states.records import class_moves
from states.records.class_moves import Rules
from states.rules.words import Language, say

router = APIRouter(prefix="/projects/{code}/classes/{no}/move")
Moves = Annotated[int, Form(ge=0)]
Key = Annotated[str, Form(max_length=40)]
Reason = Annotated[str, Form(max_length=2000)]


@router.post("")
def propose(  # noqa: PLR0913
    desk: AtDesk, lang: Lang, once: Once, *, code: str, no: int, moves: Moves,
    regime: Key, standard: Key, bank: Key, reason: Reason = "",
) -> Response:  # fmt: skip
    """Propose that the class runs under other rules."""
    act = desk.act(code, seen_moves=moves)
    rules = Rules(regime, standard, bank)
    class_moves.propose(desk.session, no, rules, words=reason, act=act)
    return _done(once, "class_move_proposed", lang, code=code, no=no)


@router.post("/decision")
def decide(  # noqa: PLR0913
    desk: AtDesk, lang: Lang, once: Once, *, code: str, no: int, moves: Moves,
    decision: Annotated[str, Form(pattern="^(move|decline)$")], reason: Reason = "",
) -> Response:  # fmt: skip
    """Another person moves the class, or declines."""
    act = desk.act(code, seen_moves=moves)
    class_moves.decide(desk.session, no, moved=decision == "move", words=reason, act=act)
    return _done(once, "class_move_decided", lang, code=code, no=no)


def _done(once: OnceOnly, said: str, lang: Language, *, code: str, no: int) -> Response:
    href = f"/projects/{code}/classes/{no}#passport"
    return view.flash(once.redirect(href), say("done", said, lang))
