"""The list of all letters: when each is sent, to whom, and whether an office changed its text."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api import view
from api.pages.sent import AVisit
from states.errors import NotYours
from states.records import letter_texts
from states.records.letter_texts import EDITORS, READERS
from states.rules.letters import the_letters

router = APIRouter(prefix="/letters")


@router.get("")
def letters(visit: AVisit) -> HTMLResponse:
    """Every letter: when it is sent, to whom, and whether an office changed it."""
    if visit.me.role not in READERS:
        raise NotYours
    return view.render(
        visit.request,
        "letters",
        active="operations",
        letters=the_letters().letters,
        standing=letter_texts.standing(visit.db),
        may_edit=visit.me.role in EDITORS,
    )
