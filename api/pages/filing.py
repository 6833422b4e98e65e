"""Filing a class with the city's training information system (C14), by a click or by hand."""

from fastapi import APIRouter, Response

from api import view
from api.deps import Lang
from api.desk import AtDesk
from api.exports import Leaving
from api.once import Once
from api.pages.forms import download
from states.errors import NotYours
from states.records import filings
from states.rules.stages import Role
from states.rules.words import say
from templates.sheets.registration import write_registration

router = APIRouter(prefix="/projects/{code}/classes/{no}")


@router.post("/filing")
def send(desk: AtDesk, once: Once, *, lang: Lang, code: str, no: int) -> Response:
    """Promise to send the class; the worker does it, and the page shows what came of it."""
    filings.want(desk.session, desk.find(code), no, actor=desk.actor, at=desk.at)
    href = f"/projects/{code}/classes/{no}#filing"
    return view.flash(once.redirect(href), say("done", "filing_wanted", lang))


@router.get("/registration.xlsx")
def workbook(desk: AtDesk, leaving: Leaving, *, code: str, no: int) -> Response:
    """开班信息表 for somebody who uploads it by hand: an export with whole numbers."""
    project = desk.find(code)
    if desk.actor.role is not Role.PROVIDER:
        raise NotYours
    klass = filings.registration_of(desk.session, project, no)
    data = leaving.leave(
        "registration",
        lambda mark: write_registration(klass, mark=mark),
        rows=len(klass.learners),
        project_id=project.id,
    )
    return download(data, f"开班信息表-{code}-{no}班.xlsx")
