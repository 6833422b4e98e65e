"""Attachments for programs: bring, list, fetch, take back."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile

from api import told
from api.attachments import Store, as_download, content_of
from api.deps import Db, SignedIn
from api.desk import AtDesk
from api.once import Once
from api.schemas.base import Words
from api.schemas.files import FileOut
from states.actor import Actor
from states.records import attachments
from states.records.attachments import FileView, Upload

router = APIRouter(tags=["files"])
_REFUSALS = told.problems(401, 403, 404, 422)


@router.get("/projects/{code}/files", responses=told.problems(401, 404))
def listed(desk: AtDesk, code: str) -> list[FileOut]:
    """All attachments of a project, in the order of their coming; those taken back too."""
    found = attachments.of_project(desk.session, desk.find(code).id)
    return [_told(view, desk.actor) for view in found]


@router.post("/projects/{code}/files", status_code=201, response_model=FileOut, responses=_REFUSALS)
def bring(  # noqa: PLR0913  what the form is sent with
    desk: AtDesk, store: Store, once: Once, *, code: str,
    file: Annotated[UploadFile, File(description="PDF, JPEG, PNG, xlsx or docx; at most 20 MB.")],
    kind: Annotated[str, Form(max_length=20, examples=["licence"])],
    class_no: Annotated[int, Form(ge=0, le=40)] = 0,
) -> Response:  # fmt: skip
    """Attach a file to a project, or with `class_no` to one of its classes."""
    upload = Upload(kind, content_of(file), class_no or None)
    brought = attachments.attach(
        desk.session, store, project=desk.find(code), upload=upload, actor=desk.actor, at=desk.at
    )
    return once.json(_told(brought, desk.actor), 201)


@router.get("/files/{file_id}", responses=told.problems(401, 404))
def look(session: Db, me: SignedIn, file_id: int) -> FileOut:
    """What is known of one attachment."""
    return _told(attachments.find(session, me.actor, file_id), me.actor)


@router.get("/files/{file_id}/content", response_class=Response, responses=told.problems(401, 404))
def content(session: Db, me: SignedIn, store: Store, *, file_id: int) -> Response:
    """The file itself; 404 until it was looked at for viruses, unless it is one's own."""
    found = attachments.find(session, me.actor, file_id)
    return as_download(found, attachments.content_of(session, store, found, actor=me.actor))


@router.post("/files/{file_id}/withdrawal", response_model=FileOut, responses=_REFUSALS)
def withdraw(desk: AtDesk, once: Once, *, file_id: int) -> Response:
    """Take one's own file back; its content is destroyed, its row stays."""
    gone = attachments.withdraw(desk.session, file_id, actor=desk.actor, at=desk.at)
    return once.json(_told(gone, desk.actor))


def _told(view: FileView, actor: Actor) -> FileOut:
    return FileOut(
        id=view.id,
        name=view.name,
        kind=view.kind,
        class_no=view.class_no,
        media_type=view.media.value,
        size=view.size,
        office=Words(zh=view.office.zh, en=view.office.en),
        at=view.at,
        scan=view.scan,
        withdrawn_at=view.withdrawn_at,
        opens=view.opens_for(actor),
    )
