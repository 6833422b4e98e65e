"""Certificates that stand are revoked, replaced or corrected: asked by one, decided by another.

Nothing is rewritten: the old one keeps its names and number and says what became of it; a successor
has its own serial, goes into the next batch of its uploader, and names the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from states.actor import Actor
from states.errors import BadInput, NotFound, NotYours
from states.records import acts, vault
from states.records.batches import new_token, serials
from states.records.candidates import uploader_role
from states.records.places import (
    CERTIFICATE_NAME,
    CERTIFICATE_REASON,
    CHANGE_NAME,
    CHANGE_REASON,
)
from states.rules.routes import Route
from states.rules.stages import Role

REVOKE, REPLACE, CORRECT = "revoke", "replace", "correct"

_CERTIFICATE = text("""
SELECT x.id, x.route, x.state, x.name_sealed, x.project_id, b.uploader_id
  FROM certificate x LEFT JOIN certificate_batch b ON b.id = x.batch_id
 WHERE x.id = :id FOR UPDATE OF x
""")
_ASK = text("""
INSERT INTO certificate_change (id, certificate_id, kind, state, reason_sealed, name_sealed,
                                asked_by, asked_at)
VALUES (:id, :certificate_id, :kind, 'asked', :reason, :name, :person, :at)
""")
_CHANGE = text("""
SELECT id, certificate_id, kind, state, reason_sealed, name_sealed, asked_by
  FROM certificate_change WHERE id = :id AND certificate_id = :certificate FOR UPDATE
""")
_DECIDE = text("""
UPDATE certificate_change SET state = :state, decided_by = :person, decided_at = :at,
       successor_id = :successor
 WHERE id = :id
""")
_END = text("""
UPDATE certificate SET state = :state, reason_sealed = :reason, changed_at = :at WHERE id = :id
""")
_SUCCEED = text("""
INSERT INTO certificate (id, serial, route, batch_id, learner_id, project_id, enrolment_id,
                         claim_id, district_id, name_sealed, provider_name, level, inscription,
                         issued_on, verify_token, state, replaces, changed_at)
SELECT :id, :serial, route, batch_id, learner_id, project_id, enrolment_id, claim_id, district_id,
       :name, provider_name, level, inscription, :at, :token, 'released', id, :at
  FROM certificate WHERE id = :old
""")
_OF = text("""
SELECT h.id, h.certificate_id, h.kind, h.state, h.reason_sealed, h.asked_by, h.asked_at,
       h.decided_at, a.name AS asker, d.name AS decider, n.serial AS successor
  FROM certificate_change h
  JOIN person a ON a.id = h.asked_by
  LEFT JOIN person d ON d.id = h.decided_by
  LEFT JOIN certificate n ON n.id = h.successor_id
 WHERE h.certificate_id = :id ORDER BY h.id
""")
_OPEN = text("""
SELECT h.id, h.kind, h.asked_at, x.serial, p.name AS asker
  FROM certificate_change h
  JOIN certificate x ON x.id = h.certificate_id
  LEFT JOIN certificate_batch b ON b.id = x.batch_id
  JOIN person p ON p.id = h.asked_by
 WHERE h.state = 'asked'
   AND (CAST(:uploader AS bigint) IS NULL AND x.route = 'training' OR b.uploader_id = :uploader)
 ORDER BY h.id
""")


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a certificate, with its reason in words."""

    id: int
    kind: str
    state: str
    reason: str
    asked_by: int
    asker: str
    asked_at: datetime
    decider: str | None
    decided_at: datetime | None
    successor: str | None


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change that waits for its second person."""

    id: int
    kind: str
    asked_at: datetime
    serial: str
    asker: str


def ask(  # noqa: PLR0913  what is asked, of which certificate, by whom and why
    session: Session,
    certificate_id: int,
    kind: str,
    *,
    reason: str,
    name: str = "",
    actor: Actor,
    at: datetime,
) -> int:
    """Ask that a certificate that stands be changed; `name` is the right one of a correction.

    Raises NotFound, NotYours, BadInput(why="reason_missing" | "certificate_does_not_stand" |
    "name_missing" | "change_is_open").
    """
    found = _certificate(session, certificate_id, actor)
    if found.state != "accepted":
        raise BadInput(why="certificate_does_not_stand")
    if not reason.strip():
        raise BadInput(why="reason_missing")
    if (kind == CORRECT) != bool(name.strip()):
        raise BadInput(why="name_missing")
    (change_id,) = vault.next_ids(session, "certificate_change", 1)
    asked = {
        "id": change_id, "certificate_id": certificate_id, "kind": kind, "at": at,
        "reason": vault.seal(session, CHANGE_REASON, change_id, reason.strip()),
        "name": vault.seal(session, CHANGE_NAME, change_id, name.strip()),
        "person": actor.person_id,
    }  # fmt: skip
    try:
        with session.begin_nested():
            session.connection().execute(_ASK, asked)
    except IntegrityError as error:
        raise BadInput(why="change_is_open") from error
    _note(session, "certificate_change_asked", found, kind, actor=actor, at=at)
    return change_id


def decide(
    session: Session,
    certificate_id: int,
    change_id: int,
    *,
    agree: bool,
    actor: Actor,
    at: datetime,
) -> None:
    """A second person agrees, and it is done; or refuses, and nothing changes.

    Raises NotFound, NotYours, BadInput(why="change_is_decided" | "second_person_needed").
    """
    found = _certificate(session, certificate_id, actor)
    asked = {"id": change_id, "certificate": certificate_id}
    change = session.connection().execute(_CHANGE, asked).first()
    if change is None:
        raise NotFound
    if change.state != "asked":
        raise BadInput(why="change_is_decided")
    if actor.person_id in {None, change.asked_by}:
        raise BadInput(why="second_person_needed")
    successor = _carry_out(session, found, change, at=at) if agree else None
    session.connection().execute(
        _DECIDE,
        {
            "id": change_id, "state": "done" if agree else "refused", "person": actor.person_id,
            "at": at, "successor": successor,
        },
    )  # fmt: skip
    name = "certificate_change_done" if agree else "certificate_change_refused"
    _note(session, name, found, change.kind, actor=actor, at=at)


def changes_of(session: Session, certificate_id: int) -> Sequence[Change]:
    """What was asked and done about a certificate, oldest first."""
    return [
        Change(
            id=row.id,
            kind=row.kind,
            state=row.state,
            reason=vault.unseal(session, CHANGE_REASON, row.id, row.reason_sealed),
            asked_by=row.asked_by,
            asker=row.asker,
            asked_at=row.asked_at,
            decider=row.decider,
            decided_at=row.decided_at,
            successor=row.successor,
        )
        for row in session.connection().execute(_OF, {"id": certificate_id})
    ]


def open_changes(session: Session, actor: Actor) -> Sequence[OpenChange]:
    """What waits for a second person of the asker's own office; the centre's are all training."""
    uploader = None if actor.role is Role.CENTRE else actor.office_id
    rows = session.connection().execute(_OPEN, {"uploader": uploader}).mappings()
    return [OpenChange(**row) for row in rows]


def _certificate(session: Session, certificate_id: int, actor: Actor) -> Any:  # noqa: ANN401
    """The certificate, held, for whoever uploads its route. Raises NotFound, NotYours."""
    found = session.connection().execute(_CERTIFICATE, {"id": certificate_id}).first()
    if found is None:
        raise NotFound
    if actor.role is not uploader_role(Route(found.route)):
        raise NotYours
    if found.uploader_id is not None and found.uploader_id != actor.office_id:
        raise NotFound
    return found


def _carry_out(session: Session, found: Any, change: Any, *, at: datetime) -> int | None:  # noqa: ANN401
    reason = vault.unseal(session, CHANGE_REASON, change.id, change.reason_sealed)
    ended = {
        "id": found.id, "at": at, "state": "revoked" if change.kind == REVOKE else "replaced",
        "reason": vault.seal(session, CERTIFICATE_REASON, found.id, reason),
    }  # fmt: skip
    session.connection().execute(_END, ended)
    if change.kind == REVOKE:
        return None
    (new,) = vault.next_ids(session, "certificate", 1)
    (serial,) = serials(session, 1, at=at)
    name = vault.unseal(session, CHANGE_NAME, change.id, change.name_sealed)
    name = name or vault.unseal(session, CERTIFICATE_NAME, found.id, found.name_sealed)
    sealed = vault.seal(session, CERTIFICATE_NAME, new, name)
    given = {"id": new, "serial": serial, "old": found.id, "token": new_token(), "at": at}
    session.connection().execute(_SUCCEED, given | {"name": sealed})
    return new


def _note(  # noqa: PLR0917  which act, of which certificate and kind
    session: Session,
    name: str,
    found: Any,  # noqa: ANN401  a row of _CERTIFICATE
    kind: str,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    acts.note(
        session,
        name,
        actor=actor,
        at=at,
        about=f"certificate/{found.id}",
        detail={"kind": kind},
        project_id=found.project_id,
    )
