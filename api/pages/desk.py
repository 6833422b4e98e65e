"""The desk: what waits for whoever is signed in, where their projects stand, what happened lately."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import view
from api.deps import Db, Lang, Now, SignedIn
from api.pages.rows import project_row, side_counts, stage_links
from api.pages.telling import lately_line
from states.records import boards
from states.rules.deadlines import shanghai_day
from states.rules.stages import Role
from states.rules.words import say

router = APIRouter()


@router.get("/")
def desk(request: Request, db: Db, now: Now, me: SignedIn, lang: Lang) -> Response:
    """Most urgent first. Who runs the service has no projects and is shown its operations."""
    if me.role is Role.ADMINISTRATOR:
        return RedirectResponse("/operations", 303)
    today = shanghai_day(now)
    rows = [project_row(line, me, lang, today) for line in boards.waiting(db, me.actor)]
    counts = boards.counts(db, me.actor)
    return _page(
        request,
        rows=[row for row in rows if not row.second_signature],
        with_colleagues=[row for row in rows if row.second_signature],
        stage_links=stage_links(counts, lang),
        side_counts=side_counts(counts, lang),
        any_projects=any(counts.values()),
        lately=[lately_line(row, me, lang) for row in boards.lately(db, me.actor)],
        may_propose=me.role is Role.PROVIDER,
        role=say("role", me.role, lang),
        may_do=say("may_do", me.role, lang),
        show_provider=me.role is not Role.PROVIDER,
        show_district=me.office.kind != "district",
    )


def _page(request: Request, **context: object) -> HTMLResponse:
    return view.render(request, "desk", active="desk", **context)
