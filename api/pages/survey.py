"""The survey behind a one-time link: public, kind, for a phone; looking changes nothing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import view
from api.deps import Db, Lang, Now, address_of
from states.errors import BadInput, NotFound
from states.records import survey_watch, surveys
from states.records.surveys import Invitation
from states.rules.deadlines import shanghai_day
from states.rules.questions import POINTS

router = APIRouter(prefix="/survey/{token}")
_ANSWERED = "duban_answered"
"""A cookie of one link alone: whoever has answered comes back to their own thanks for a day."""
_DAY = 24 * 60 * 60
_POINTS = {str(points): points for points in POINTS}
"""What the form can send; anything else was not chosen on it and counts as no rating."""


@router.get("")
def survey(request: Request, db: Db, now: Now, *, lang: Lang, token: str) -> HTMLResponse:
    """The form, or a friendly word when there is nothing (more) to answer."""
    try:
        found = surveys.invitation(db, token)
    except NotFound:
        return _say(request, "unknown", status=404)
    if not found.is_open(shanghai_day(now)):
        return _say(request, _closed(request, found))
    return _form(request, found, lang=lang)


async def sent_fields(request: Request) -> dict[str, str]:
    """The fields of a form whose names the rulebook gives."""
    return {key: str(value) for key, value in (await request.form()).items()}


@router.post("")
def answer(
    request: Request, db: Db, now: Now, *, lang: Lang, token: str,
    given: Annotated[dict[str, str], Depends(sent_fields)],
) -> Response:  # fmt: skip
    """Take the answer once; a second one of the same link changes nothing."""
    try:
        found = surveys.invitation(db, token)
        ratings = {k: _POINTS[given[k]] for k in found.questions.keys if given.get(k) in _POINTS}
        comment = given.get(found.questions.open.key, "")
        surveys.answer(db, token, ratings=ratings, comment=comment, at=now)
        sent_from = address_of(request)
        survey_watch.note(db, found.class_id, connection=sent_from, ratings=ratings, at=now)
    except NotFound:
        return _say(request, "unknown", status=404)
    except BadInput as error:
        if error.params.get("why") == "survey_incomplete":
            return _form(request, found, lang=lang, given=given, status=422)
        return _say(request, "late" if error.params.get("why") == "survey_closed" else "replayed")
    answered = RedirectResponse(f"/survey/{token}", 303)
    answered.set_cookie(
        _ANSWERED, "1", max_age=_DAY, path=f"/survey/{token}", httponly=True, samesite="lax"
    )
    return answered


def _closed(request: Request, found: Invitation) -> str:
    """Why there is nothing to answer: it was this browser, somebody else with the link, or time."""
    if not found.answered:
        return "late"
    return "thanks" if _ANSWERED in request.cookies else "shared"


def _form(
    request: Request,
    found: Invitation,
    *,
    lang: Lang,
    given: dict[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    asked = (*found.questions.questions, found.questions.overall)
    said = given or {}
    return view.render(
        request,
        "survey",
        status=status,
        path=request.url.path,
        found=found,
        provider=found.provider_zh if lang == "zh" else found.provider_en,
        questions=[(q.key, getattr(q, lang)) for q in asked],
        open_question=(found.questions.open.key, getattr(found.questions.open, lang)),
        scale=[(step.points, getattr(step, lang)) for step in found.survey.scale],
        given=said,
        open_ones=[q.key for q in asked if given is not None and said.get(q.key) not in _POINTS],
        limit=surveys.COMMENT_LENGTH,
    )


def _say(request: Request, what: str, *, status: int = 200) -> HTMLResponse:
    return view.render(request, "survey_said", status=status, what=what)
