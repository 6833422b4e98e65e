"""Certificates are revoked, replaced or corrected: asked by one person, decided by another.

What has the city's number is never rewritten: the old one keeps its names and number and says what
became of it; a successor has its own serial, goes into the next batch of its uploader, and names
the one before. What came back without a number is corrected in its place: it keeps its serial and
leaves its batch for the next one, and the change keeps the old name.
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
from states.records.batches import hold_series
from states.records.candidates import UPLOADER, uploader_role
from states.records.places import CHANGE_NAME, CHANGE_OLD_NAME, CHANGE_REASON
from states.records.refusals import SENT_BACK
from states.records.succession import CORRECT, REPLACE, REVOKE, carry_out
from states.rules.routes import Route
from states.rules.stages import Role

__all__ = [
    "CORRECT", "REPLACE", "REVOKE", "Change", "OpenChange", "ask", "changes_of", "decide",
    "is_open_in", "open_changes", "open_to",
]  # fmt: skip

_CERTIFICATE = f"""
SELECT x.id, x.route, x.state, x.name_sealed, x.project_id, x.batch_id, {UPLOADER} AS uploader_id,
       {SENT_BACK} AS sent_back
  FROM certificate x
  LEFT JOIN claim m ON m.id = x.claim_id
  LEFT JOIN route_case k ON k.id = m.case_id
  LEFT JOIN certificate_batch b ON b.id = x.batch_id
 WHERE x.id = :id
"""  # noqa: S608  constants of the records
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
_OF = text("""
SELECT h.id, h.certificate_id, h.kind, h.state, h.reason_sealed, h.name_sealed, h.old_name_sealed,
       h.asked_by, h.asked_at, h.decided_at, a.name AS asker, d.name AS decider,
       n.serial AS successor
  FROM certificate_change h
  JOIN person a ON a.id = h.asked_by
  LEFT JOIN person d ON d.id = h.decided_by
  LEFT JOIN certificate n ON n.id = h.successor_id
 WHERE h.certificate_id = :id ORDER BY h.id
""")
_OPEN_IN = text("""
SELECT 1 FROM certificate_change h JOIN certificate x ON x.id = h.certificate_id
 WHERE x.batch_id = :id AND h.state = 'asked' LIMIT 1
""")
_OPEN = text(f"""
SELECT h.id, h.kind, h.asked_at, x.serial, p.name AS asker
  FROM certificate_change h
  JOIN certificate x ON x.id = h.certificate_id
  LEFT JOIN claim m ON m.id = x.claim_id
  LEFT JOIN route_case k ON k.id = m.case_id
  JOIN person p ON p.id = h.asked_by
 WHERE h.state = 'asked'
   AND (CAST(:uploader AS bigint) IS NULL AND x.route = 'training' OR {UPLOADER} = :uploader)
 ORDER BY h.id
""")  # noqa: S608  a constant of the candidates


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a certificate, with its reason in words.

    `name` is the right one of a correction, `old_name` the one that it took the place of.
    """

    id: int
    kind: str
    state: str
    reason: str
    name: str
    old_name: str
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
    """Ask that a certificate be changed; `name` is the right one of a correction.

    Raises NotFound, NotYours, BadInput(why="reason_missing" | "certificate_does_not_stand" |
    "name_missing" | "change_is_open").
    """
    found = _certificate(session, certificate_id, actor)
    _check_open_to(kind, found)
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

    Raises NotFound, NotYours, BadInput(why="change_is_decided" | "second_person_needed" |
    "certificate_does_not_stand").
    """
    hold_series(session, at=at)
    found = _certificate(session, certificate_id, actor)
    asked = {"id": change_id, "certificate": certificate_id}
    change = session.connection().execute(_CHANGE, asked).first()
    if change is None:
        raise NotFound
    if change.state != "asked":
        raise BadInput(why="change_is_decided")
    if actor.person_id in {None, change.asked_by}:
        raise BadInput(why="second_person_needed")
    if agree:
        _check_open_to(change.kind, found)
    successor = carry_out(session, found, change, at=at) if agree else None
    session.connection().execute(
        _DECIDE,
        {
            "id": change_id, "state": "done" if agree else "refused", "person": actor.person_id,
            "at": at, "successor": successor,
        },
    )  # fmt: skip
    name = "certificate_change_done" if agree else "certificate_change_refused"
    _note(session, name, found, change.kind, actor=actor, at=at)


def open_to(session: Session, certificate_id: int) -> tuple[str, ...]:
    """The kinds of changes that may be asked for as it stands. Raises NotFound."""
    found = session.connection().execute(text(_CERTIFICATE), {"id": certificate_id}).first()
    if found is None:
        raise NotFound
    return _open_to(found)


def changes_of(session: Session, certificate_id: int) -> Sequence[Change]:
    """What was asked and done about a certificate, oldest first."""
    return [
        Change(
            id=row.id,
            kind=row.kind,
            state=row.state,
            reason=vault.unseal(session, CHANGE_REASON, row.id, row.reason_sealed),
            name=vault.unseal(session, CHANGE_NAME, row.id, row.name_sealed),
            old_name=vault.unseal(session, CHANGE_OLD_NAME, row.id, row.old_name_sealed),
            asked_by=row.asked_by,
            asker=row.asker,
            asked_at=row.asked_at,
            decider=row.decider,
            decided_at=row.decided_at,
            successor=row.successor,
        )
        for row in session.connection().execute(_OF, {"id": certificate_id})
    ]


def is_open_in(session: Session, batch_id: int) -> bool:
    """Whether a change of one of the batch's certificates waits for its second person."""
    return session.connection().execute(_OPEN_IN, {"id": batch_id}).first() is not None


def open_changes(session: Session, actor: Actor) -> Sequence[OpenChange]:
    """What waits for a second person of the asker's own office; the centre's are all training."""
    uploader = None if actor.role is Role.CENTRE else actor.office_id
    rows = session.connection().execute(_OPEN, {"uploader": uploader}).mappings()
    return [OpenChange(**row) for row in rows]


def _certificate(session: Session, certificate_id: int, actor: Actor) -> Any:  # noqa: ANN401
    """The certificate, held, for whoever uploads its route. Raises NotFound, NotYours."""
    held = text(f"{_CERTIFICATE} FOR UPDATE OF x")
    found = session.connection().execute(held, {"id": certificate_id}).first()
    if found is None:
        raise NotFound
    if actor.role is not uploader_role(Route(found.route)):
        raise NotYours
    if found.uploader_id is not None and found.uploader_id != actor.office_id:
        raise NotFound
    return found


def _open_to(found: Any) -> tuple[str, ...]:  # noqa: ANN401  a row of _CERTIFICATE
    if found.state == "accepted":
        return (REVOKE, REPLACE, CORRECT)
    return (CORRECT,) if found.sent_back else ()


def _check_open_to(kind: str, found: Any) -> None:  # noqa: ANN401  a row of _CERTIFICATE
    if kind not in _open_to(found):
        raise BadInput(why="certificate_does_not_stand")


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
