"""Workbooks between trial and import: kept sealed, shown to their own office, gone in a day.

Whoever works on an upload holds its lock until the transaction ends. A process that dies lets go
of it, and the work begins again when somebody looks.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Engine, insert, text
from sqlmodel import Session

from states.actor import Actor
from states.errors import NotFound
from states.records import scope, vault
from states.records.db import transaction
from states.records.places import UPLOAD_CONTENT, UPLOAD_FILENAME, UPLOAD_RESULT
from states.records.tables import Upload

KEPT_FOR = timedelta(hours=24)
_ROOM = 67_2027
"""Any number that is no other lock's: with an upload's id it names the lock of that upload."""

State = Literal["waiting", "trying", "tried", "importing", "imported", "failed"]
UNDER_WAY = frozenset({"waiting", "trying", "importing"})

_OF_TOKEN = text("""
SELECT u.id, u.token, u.class_id, u.kind, u.person_id, u.filename_sealed, u.sha256, u.state,
       u.done, u.total, u.result_sealed, u.at, u.expires_at, p.code, c.no
  FROM upload u JOIN training_class c ON c.id = u.class_id JOIN project p ON p.id = c.project_id
 WHERE u.token = :token AND u.office_id = :office_id AND u.role = :role AND u.expires_at > now()
""")
_NEWEST = text("""
SELECT DISTINCT ON (kind) kind, token, state, at FROM upload
 WHERE class_id = :class_id AND office_id = :office_id AND role = :role AND expires_at > now()
 ORDER BY kind, id DESC
""")
_CONTENT = text("SELECT content_sealed FROM upload WHERE id = :id")
_LOCK = text("SELECT pg_try_advisory_xact_lock(:room, CAST(:id AS int))")
_STATE = text("SELECT state FROM upload WHERE id = :id")
_PROGRESS = text("UPDATE upload SET state = :state, done = :done, total = :total WHERE id = :id")
_CONCLUDE = text("UPDATE upload SET state = :state, result_sealed = :result WHERE id = :id")
_PURGE = text("DELETE FROM upload WHERE expires_at <= now()")


@dataclass(frozen=True, slots=True)
class UploadView:
    """An upload without its content. `result` is what the trial said, empty before its end."""

    id: int
    token: str
    class_id: int
    kind: str
    project: str
    class_no: int
    person_id: int
    filename: str
    sha256: str
    state: State
    done: int
    total: int
    result: Mapping[str, Any]
    at: datetime
    expires_at: datetime

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY


@dataclass(frozen=True, slots=True)
class Pointer:
    """The newest upload of a kind for a class, to be found again from the page of the class."""

    kind: str
    token: str
    state: State
    at: datetime


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A workbook for a class; `kind` says what it is to be read as."""

    kind: str
    class_id: int
    filename: str
    data: bytes
    sha256: str


def keep(session: Session, sheet: HandedIn, actor: Actor) -> str:
    """Keep a workbook for its trial; answers its token (128 random bits)."""
    purge(session)
    (number,) = vault.next_ids(session, "upload", 1)
    now = datetime.now(UTC)
    values = {
        "id": number, "token": secrets.token_urlsafe(16), "kind": sheet.kind,
        "class_id": sheet.class_id, "sha256": sheet.sha256, "state": "waiting",
        "person_id": actor.person_id, "office_id": actor.office_id, "role": actor.role,
        "filename_sealed": vault.seal(session, UPLOAD_FILENAME, number, sheet.filename),
        "content_sealed": vault.seal_bytes(session, UPLOAD_CONTENT, number, sheet.data),
        "done": 0, "total": 0, "at": now, "expires_at": now + KEPT_FOR,
    }  # fmt: skip
    session.connection().execute(insert(Upload).values(values))
    return str(values["token"])


def find(session: Session, actor: Actor, token: str) -> UploadView:
    """For whoever handed it in and colleagues of the same role and office. Raises NotFound."""
    asked = {"token": token, "office_id": actor.office_id, "role": actor.role}
    row = session.connection().execute(_OF_TOKEN, asked).first()
    if row is None:
        raise NotFound
    scope.find(session, actor, row.code)
    result = vault.unseal(session, UPLOAD_RESULT, row.id, row.result_sealed)
    return UploadView(
        id=row.id, token=row.token, class_id=row.class_id, kind=row.kind, project=row.code,
        class_no=row.no, person_id=row.person_id, sha256=row.sha256, state=row.state,
        filename=vault.unseal(session, UPLOAD_FILENAME, row.id, row.filename_sealed),
        done=row.done, total=row.total, result=json.loads(result) if result else {},
        at=row.at, expires_at=row.expires_at,
    )  # fmt: skip


def newest(session: Session, actor: Actor, class_id: int) -> dict[str, Pointer]:
    """By kind: the newest upload of this person's office and role that is still kept."""
    asked = {"class_id": class_id, "office_id": actor.office_id, "role": actor.role}
    rows = session.connection().execute(_NEWEST, asked)
    return {row.kind: Pointer(row.kind, row.token, row.state, row.at) for row in rows}


def content(session: Session, upload_id: int) -> bytes:
    """The workbook, byte for byte as it was handed in."""
    sealed = session.connection().execute(_CONTENT, {"id": upload_id}).scalar_one()
    return vault.unseal_bytes(session, UPLOAD_CONTENT, upload_id, sealed)


def take(session: Session, upload_id: int) -> State | None:
    """Its state, with its lock held until this transaction ends; None while another holds it."""
    asked = {"room": _ROOM, "id": upload_id}
    if not session.connection().execute(_LOCK, asked).scalar_one():
        return None
    state: State = session.connection().execute(_STATE, {"id": upload_id}).scalar_one()
    return state


def note_progress(bind: Engine, upload_id: int, state: State, *, rows: tuple[int, int]) -> None:
    """Committed at once, so that others see it; `rows` are done and total."""
    values = {"id": upload_id, "state": state, "done": rows[0], "total": rows[1]}
    with transaction(bind) as session:
        session.connection().execute(_PROGRESS, values)


def conclude(session: Session, upload_id: int, state: State, *, result: Mapping[str, Any]) -> None:
    """What came of it, in the transaction in which it came about."""
    told = json.dumps(result, ensure_ascii=False)
    sealed = vault.seal(session, UPLOAD_RESULT, upload_id, told)
    values = {"id": upload_id, "state": state, "result": sealed}
    session.connection().execute(_CONCLUDE, values)


def purge(session: Session) -> int:
    """Throw away what has expired; answers how many."""
    return int(session.connection().execute(_PURGE).rowcount)
