"""Licences, plans and photographs of a project: taken in, shown to those in its scope, taken back.

The content is locked with a key of its own before it is written; the key is sealed in the row. Who
destroys the key destroys the content, wherever a copy of the file may lie.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Row, Select, insert, select, text, update
from sqlmodel import Session, col

from states.actor import Actor
from states.errors import BadInput, NotFound, NotYours
from states.records import acts, vault
from states.records.boards import Names
from states.records.classes import class_of
from states.records.db import WAKE_CHANNEL
from states.records.file_store import FileStore
from states.records.numbers import take
from states.records.places import ATTACHMENT_KEY
from states.records.scope import visible
from states.records.tables import Attachment, Office, Person, Project
from states.records.tables.files import ATTACHMENT_KINDS
from states.rules.media import Media, Unfit, media_of
from states.rules.stages import Role

UPLOADERS = frozenset({Role.PROVIDER, Role.REVIEWER, Role.EXAMINER, Role.SUPERVISOR})
MOST = 40
"""So many attachments a project holds; those taken back do not count."""
_OPEN = frozenset({"clean", "unscanned"})

_COUNT = text("""
SELECT count(*) FROM attachment
 WHERE project_id = :project_id AND withdrawn_at IS NULL AND scan <> 'infected'
""")
_WAKE = text("SELECT pg_notify(:channel, 'attachment')")


@dataclass(frozen=True, slots=True)
class FileView:
    """One attachment and who brought it. `size` in bytes; its content is opened by `content_of`."""

    id: int
    code: str
    class_no: int | None
    kind: str
    name: str
    media: Media
    size: int
    scan: str
    person_id: int
    person: str
    office: Names
    at: datetime
    withdrawn_at: datetime | None

    @property
    def stands(self) -> bool:
        """Neither taken back nor destroyed for a virus."""
        return self.withdrawn_at is None and self.scan != "infected"

    def opens_for(self, actor: Actor) -> bool:
        """Until it was looked at, a file opens for nobody but the one who brought it."""
        own = self.person_id == actor.person_id
        return self.stands and (self.scan in _OPEN or own)

    def may_be_withdrawn_by(self, actor: Actor) -> bool:
        return self.stands and self.person_id == actor.person_id


@dataclass(frozen=True, slots=True)
class Upload:
    """What somebody hands in. Without a class it belongs to the project as a whole."""

    kind: str
    content: bytes
    class_no: int | None = None


def attach(
    session: Session, store: FileStore, *, project: Project, upload: Upload, actor: Actor,
    at: datetime,
) -> FileView:  # fmt: skip
    """Take a file in; a look for viruses is promised. Raises NotYours, NotFound, BadInput.

    The caller has found `project` within the actor's scope.
    """
    if actor.role not in UPLOADERS or actor.person_id is None:
        raise NotYours
    media = _checked(session, project, upload)
    number = _numbered(session, project)
    (row_id,) = vault.next_ids(session, "attachment", 1)
    key, locked = vault.lock(upload.content, _about(row_id))
    part = f"-c{upload.class_no}" if upload.class_no else ""
    values = {
        "id": row_id, "project_id": project.id, "class_no": upload.class_no, "kind": upload.kind,
        "name": f"{project.code}{part}-{upload.kind}-{number}.{media.ending}",
        "media_type": media.value, "size": len(upload.content), "stored": store.put(locked),
        "key_sealed": vault.seal_bytes(session, ATTACHMENT_KEY, row_id, key), "scan": "waiting",
        "attempts": 0, "not_before": datetime.now(UTC), "lease": "",
        "person_id": actor.person_id, "office_id": actor.office_id, "at": at,
    }  # fmt: skip
    session.execute(insert(Attachment).values(values))
    _note(session, "file_added", project.id, row_id=row_id, actor=actor, at=at)
    session.execute(_WAKE, {"channel": WAKE_CHANNEL})
    return find(session, actor, row_id)


def of_project(session: Session, project_id: int) -> list[FileView]:
    """All attachments of a project the caller may see, in the order of their coming."""
    asked = _views().where(col(Attachment.project_id) == project_id).order_by(col(Attachment.id))
    return [_view(row) for row in session.execute(asked)]


def find(session: Session, actor: Actor, file_id: int) -> FileView:
    """One attachment. Raises NotFound, also for one that is not the asker's to see."""
    found = session.execute(_views().where(col(Attachment.id) == file_id, visible(actor))).first()
    if found is None:
        raise NotFound
    return _view(found)


def content_of(session: Session, store: FileStore, view: FileView, *, actor: Actor) -> bytes:
    """What lies in it. Raises NotFound where it does not open for this person; FileMissing."""
    if not view.opens_for(actor):
        raise NotFound
    row = session.get_one(Attachment, view.id)
    return opened(session, store, view.id, stored=row.stored, key_sealed=row.key_sealed)


def opened(
    session: Session, store: FileStore, row_id: int, *, stored: str, key_sealed: bytes
) -> bytes:
    """The content of a row. Raises FileMissing, vault.SealBroken."""
    key = vault.unseal_bytes(session, ATTACHMENT_KEY, row_id, key_sealed)
    return vault.unlock(key, store.get(stored), _about(row_id))


def withdraw(session: Session, file_id: int, *, actor: Actor, at: datetime) -> FileView:
    """Take one's own file back: its key is destroyed now, its content soon; the row stays.

    Raises NotFound, NotYours.
    """
    view = find(session, actor, file_id)
    if not view.may_be_withdrawn_by(actor):
        raise NotYours
    gone = {"withdrawn_at": at, "key_sealed": b"", "not_before": datetime.now(UTC)}
    session.execute(update(Attachment).where(col(Attachment.id) == file_id).values(gone))
    project_id = session.get_one(Attachment, file_id).project_id
    _note(session, "file_withdrawn", project_id, row_id=file_id, actor=actor, at=at)
    session.execute(_WAKE, {"channel": WAKE_CHANNEL})
    return find(session, actor, file_id)


def _checked(session: Session, project: Project, upload: Upload) -> Media:
    if upload.kind not in ATTACHMENT_KINDS:
        raise BadInput(why="no_such_file_kind")
    if upload.class_no is not None:
        class_of(session, project.id, upload.class_no)
    try:
        return media_of(upload.content)
    except Unfit as unfit:
        raise BadInput(why=unfit.code, **unfit.params) from unfit


def _numbered(session: Session, project: Project) -> int:
    """The file's number; two uploads of one project go one after the other from here on."""
    (number,) = take(session, f"attachment/{project.id}")
    count = session.connection().execute(_COUNT, {"project_id": project.id}).scalar_one()
    if count >= MOST:
        raise BadInput(why="files_are_many", most=MOST)
    return number


def _note(  # the act, and about what
    session: Session, name: str, project_id: int, *, row_id: int, actor: Actor, at: datetime
) -> None:
    acts.note(
        session, name, actor=actor, at=at, about=f"attachment/{row_id}", project_id=project_id
    )


def _about(row_id: int) -> str:
    return f"attachment/{row_id}"


def _views() -> Select[tuple[Attachment, Project, Person, Office]]:
    return (
        select(Attachment, Project, Person, Office)
        .join(Project, col(Project.id) == Attachment.project_id)
        .join(Person, col(Person.id) == Attachment.person_id)
        .join(Office, col(Office.id) == Attachment.office_id)
    )


def _view(row: Row[tuple[Attachment, Project, Person, Office]]) -> FileView:
    found, project, person, office = row
    return FileView(
        id=found.id, code=project.code, class_no=found.class_no, kind=found.kind,
        name=found.name, media=Media(found.media_type), size=found.size, scan=found.scan,
        person_id=found.person_id, person=person.name,
        office=Names(office.name_zh, office.name_en), at=found.at,
        withdrawn_at=found.withdrawn_at,
    )  # fmt: skip
