"""A workbook on trial: how far its reading got, what it said, and what to do about it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api import view
from api.deps import Db, Lang, SignedIn
from api.errors import finding_line
from api.marks import marked_name, marked_workbook
from api.once import Once
from api.pages.forms import download, new_key, note_lines, row_lines
from api.trial_results import TrialResult
from api.trials import KINDS, TrialsHere
from states.errors import BadInput
from states.records import uploads
from states.records.uploads import UploadView
from states.rules.findings import Finding
from states.rules.words import Language
from templates.shapes import SheetReport

router = APIRouter(prefix="/uploads/{token}")


@router.get("")
def look(
    request: Request, db: Db, me: SignedIn, *, lang: Lang, trials: TrialsHere, token: str
) -> Response:
    """While it is under way only the progress; then the whole report."""
    upload = uploads.find(db, me.actor, token)
    asked_by_htmx = "hx-request" in request.headers
    if upload.under_way:
        trials.try_out(upload, me.actor)
    elif asked_by_htmx:
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    result = TrialResult.model_validate(upload.result)
    return view.render(
        request,
        "upload",
        block="progress" if asked_by_htmx else "",
        active="projects",
        upload=upload,
        result=result,
        figures=result.figures(),
        report=_report(upload, result, lang),
        notes=note_lines(result.findings, lang),
        problem=result.problem.opened().sentence(lang) if result.problem else "",
        blocked=[finding_line(one, lang) for one in _blocking(result)],
        class_path=f"/projects/{upload.project}/classes/{upload.class_no}",
        columns=KINDS[upload.kind].columns.spellings,
        seen=result.digest,
        here=f"/uploads/{token}",
        new_key=new_key,
    )


@router.post("/import")
def go_on(
    db: Db, me: SignedIn, once: Once, *,
    trials: TrialsHere, token: str, shown: Annotated[str, Form(alias="seen", max_length=64)],
) -> Response:  # fmt: skip
    """Import the good rows, as the trial said that it would."""
    upload = uploads.find(db, me.actor, token)
    result = TrialResult.model_validate(upload.result)
    if upload.state != "tried" or not result.importable:
        raise BadInput(why="trial_first")
    if shown != result.digest:
        raise BadInput(why="trial_is_old")
    trials.go_on(upload, me.actor)
    return once.redirect(f"/uploads/{token}")


@router.get("/marked.xlsx")
def marked(db: Db, me: SignedIn, lang: Lang, *, token: str) -> Response:
    """The workbook as it came, with the findings beside each row."""
    upload = uploads.find(db, me.actor, token)
    data = marked_workbook(upload, uploads.content(db, upload.id), lang)
    return download(data, marked_name(upload, lang))


def _blocking(result: TrialResult) -> tuple[Finding, ...]:
    return result.problem.opened().findings if result.problem else ()


def _report(upload: UploadView, result: TrialResult, lang: Language) -> SheetReport:
    lines, more = row_lines(result.findings, lang)
    return SheetReport(
        file=upload.filename,
        sheet="",
        rows=result.rows,
        accepted=result.accepted,
        imported=upload.state == "imported",
        lines=lines,
        more=more,
        corrected_href=f"/uploads/{upload.token}/marked.xlsx" if result.findings else "",
    )
