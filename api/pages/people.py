"""One person's page: every class, exam, contest and evaluation, and what counts in the target."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Path, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import view
from api.pages.case_words import stage_words
from api.pages.classes import NAME_ROLES
from api.pages.names import shown_name
from api.pages.sent import AVisit
from states.errors import NotYours
from states.records import people_board
from states.records.people_board import Held, Passage
from states.rules.identity import mask_number
from states.rules.routes import Route
from states.rules.words import Language, has, say

router = APIRouter(prefix="/people")
_RESULTS: Mapping[str, str] = {Route.EXAM: "exam_result", Route.EVALUATION: "evaluation_grade"}


@router.get("")
def ask(visit: AVisit) -> HTMLResponse:
    """Where a person is looked for by the document they show."""
    if visit.me.role not in people_board.MAY_SEEK:
        raise NotYours
    return view.render(visit.request, "people", active="certificates", error="")


@router.post("")
def seek(visit: AVisit, number: Annotated[str, Form(min_length=1, max_length=40)]) -> Response:
    """To the person's page; the number itself stands in no address."""
    found = people_board.seek(visit.db, number, actor=visit.me.actor, at=visit.now)
    if found is None:
        said = say("input", "nobody_of_this_number", visit.lang)
        return view.render(visit.request, "people", status=404, active="certificates", error=said)
    return RedirectResponse(f"/people/{found}", status_code=303)


@router.get("/{learner_id}")
def page(visit: AVisit, learner_id: Annotated[int, Path(ge=1, lt=2**63)]) -> HTMLResponse:
    """The person as far as one may see them; whole numbers stand nowhere here."""
    found = people_board.person(visit.db, visit.me.actor, learner_id)
    lang = visit.lang
    return view.render(
        visit.request,
        "person",
        active="certificates" if visit.me.role in people_board.MAY_SEEK else "projects",
        person=found,
        name=shown_name(found.name, lang, whole=visit.me.role in NAME_ROLES),
        document=_word("document", found.document_kind, lang),
        may_seek=visit.me.role in people_board.MAY_SEEK,
        number=mask_number(found.document_number) or "—",
        alike=[(one.learner_id, _word("document", one.document_kind, lang)) for one in found.alike],
        passages=[(one, outcome(one, lang)) for one in found.passages],
        certificates=[(one, counts(one, lang)) for one in found.certificates],
    )


def outcome(one: Passage, lang: Language) -> list[str]:
    """How far it came and with what result, in words."""
    training = one.route == Route.TRAINING
    stage = say("stage", one.stage, lang) if training else stage_words(one.route, one.stage, lang)
    verdict = _word("admission" if training else "claim", one.verdict, lang)
    result = _word(_RESULTS.get(one.route, "result"), one.result, lang)
    return [said for said in (stage, verdict, result) if said]


def counts(one: Held, lang: Language) -> str:
    """Why it counts in a year's target, or why not; empty where that is not the reader's."""
    if not one.counts:
        return ""
    where = say("counts", "no_district", lang)
    if one.district:
        where = one.district.zh if lang == "zh" else one.district.en
    return say("counts", one.counts, lang, year=one.year, where=where)


def _word(section: str, code: str, lang: Language) -> str:
    return say(section, code, lang) if has(section, code) else code
