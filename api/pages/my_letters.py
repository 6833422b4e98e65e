"""My letters: which letters my role gets, which of them I may do without, in which language."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse

from api import view
from api.once import Once
from api.pages.forms import new_key
from api.pages.sent import AVisit
from states.records import letter_preferences
from states.rules.letters import the_letters
from states.rules.words import Language, say
from templates.shapes import Option

router = APIRouter(prefix="/me/letters")


@router.get("")
def mine(visit: AVisit) -> HTMLResponse:
    """All letters that this role may get; the duties say why they stay on."""
    return view.render(
        visit.request,
        "my_letters",
        letters=the_letters().of_role(visit.me.role),
        role=visit.me.role,
        unwanted=letter_preferences.unwanted(visit.db, visit.me.actor),
        language=letter_preferences.language(visit.db, visit.me.actor),
        languages=[Option(value="zh", label="中文"), Option(value="en", label="English")],
        new_key=new_key,
    )


@router.post("")
def choose(
    visit: AVisit, once: Once, *, language: Annotated[Language, Form()],
    wanted: Annotated[list[str] | None, Form()] = None,
) -> Response:  # fmt: skip
    """Keep the choice: an optional letter of this role that is not ticked is switched off."""
    asked = the_letters().of_role(visit.me.role)
    chosen = {name: name in (wanted or ()) for name, letter in asked.items() if letter.optional}
    actor = visit.me.actor
    letter_preferences.choose(visit.db, chosen, actor=actor, at=visit.now)
    letter_preferences.speak(visit.db, language, actor=actor)
    return view.flash(once.redirect("/me/letters"), say("done", "letters_chosen", visit.lang))
