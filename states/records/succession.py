"""What a decided change does: a certificate ends, has a successor, or is corrected in its place."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.records import batches, vault
from states.records.places import (
    CERTIFICATE_NAME,
    CERTIFICATE_REASON,
    CHANGE_NAME,
    CHANGE_OLD_NAME,
    CHANGE_REASON,
)

REVOKE, REPLACE, CORRECT = "revoke", "replace", "correct"

_KEEP_OLD = text("UPDATE certificate_change SET old_name_sealed = :name WHERE id = :id")
_CORRECT = text("""
UPDATE certificate SET name_sealed = :name, state = 'released', batch_id = NULL, changed_at = :at
 WHERE id = :id
""")
_END = text("""
UPDATE certificate SET state = :state, reason_sealed = :reason, changed_at = :at WHERE id = :id
""")
_SUCCEED = text("""
INSERT INTO certificate (id, serial, route, learner_id, project_id, enrolment_id, claim_id,
                         district_id, name_sealed, provider_name, level, inscription, issued_on,
                         verify_token, state, replaces, held_for, changed_at)
SELECT :id, :serial, route, learner_id, project_id, enrolment_id, claim_id, district_id, :name,
       provider_name, level, inscription, :at, :token, 'released', id, held_for, :at
  FROM certificate WHERE id = :old
""")


def carry_out(session: Session, found: Any, change: Any, *, at: datetime) -> int | None:  # noqa: ANN401
    """Answers the successor, None when there is none."""
    if found.state != "accepted":
        _correct_in_place(session, found, change, at=at)
        return None
    reason = vault.unseal(session, CHANGE_REASON, change.id, change.reason_sealed)
    ended = {
        "id": found.id, "at": at, "state": "revoked" if change.kind == REVOKE else "replaced",
        "reason": vault.seal(session, CERTIFICATE_REASON, found.id, reason),
    }  # fmt: skip
    session.connection().execute(_END, ended)
    if change.kind == REVOKE:
        return None
    (new,) = vault.next_ids(session, "certificate", 1)
    (serial,) = batches.serials(session, 1, at=at)
    name = vault.unseal(session, CHANGE_NAME, change.id, change.name_sealed)
    name = name or vault.unseal(session, CERTIFICATE_NAME, found.id, found.name_sealed)
    sealed = vault.seal(session, CERTIFICATE_NAME, new, name)
    given = {"id": new, "serial": serial, "old": found.id, "token": batches.new_token(), "at": at}
    session.connection().execute(_SUCCEED, given | {"name": sealed})
    return new


def _correct_in_place(session: Session, found: Any, change: Any, *, at: datetime) -> None:  # noqa: ANN401
    """The right name on a certificate that nobody has numbered; the change keeps the old one."""
    old = vault.unseal(session, CERTIFICATE_NAME, found.id, found.name_sealed)
    new = vault.unseal(session, CHANGE_NAME, change.id, change.name_sealed)
    kept = vault.seal(session, CHANGE_OLD_NAME, change.id, old)
    session.connection().execute(_KEEP_OLD, {"id": change.id, "name": kept})
    sealed = vault.seal(session, CERTIFICATE_NAME, found.id, new)
    session.connection().execute(_CORRECT, {"id": found.id, "name": sealed, "at": at})
    if found.batch_id is not None:
        batches.close(session, found.batch_id, at=at)
