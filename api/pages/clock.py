"""What the flows did after the date of a training copy was put forward."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api import surroundings, view
from api.deps import may_move_the_date
from api.pages.sent import AVisit
from api.problems import OnlyInSampleMode
from states.records import training
from states.rules.words import has, say

router = APIRouter(prefix="/clock")


@router.get("")
def page(visit: AVisit, *, shift: Annotated[int | None, Query(ge=0)] = None) -> HTMLResponse:
    """The last shifts of the date, and what followed from one of them (the newest first)."""
    surroundings.is_training(visit.request.app.state, visit.db)
    if not may_move_the_date(visit.request, visit.me.role):
        raise OnlyInSampleMode
    shifts = training.shifts(visit.db)
    chosen = next((one for one in shifts if one.id == shift), shifts[0] if shifts else None)
    done = training.done_after(visit.db, chosen) if chosen else None
    lang = visit.lang
    return view.render(
        visit.request,
        "clock",
        shifts=shifts,
        chosen=chosen,
        done=done,
        deeds=[(_word(("arrow", "fact"), name, lang), times) for name, times in done.deeds]
        if done
        else [],
        letters=[
            (_word(("mail_name",), name, lang), times, sent) for name, times, sent in done.letters
        ]
        if done
        else [],
        due=[(_word(("duty",), name, lang), times) for name, times in done.due] if done else [],
        has=has,
    )


def _word(sections: tuple[str, ...], code: str, lang: str) -> str:
    """A code in words; as it stands where the word list does not know it."""
    known = (section for section in sections if has(section, code))
    section = next(known, "")
    return say(section, code, "en" if lang == "en" else "zh") if section else code
