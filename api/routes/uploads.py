"""Workbooks on trial: what was found, and the workbook with its findings beside each row."""

from fastapi import APIRouter, Response

from api import told, told_uploads
from api.deps import Db, Lang, SignedIn
from api.marks import marked_name, marked_workbook
from api.pages.forms import XLSX, download
from api.schemas.uploads import TrialOut
from states.records import uploads

router = APIRouter(prefix="/uploads/{token}", tags=["classes"])


@router.get("", responses=told.problems(401, 404))
def look(session: Db, me: SignedIn, token: str) -> TrialOut:
    """A trial and how far it got; only for the office and role that handed it in."""
    return told_uploads.trial(uploads.find(session, me.actor, token))


@router.get(
    "/marked.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}}, **told.problems(401, 404)},
)
def marked(session: Db, me: SignedIn, lang: Lang, *, token: str) -> Response:
    """The workbook as it came, with one more column: the findings of each row."""
    upload = uploads.find(session, me.actor, token)
    data = marked_workbook(upload, uploads.content(session, upload.id), lang)
    return download(data, marked_name(upload, lang))
