"""What the two doors to attachments, pages and JSON, have in common."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Response, UploadFile

from api.deps import Settings
from states.records.attachments import FileView
from states.records.file_store import FileStore
from states.rules.media import MAX_BYTES

CSP = "sandbox; default-src 'none'"
"""Whatever a browser makes of the file: no script, no form, no request leaves it."""


def store_of(settings: Settings) -> FileStore:
    """Where the locked contents lie."""
    return FileStore(settings.files_dir)


Store = Annotated[FileStore, Depends(store_of)]


def content_of(file: UploadFile) -> bytes:
    """What was uploaded, or one byte more than is taken: the records refuse it in words."""
    return file.file.read(MAX_BYTES + 1)


def as_download(view: FileView, content: bytes) -> Response:
    """The file under its own name, to be kept and never to be run (RFC 6266)."""
    headers = {
        "content-disposition": f'attachment; filename="{view.name}"; '
        f"filename*=UTF-8''{quote(view.name)}",
        "content-security-policy": CSP,
        "x-content-type-options": "nosniff",
    }
    return Response(content, media_type=view.media.value, headers=headers)
