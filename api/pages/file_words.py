"""Attachments put into words for a list or a page of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from api.auth import Signed
from api.pages.wording import name_of
from states.records.attachments import MOST, UPLOADERS, FileView
from states.records.tables.files import ATTACHMENT_KINDS
from states.rules.media import Media
from states.rules.words import Language, say
from templates.shapes import Option

_SYMBOLS = {
    Media.PDF: "file-earmark-pdf",
    Media.XLSX: "file-earmark-spreadsheet",
    Media.DOCX: "file-earmark-text",
}
_TONES = {"clean": "green", "waiting": "amber", "infected": "red"}
_KIB = 1024


@dataclass(frozen=True, slots=True)
class FileLine:
    """One attachment. `opens` and `own` are for whoever reads the page."""

    id: int
    name: str
    kind: str
    class_no: int | None
    symbol: str
    type: str
    size: str
    office: str
    at: datetime
    scan: str
    tone: str
    withdrawn_at: datetime | None
    stands: bool
    opens: bool
    own: bool
    has_preview: bool

    @property
    def href(self) -> str:
        return f"/files/{self.id}"


@dataclass(frozen=True, slots=True)
class FileList:
    """The attachments of a project or of a class, and the form for another one, if any."""

    lines: tuple[FileLine, ...]
    action: str
    class_no: int
    kinds: tuple[Option, ...]

    @property
    def may_add(self) -> bool:
        return bool(self.kinds) and sum(line.stands for line in self.lines) < MOST


def list_of(
    views: Iterable[FileView], me: Signed, lang: Language, *, code: str, class_no: int = 0
) -> FileList:
    """All files of the project, or with a class those of that class alone."""
    shown = [view for view in views if not class_no or view.class_no == class_no]
    offered = ("photo", "other") if class_no else ATTACHMENT_KINDS
    kinds = tuple(Option(value=kind, label=say("attachment_kind", kind, lang)) for kind in offered)
    return FileList(
        lines=tuple(line_of(view, me, lang) for view in shown),
        action=f"/projects/{code}/files",
        class_no=class_no,
        kinds=kinds if me.role in UPLOADERS else (),
    )


def line_of(view: FileView, me: Signed, lang: Language) -> FileLine:
    """One attachment in the reader's language."""
    return FileLine(
        id=view.id,
        name=view.name,
        kind=say("attachment_kind", view.kind, lang),
        class_no=view.class_no,
        symbol=_SYMBOLS.get(view.media, "image"),
        type=view.media.ending.upper(),
        size=size_words(view.size),
        office=name_of(view.office, lang),
        at=view.at,
        scan=say("attachment_scan", view.scan, lang),
        tone=_TONES.get(view.scan, "grey"),
        withdrawn_at=view.withdrawn_at,
        stands=view.stands,
        opens=view.opens_for(me.actor),
        own=view.may_be_withdrawn_by(me.actor),
        has_preview=view.media.has_preview,
    )


def size_words(size: int) -> str:
    """1234567 -> 1.2 MB; small files in whole KB."""
    if size >= _KIB * _KIB:
        return f"{size / _KIB / _KIB:.1f} MB"
    return f"{max(size // _KIB, 1)} KB"
