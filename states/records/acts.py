"""What somebody did that moves nothing but must be known: looked at a number, took an export.

An act is a ledger entry without a fact: opaque references and counts, never a name or a number.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor

SHOWN = "personal_data_shown"
EXPORTED = "personal_data_exported"
PERMITTED = "export_permitted"
FORGOTTEN = "people_forgotten"
BATCHED = "certificates_batched"
RECEIPT = "receipt_imported"
RELEASED = "certificate_released"
DROPPED = "certificate_dropped"

_NOTE = text("""
INSERT INTO ledger (project_id, seq, at, kind, name, person_id, office_id, role, regime,
                    regime_digest, clause, request_id, content_digest, about, detail)
VALUES (:project_id, 0, :at, 'act', :name, :person_id, :office_id, :role, '', '', '', :request_id,
        '', :about, CAST(:detail AS jsonb))
""")
_LATEST = text("""
SELECT e.at, e.name, e.about, e.detail, e.role, p.name AS person, o.name_zh, o.name_en, j.code
  FROM ledger e
  LEFT JOIN person p ON p.id = e.person_id
  LEFT JOIN office o ON o.id = e.office_id
  LEFT JOIN project j ON j.id = e.project_id
 WHERE e.kind = 'act' AND (CAST(:project_id AS bigint) IS NULL OR e.project_id = :project_id)
   AND (:about = '' OR e.about = :about)
 ORDER BY e.id DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Act:
    """One act as a list shows it; `about` is a reference like "enrolment/12"."""

    at: datetime
    name: str
    about: str
    detail: Mapping[str, Any]
    role: str
    person: str | None
    name_zh: str | None
    name_en: str | None
    code: str | None


def note(  # noqa: PLR0913  who did what, when, and to what
    session: Session,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    about: str = "",
    detail: Mapping[str, str | int | bool] | None = None,
    project_id: int | None = None,
) -> None:
    """Put an act into the ledger, in the transaction that lets it happen."""
    values = {
        "name": name, "at": at, "about": about, "detail": json.dumps(dict(detail or {})),
        "project_id": project_id, "person_id": actor.person_id, "office_id": actor.office_id,
        "role": actor.role, "request_id": actor.request_id,
    }  # fmt: skip
    session.connection().execute(_NOTE, values)


def latest(
    session: Session, *, project_id: int | None = None, about: str = "", limit: int = 100
) -> Sequence[Act]:
    """The newest acts: of one project, about one thing, or all."""
    asked = {"project_id": project_id, "about": about, "limit": limit}
    return [Act(**row) for row in session.connection().execute(_LATEST, asked).mappings()]
