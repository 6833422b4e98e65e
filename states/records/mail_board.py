"""Promised letters as a list: to which office each goes, and how far it got."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from states.actor import Actor
from states.errors import NotFound
from states.records import mail_events as events
from states.records import vault
from states.records.boards import Names
from states.records.db import WAKE_CHANNEL
from states.records.places import INVITATION_EMAIL
from states.rules.stages import MUNICIPAL_ROLES, Role

PAGE = 50
GROUPS: Mapping[str, tuple[str, ...]] = {
    "waiting": ("promised", "leased", "deferred"),
    "sent": ("accepted",),
    "refused": ("refused",),
    "bounced": ("bounced",),
    "moot": ("moot",),
}
ALL_SEEING = MUNICIPAL_ROLES | {Role.ADMINISTRATOR}

# A letter belongs to whoever may see its project; one without a project to its reader's office.
_SCOPE = """
(:everything OR p.district_id = :office OR p.provider_id = :office
 OR (m.project_id IS NULL AND EXISTS (SELECT 1 FROM appointment a
      WHERE a.person_id = m.person_id AND a.office_id = :office)))
"""
_LINE = """
SELECT m.id, m.message_id, m.letter, m.state, m.promised_at, m.done_at, m.attempts, m.answer,
       m.not_before, p.code, w.name_zh, w.name_en, w.role, s.name AS person,
       s.email, i.id AS invitation, i.email_sealed,
       jsonb_exists(m.context, 'trial') AS trial
  FROM outbox m
  LEFT JOIN project p ON p.id = m.project_id
  LEFT JOIN person s ON s.id = m.person_id
  LEFT JOIN survey_invitation i ON i.id = CAST(m.context->>'invitation' AS bigint)
  LEFT JOIN LATERAL (
    SELECT o.name_zh, o.name_en, a.role FROM appointment a JOIN office o ON o.id = a.office_id
     WHERE a.person_id = m.person_id ORDER BY a.id LIMIT 1) w ON true
"""
_LIST = text(f"""{_LINE}
 WHERE m.state = ANY(:states) AND {_SCOPE}
   AND (CAST(:before AS bigint) IS NULL OR m.id < :before)
 ORDER BY m.id DESC LIMIT :limit
""")
_ONE = text(f"{_LINE} WHERE m.id = :id AND {_SCOPE}")
_COUNT = text(f"""
SELECT m.state, count(*) AS n FROM outbox m LEFT JOIN project p ON p.id = m.project_id
 WHERE {_SCOPE} GROUP BY m.state
""")  # noqa: S608
_RETRY = text(f"""
WITH again AS (
UPDATE outbox SET state = 'promised', attempts = 0, done_at = NULL, answer = '', not_before = :at
 WHERE id = :id AND state IN ('refused', 'bounced') RETURNING id)
{events.noting("again", "retried")} RETURNING mail_id
""")  # noqa: S608  a constant of another file
_WAKE = text("SELECT pg_notify(:channel, '')")


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One promised letter. Person and address come whole: whoever shows them masks them."""

    id: int
    message_id: str
    letter: str
    state: str
    promised_at: datetime
    done_at: datetime | None
    attempts: int
    answer: str
    not_before: datetime
    trial: bool
    code: str
    office: Names | None
    role: str
    person: str
    address: str


def letters(
    session: Session, actor: Actor, group: str, *, before: int | None = None
) -> tuple[list[LetterLine], bool]:
    """One page of a group, newest first, and whether older ones follow. Raises NotFound."""
    if group not in GROUPS:
        raise NotFound
    asked = _reach(actor) | {"states": list(GROUPS[group]), "before": before, "limit": PAGE + 1}
    rows = session.connection().execute(_LIST, asked).mappings()
    lines = [_line(session, row) for row in rows]
    return lines[:PAGE], len(lines) > PAGE


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many letters are in each group."""
    found = {r.state: r.n for r in session.connection().execute(_COUNT, _reach(actor))}
    return {group: sum(found.get(s, 0) for s in states) for group, states in GROUPS.items()}


def letter(session: Session, actor: Actor, mail_id: int) -> LetterLine:
    """One letter. Raises NotFound, also for one that is not the asker's to see."""
    asked = _reach(actor) | {"id": mail_id}
    row = session.connection().execute(_ONE, asked).mappings().first()
    if row is None:
        raise NotFound
    return _line(session, row)


def retry(session: Session, mail_id: int, *, at: datetime) -> None:
    """Promise a refused or bounced letter anew, with the same Message-ID. Raises NotFound."""
    asked = {"id": mail_id, "at": at, "real": datetime.now(UTC)}
    if session.connection().execute(_RETRY, asked).first() is None:
        raise NotFound
    session.connection().execute(_WAKE, {"channel": WAKE_CHANNEL})


def _reach(actor: Actor) -> dict[str, object]:
    return {"everything": actor.role in ALL_SEEING, "office": actor.office_id}


def _line(session: Session, row: RowMapping) -> LetterLine:
    values = {name: row[name] for name in LetterLine.__slots__ if name not in ("office", "address")}
    texts = {name: str(row[name] or "") for name in ("code", "role", "person")}
    named = row["name_zh"]
    office = Names(str(named), str(row["name_en"])) if named else None
    return LetterLine(**values | texts, office=office, address=_address(session, row))


def _address(session: Session, row: RowMapping) -> str:
    """The person's, or the one sealed in the invitation; none once that was forgotten."""
    if row["email"] or row["invitation"] is None:
        return str(row["email"] or "")
    return vault.unseal(session, INVITATION_EMAIL, row["invitation"], row["email_sealed"])
