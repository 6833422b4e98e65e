"""Cases of the other routes as the machine needs them, and who may see them."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, false, text, true
from sqlmodel import Session, col, select

from states.actor import Actor
from states.errors import NotFound
from states.records.tables import RouteCase
from states.rules.cases.dossier import CaseDossier, fold
from states.rules.cases.kinds import CaseStage
from states.rules.dossier import Recorded
from states.rules.routes import Route
from states.rules.stages import DISTRICT_ROLES, MUNICIPAL_ROLES, Role

OWN_OFFICE = frozenset({Role.ORGANISER, Role.EVALUATOR, Role.EXAM_AUTHORITY})
OWN_DISTRICT = DISTRICT_ROLES
_ALL = MUNICIPAL_ROLES | {Role.SYSTEM}

_FACTS = text("""
SELECT seq, kind, payload, person_id, at FROM route_fact WHERE case_id = :id ORDER BY seq
""")
_YEARS = text("SELECT id, year FROM route_case WHERE id = ANY(:ids) AND year IS NOT NULL")
_WRITE = text("""
WITH swapped AS (
  UPDATE route_case SET
    stage = CAST(:stage AS text), moves = :moves, ledger_seq = :ledger_seq, title = :title,
    held_on = CAST(:held_on AS date), year = CAST(:year AS int),
    stage_since = CASE WHEN stage = CAST(:stage AS text) THEN stage_since
                       ELSE CAST(:at AS timestamptz) END,
    first_signer_id = CAST(:first_signer_id AS bigint),
    second_signer_id = CAST(:second_signer_id AS bigint)
  WHERE id = :id AND ledger_seq = :seen
  RETURNING id
), said AS (
  INSERT INTO route_fact (case_id, seq, kind, payload, person_id, office_id, role, at)
  SELECT s.id, f.seq, f.kind, f.payload, f.person_id, f.office_id, f.role, CAST(:at AS timestamptz)
    FROM swapped s CROSS JOIN jsonb_to_recordset(CAST(:facts AS jsonb)) AS f(
      seq bigint, kind text, payload jsonb, person_id bigint, office_id bigint, role text)
), noted AS (
  INSERT INTO ledger (case_id, seq, at, kind, name, from_stage, to_stage, person_id, office_id,
                      role, regime, regime_digest, clause, request_id, content_digest)
  SELECT s.id, e.seq, CAST(:at AS timestamptz), e.kind, e.name, e.from_stage, e.to_stage,
         e.person_id, e.office_id, e.role, :regime, :regime_digest, e.clause, e.request_id,
         e.content_digest
    FROM swapped s CROSS JOIN jsonb_to_recordset(CAST(:entries AS jsonb)) AS e(
      seq bigint, kind text, name text, from_stage text, to_stage text, person_id bigint,
      office_id bigint, role text, clause text, request_id text, content_digest text)
)
SELECT id FROM swapped
""")


def visible(actor: Actor) -> ColumnElement[bool]:
    """The condition on RouteCase: whoever filed it, its district, all for centre and auditor."""
    if actor.role in OWN_OFFICE:
        return col(RouteCase.office_id) == actor.office_id
    if actor.role in OWN_DISTRICT:
        return col(RouteCase.district_id) == actor.office_id
    return true() if actor.role in _ALL else false()


def find(session: Session, actor: Actor, code: str, *, route: Route) -> RouteCase:
    """The case of this code. Raises NotFound, also for one that is not the asker's to see."""
    asked = select(RouteCase).where(
        RouteCase.code == code, RouteCase.route == route, visible(actor)
    )
    found = session.exec(asked, execution_options={"populate_existing": True}).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case as it stood when it was read; `ledger_seq` is what a write must still find."""

    id: int
    code: str
    route: Route
    stage: CaseStage
    moves: int
    ledger_seq: int
    office_id: int
    district_id: int | None
    filed_at: datetime
    recorded: tuple[Recorded, ...]

    def dossier(self, today: date) -> CaseDossier:
        """What its facts say now."""
        return fold(self.recorded, route=self.route, stage=self.stage, today=today)

    def office_of(self, role: Role, elsewhere: int | None) -> int | None:
        """The one office in which a role counts for this case; others are not bound to one."""
        if role in OWN_OFFICE:
            return self.office_id
        return self.district_id if role in OWN_DISTRICT else elsewhere


def load(session: Session, case_id: int) -> LoadedCase:
    """A case with all its facts. Raises NotFound."""
    case = session.get(RouteCase, case_id, populate_existing=True)
    if case is None:
        raise NotFound
    return LoadedCase(
        id=case.id,
        code=case.code,
        route=Route(case.route),
        stage=CaseStage(case.stage),
        moves=case.moves,
        ledger_seq=case.ledger_seq,
        office_id=case.office_id,
        district_id=case.district_id,
        filed_at=case.filed_at,
        recorded=facts_of(session, case_id),
    )


def facts_of(session: Session, case_id: int) -> tuple[Recorded, ...]:
    """What was said about a case, in order."""
    rows = session.connection().execute(_FACTS, {"id": case_id})
    return tuple(Recorded(*row) for row in rows)


def year_of(told: CaseDossier) -> int | None:
    """The year in which a case counts: of the contest's day, or that of its list (trap 22)."""
    if told.held_on:
        return told.held_on.year
    return told.listed.year if told.listed else None


def years(session: Session, case_ids: Collection[int]) -> Mapping[int, int]:
    """The year of each of these cases, where it has one."""
    asked = {"ids": list(case_ids)}
    return dict(session.connection().execute(_YEARS, asked).tuples().all())


@dataclass(slots=True)
class CaseWriting:
    """What one decision writes: the case's own row, its facts, and their ledger entries."""

    case: Mapping[str, object]
    facts: Sequence[Mapping[str, Any]] = field(default_factory=list)
    entries: Sequence[Mapping[str, Any]] = field(default_factory=list)


def write(session: Session, writing: CaseWriting) -> bool:
    """Swap, facts and ledger in one statement; False when somebody was faster."""
    rows = {"facts": _json(writing.facts), "entries": _json(writing.entries)}
    found = session.connection().execute(_WRITE, {**writing.case, **rows}).first()
    return found is not None


def _json(rows: Iterable[Mapping[str, Any]]) -> str:
    return json.dumps(list(rows), ensure_ascii=False)
