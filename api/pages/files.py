"""Attachments at the screen: brought, looked at, kept, taken back."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.responses import HTMLResponse

from api import view
from api.attachments import Store, as_download, content_of
from api.deps import Lang
from api.desk import AtDesk
from api.once import Once
from api.pages.file_words import line_of
from api.pages.forms import new_key
from api.pages.sent import AVisit
from states.errors import NotFound
from states.records import attachments
from states.records.attachments import FileView, Upload
from states.rules.words import say
from templates.previews import KIND, preview_of
from templates.sheets.grid import SheetUnreadable

router = APIRouter()


@router.post("/projects/{code}/files")
def bring(  # what the form is sent with  # noqa: PLR0913
    desk: AtDesk, store: Store, once: Once, *, lang: Lang, code: str,
    file: Annotated[UploadFile, File()], kind: Annotated[str, Form(max_length=20)],
    class_no: Annotated[int, Form(ge=0, le=40)] = 0,
) -> Response:  # fmt: skip
    """Attach a file to a project, or to one of its classes."""
    upload = Upload(kind, content_of(file), class_no or None)
    brought = attachments.attach(
        desk.session, store, project=desk.find(code), upload=upload, actor=desk.actor, at=desk.at
    )
    said = say("done", "file_added", lang, name=brought.name)
    return view.flash(once.redirect(f"{_home(brought)}#files"), said)


@router.get("/files/{file_id}")
def download(visit: AVisit, store: Store, file_id: int) -> Response:
    """The file itself, under the name the house gave it."""
    found = attachments.find(visit.db, visit.me.actor, file_id)
    content = attachments.content_of(visit.db, store, found, actor=visit.me.actor)
    return as_download(found, content)


@router.get("/files/{file_id}/preview.webp")
def preview(visit: AVisit, store: Store, file_id: int) -> Response:
    """A picture of it, drawn by the house. Raises NotFound for what cannot be drawn."""
    found = attachments.find(visit.db, visit.me.actor, file_id)
    if not found.media.has_preview:
        raise NotFound
    content = attachments.content_of(visit.db, store, found, actor=visit.me.actor)
    try:
        return Response(preview_of(content), media_type=KIND)
    except SheetUnreadable as error:
        raise NotFound from error


@router.get("/files/{file_id}/view")
def look(visit: AVisit, file_id: int) -> HTMLResponse:
    """What the house knows about a file, with its picture."""
    found = attachments.find(visit.db, visit.me.actor, file_id)
    return view.render(
        visit.request,
        "file",
        active="projects",
        file=line_of(found, visit.me, visit.lang),
        code=found.code,
        home=_home(found),
        new_key=new_key,
    )


@router.post("/files/{file_id}/withdraw")
def withdraw(desk: AtDesk, once: Once, *, lang: Lang, file_id: int) -> Response:
    """Take one's own file back; its row stays in the list."""
    gone = attachments.withdraw(desk.session, file_id, actor=desk.actor, at=desk.at)
    said = say("done", "file_withdrawn", lang, name=gone.name)
    return view.flash(once.redirect(f"{_home(gone)}#files"), said)


def _home(found: FileView) -> str:
    """The page that lists it."""
    project = f"/projects/{found.code}"
    return f"{project}/classes/{found.class_no}" if found.class_no else project
