"""What becomes of a certificate that 证书归集 refused: put right, or given up (E50).

Put right (`release`) it goes into the next batch under its own serial; given up (`drop`) it is void
for good.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states import actions
from states.actions import Outcome
from states.actor import Actor
from states.errors import BadInput, NotFound, NotYours
from states.records import acts, answered, remarks, vault
from states.records.candidates import may_upload
from states.records.places import CERTIFICATE_REASON
from states.rules.facts import CertificateDropped
from states.rules.routes import Route

_CERTIFICATE = text("""
SELECT x.id, x.route, x.state, x.project_id, c.case_id, b.uploader_id
  FROM certificate x
  LEFT JOIN claim c ON c.id = x.claim_id
  LEFT JOIN certificate_batch b ON b.id = x.batch_id
 WHERE x.id = :id FOR UPDATE OF x
""")
_DROP = text("""
UPDATE certificate SET state = 'dropped', reason_sealed = :reason, changed_at = :at WHERE id = :id
""")
_RELEASE = text("UPDATE certificate SET state = 'released', changed_at = :at WHERE id = :id")


def drop(
    session: Session,
    *,
    certificate_id: int,
    text: str,
    actor: Actor,
    at: datetime,
    settle: bool = True,
) -> Outcome | None:
    """Give up a refused certificate, with the reason.

    Answers what its project came to, None where no project waits for it. Raises NotFound, NotYours,
    BadInput(why="reason_missing" | "certificate_is_not_refused"), and what `actions.record` raises.
    """
    if not text.strip():
        raise BadInput(why="reason_missing")
    found = _refused(session, certificate_id, actor, states=("refused", "released"))
    reason = vault.seal(session, CERTIFICATE_REASON, certificate_id, text.strip())
    session.connection().execute(_DROP, {"id": found.id, "reason": reason, "at": at})
    if answered.open_projects(session, [found.project_id] if found.project_id else []):
        fact = CertificateDropped(certificate_id=found.id, text=remarks.KEPT_APART)
        outcome = actions.record(session, found.project_id, fact, actor=actor, at=at, settle=settle)
        remarks.keep(session, outcome, text)
        return outcome
    _note(session, acts.DROPPED, found, actor=actor, at=at)
    answered.tell_cases(session, [found.case_id] if found.case_id else [], actor=actor, at=at)
    return None


def release(session: Session, *, certificate_id: int, actor: Actor, at: datetime) -> None:
    """Let a refused certificate go into the next batch under its own serial.

    Raises NotYours, NotFound, BadInput(why="certificate_is_not_refused").
    """
    found = _refused(session, certificate_id, actor, states=("refused",))
    session.connection().execute(_RELEASE, {"id": certificate_id, "at": at})
    _note(session, acts.RELEASED, found, actor=actor, at=at)


def _refused(
    session: Session, certificate_id: int, actor: Actor, *, states: tuple[str, ...]
) -> Any:  # noqa: ANN401  a row of _CERTIFICATE
    """The certificate, held, for whoever uploads it. Raises as `release` does."""
    found = session.connection().execute(_CERTIFICATE, {"id": certificate_id}).first()
    if found is None:
        raise NotFound
    if not may_upload(actor, Route(found.route), found.uploader_id):
        raise NotYours
    if found.state not in states:
        raise BadInput(why="certificate_is_not_refused")
    return found


def _note(session: Session, name: str, found: Any, *, actor: Actor, at: datetime) -> None:  # noqa: ANN401
    about = f"certificate/{found.id}"
    acts.note(session, name, actor=actor, at=at, about=about, project_id=found.project_id)
