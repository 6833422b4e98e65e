"""The desk: what waits for whoever is signed in, how their projects stand, what happened lately."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api import view
from api.pages.rows import project_row, side_counts, stage_links
from api.pages.sent import AVisit
from api.pages.telling import lately_line
from states.records import boards, return_board
from states.rules.months import month_before
from states.rules.stages import Role
from states.rules.words import say

router = APIRouter()
_ELSEWHERE = {
    Role.ADMINISTRATOR: "/operations", Role.ORGANISER: "/contests",
    Role.EVALUATOR: "/evaluations", Role.EXAM_AUTHORITY: "/exams",
}  # fmt: skip


@router.get("/")
def desk(visit: AVisit) -> Response:
    """Most urgent first. Who has no projects is shown what they work with."""
    me, lang = visit.me, visit.lang
    if me.role in _ELSEWHERE:
        return RedirectResponse(_ELSEWHERE[me.role], 303)
    waiting = boards.waiting(visit.db, me.actor)
    rows = [project_row(line, me, lang, today=visit.today) for line in waiting]
    counts = boards.counts(visit.db, me.actor)
    month = month_before(visit.now)
    oversees = me.role in return_board.READERS
    return view.render(
        visit.request,
        "desk",
        active="desk",
        rows=[row for row in rows if not row.second_signature],
        with_colleagues=[row for row in rows if row.second_signature],
        watched=[
            project_row(line, me, lang, today=visit.today)
            for line in boards.watched(visit.db, me.actor, visit.today)
        ],
        heads=me.role in (Role.HEAD, Role.DISTRICT_HEAD),
        stage_links=stage_links(counts, lang),
        side_counts=side_counts(counts, lang),
        any_projects=any(counts.values()),
        lately=[lately_line(row, me, lang) for row in boards.lately(visit.db, me.actor)],
        may_propose=me.role is Role.PROVIDER,
        role=say("role", me.role, lang),
        may_do=say("may_do", me.role, lang),
        show_provider=me.role is not Role.PROVIDER,
        show_district=me.office.kind != "district",
        month=month,
        reporting=return_board.of_districts(visit.db, month, visit.now) if oversees else (),
        older=return_board.older_open(visit.db, visit.now) if oversees else (),
    )
