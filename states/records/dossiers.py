"""All that one project's page shows, in four round trips: itself, its ledger, duties, mail."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from states.actor import Actor
from states.errors import NotFound
from states.records import vault
from states.records.boards import Due, Names
from states.records.places import REMARK_TEXT
from states.records.scope import visible
from states.records.tables import Office, Project, Timer
from states.rules.dossier import Dossier, Recorded
from states.rules.facts import Kind
from states.rules.folding import fold
from states.rules.stages import Role, Stage

_ENTRIES = text("""
SELECT l.seq, l.at, l.kind, l.name, l.from_stage, l.to_stage, l.role, l.clause, l.regime,
       l.person_id, p.name AS person, o.name_zh, o.name_en, f.payload,
       r.id AS remark_id, r.text_sealed
  FROM ledger l
  LEFT JOIN fact f ON f.project_id = l.project_id AND f.seq = l.seq
  LEFT JOIN remark r ON r.project_id = l.project_id AND r.seq = l.seq
  LEFT JOIN person p ON p.id = l.person_id
  LEFT JOIN office o ON o.id = l.office_id
 WHERE l.project_id = :id AND l.kind <> 'act'
 ORDER BY l.seq
""")

# Letters to staff one by one; those to people outside only counted: nobody need know to whom.
_MAILS = text("""
SELECT m.letter, m.state, count(*) AS copies, max(m.promised_at) AS promised_at,
       max(m.done_at) AS done_at, max(m.attempts) AS attempts, max(m.answer) AS answer,
       max(m.id) AS id, max(p.name) AS person, max(p.email) AS email, max(w.name_zh) AS name_zh,
       max(w.name_en) AS name_en, max(w.role) AS role
  FROM outbox m
  LEFT JOIN person p ON p.id = m.person_id
  LEFT JOIN LATERAL (
    SELECT o.name_zh, o.name_en, a.role FROM appointment a JOIN office o ON o.id = a.office_id
     WHERE a.person_id = m.person_id
     ORDER BY o.id IN (:provider, :district) DESC, a.id LIMIT 1) w ON true
 WHERE m.project_id = :id
 GROUP BY m.letter, m.state, CASE WHEN m.person_id IS NULL THEN NULL ELSE m.id END
 ORDER BY max(m.id) DESC
 LIMIT 80
""")


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One ledger entry with who stood behind it, and for a fact what it said."""

    seq: int
    at: datetime
    kind: str
    name: str
    from_stage: str | None
    to_stage: str | None
    role: Role
    clause: str
    regime: str
    person_id: int | None
    person: str
    office: Names | None
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MailRow:
    """A promised letter to one member of staff, or `copies` of one to people outside."""

    id: int
    letter: str
    state: str
    copies: int
    promised_at: datetime
    done_at: datetime | None
    attempts: int
    answer: str
    person: str
    email: str
    office: Names | None
    role: str


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """One project as its page shows it. `entries` are in the order of the ledger."""

    project: Project
    provider: Office
    district: Office
    dossier: Dossier
    entries: tuple[EntryRow, ...]
    duties: tuple[Due, ...]
    mails: tuple[MailRow, ...]

    def newest(self, kind: Kind) -> EntryRow | None:
        """The last entry of a kind of fact."""
        return next(
            (e for e in reversed(self.entries) if e.kind == "fact" and e.name == kind), None
        )

    def names(self) -> dict[int, str]:
        """The persons who acted on this project, by id."""
        return {entry.person_id: entry.person for entry in self.entries if entry.person_id}


def read(session: Session, actor: Actor, code: str, *, at: datetime, today: date) -> ProjectFile:
    """The file of a project. Raises NotFound, also for one that is not the asker's to see."""
    provider, district = aliased(Office), aliased(Office)
    found = session.execute(
        select(Project, provider, district)
        .join(provider, col(provider.id) == Project.provider_id)
        .join(district, col(district.id) == Project.district_id)
        .where(col(Project.code) == code, visible(actor))
    ).first()
    if found is None:
        raise NotFound
    project = found[0]
    entries = _entries(session, project.id)
    return ProjectFile(
        project=project,
        provider=found[1],
        district=found[2],
        dossier=_dossier(entries, Stage(project.stage), at=at, today=today),
        entries=entries,
        duties=_duties(session, project.id),
        mails=_mails(session, project),
    )


def _entries(session: Session, project_id: int) -> tuple[EntryRow, ...]:
    rows = session.connection().execute(_ENTRIES, {"id": project_id})
    return tuple(
        EntryRow(
            seq=row.seq, at=row.at, kind=row.kind, name=row.name, from_stage=row.from_stage,
            to_stage=row.to_stage, role=Role(row.role), clause=row.clause, regime=row.regime,
            person_id=row.person_id, person=row.person or "", office=_names(row),
            payload=_payload(session, row),
        )
        for row in rows
    )  # fmt: skip


def _payload(session: Session, row: Any) -> dict[str, Any]:  # noqa: ANN401  a row of _ENTRIES
    """What the fact said, with the words that were kept apart from it."""
    said = dict(row.payload or {})
    if row.remark_id is not None:
        said["text"] = vault.unseal(session, REMARK_TEXT, row.remark_id, row.text_sealed)
    return said


def _dossier(entries: tuple[EntryRow, ...], stage: Stage, *, at: datetime, today: date) -> Dossier:
    recorded = (
        Recorded(entry.seq, entry.name, entry.payload, entry.person_id, entry.at)
        for entry in entries
        if entry.kind == "fact"
    )
    return fold(recorded, stage=stage, at=at, today=today)


def _duties(session: Session, project_id: int) -> tuple[Due, ...]:
    query = select(Timer).where(col(Timer.project_id) == project_id).order_by(col(Timer.due_on))
    return tuple(
        Due(t.duty, t.subject, Role(t.role), t.since, t.due_on, t.provisional, t.source)
        for t in session.scalars(query)
    )


def _mails(session: Session, project: Project) -> tuple[MailRow, ...]:
    known = {
        "id": project.id, "provider": project.provider_id, "district": project.district_id,
    }  # fmt: skip
    return tuple(
        MailRow(
            id=row.id, letter=row.letter, state=row.state, copies=row.copies,
            promised_at=row.promised_at, done_at=row.done_at, attempts=row.attempts,
            answer=row.answer or "", person=row.person or "", email=row.email or "",
            office=_names(row), role=row.role or "",
        )
        for row in session.connection().execute(_MAILS, known)
    )  # fmt: skip


def _names(row: Any) -> Names | None:  # noqa: ANN401
    return Names(row.name_zh, row.name_en) if row.name_zh else None
