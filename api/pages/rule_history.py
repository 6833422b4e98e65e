"""The public history of the rules: no sign-in, a mark on what one has not read yet."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import view
from api.deps import Db, Lang, Now, Visitor
from api.pages.rule_words import history
from api.rule_news import give_cookie, seen_of
from states.records import rule_versions
from states.rules.law import the_law
from states.rules.words import say

router = APIRouter(prefix="/rules/history")


@router.get("")
def page(request: Request, db: Db, lang: Lang, *, signed: Visitor) -> HTMLResponse:
    """Every version that was ever published, and those of the release."""
    seen = seen_of(request, db, signed)
    lines = history(the_law(), rule_versions.all_versions(db), lang, seen=seen)
    return view.render(
        request,
        "rule_history",
        active="rules",
        lines=lines,
        any_new=any(line.is_new for line in lines),
        newest=rule_versions.newest_news(db),
    )


@router.post("/read")
def read(
    request: Request, db: Db, now: Now, *, lang: Lang, signed: Visitor,
    seen: Annotated[int, Form(ge=0)],
) -> Response:  # fmt: skip
    """Whoever is signed in is remembered by person, anybody else by a cookie."""
    seen = min(seen, rule_versions.newest_news(db))
    response: Response = RedirectResponse("/rules/history", 303)
    if signed and signed.actor.person_id is not None:
        rule_versions.note_read(db, signed.actor.person_id, seen, at=now)
    else:
        give_cookie(request, response, seen)
    return view.flash(response, say("done", "rule_read", lang))
