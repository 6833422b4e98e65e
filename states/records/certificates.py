"""What becomes of a certificate that 证书归集 sent back: put right, or given up (E50).

Put right (`release`) it goes into the next batch under its own serial; given up (`drop`) it is void
for good. Whoever gives up the successor of one that was replaced ends only that: its person waits
again, and is numbered anew.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states import actions
from states.actions import Outcome
from states.actor import Actor
from states.errors import BadInput, NotFound, NotYours
from states.records import acts, answered, batches, remarks, vault
from states.records.candidates import UPLOADER, may_upload
from states.records.places import CERTIFICATE_REASON
from states.records.refusals import SENT_BACK
from states.rules.facts import CertificateDropped
from states.rules.routes import Route

# One that the upgrade holds has a serial: its project may wait for an answer that will not come.
_CERTIFICATE = text(f"""
SELECT x.id, x.route, x.state, x.project_id, x.batch_id, x.replaces, m.case_id,
       {UPLOADER} AS uploader_id,
       {SENT_BACK} OR x.state = 'held' AND x.serial IS NOT NULL AS droppable
  FROM certificate x
  LEFT JOIN claim m ON m.id = x.claim_id
  LEFT JOIN route_case k ON k.id = m.case_id
  LEFT JOIN certificate_batch b ON b.id = x.batch_id
 WHERE x.id = :id FOR UPDATE OF x
""")  # noqa: S608  constants of the records
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
    """Give up a certificate that came back, alone or with its whole batch, with the reason.

    Answers what its project came to, None where no project waits for it. Raises NotFound, NotYours,
    BadInput(why="reason_missing" | "certificate_is_not_refused"), and what `actions.record` raises.
    """
    if not text.strip():
        raise BadInput(why="reason_missing")
    batches.hold_series(session, at=at)
    found = _certificate(session, certificate_id, actor)
    if not found.droppable:
        raise BadInput(why="certificate_is_not_refused")
    reason = vault.seal(session, CERTIFICATE_REASON, certificate_id, text.strip())
    session.connection().execute(_DROP, {"id": found.id, "reason": reason, "at": at})
    if found.batch_id is not None:
        batches.close(session, found.batch_id, at=at)
    if _is_awaited(session, found):
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
    found = _certificate(session, certificate_id, actor)
    if found.state != "refused":
        raise BadInput(why="certificate_is_not_refused")
    session.connection().execute(_RELEASE, {"id": certificate_id, "at": at})
    _note(session, acts.RELEASED, found, actor=actor, at=at)


def _certificate(session: Session, certificate_id: int, actor: Actor) -> Any:  # noqa: ANN401  a row
    """The certificate, held, for whoever uploads it. Raises NotFound, NotYours."""
    found = session.connection().execute(_CERTIFICATE, {"id": certificate_id}).first()
    if found is None:
        raise NotFound
    if not may_upload(actor, Route(found.route), found.uploader_id):
        raise NotYours
    return found


def _is_awaited(session: Session, found: Any) -> bool:  # noqa: ANN401  a row of _CERTIFICATE
    """Whether a project waits for it: not for a successor, whose predecessor was its answer."""
    ids = [found.project_id] if found.project_id and found.replaces is None else []
    return bool(answered.open_projects(session, ids))


def _note(session: Session, name: str, found: Any, *, actor: Actor, at: datetime) -> None:  # noqa: ANN401
    about = f"certificate/{found.id}"
    acts.note(session, name, actor=actor, at=at, about=about, project_id=found.project_id)
