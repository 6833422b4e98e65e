"""Who waits for a certificate on each route, and who holds one of that level already (A24)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.errors import NotYours
from states.records import vault
from states.records.places import CLAIM_NAME, ENROLMENT_NAME
from states.records.tables.returns import ACTIVE_STATES
from states.rules.routes import TERMS, Level, Route, Uploader
from states.rules.stages import Role

# A dropped one was given up for good; a held one waits, a replaced one has its successor.
_NONE_YET = "NOT EXISTS (SELECT 1 FROM certificate x WHERE x.{column} = {row}.id)"
# A certified project has somebody new only when a corrected score came to a pass (E49).
_TRAINING = f"""
SELECT p.id AS project_id, NULL AS case_id, e.id AS enrolment_id, NULL AS claim_id, e.learner_id,
       e.name_sealed, 'basic' AS level, o.name_zh AS sealer, p.district_id
  FROM project p
  JOIN office o ON o.id = p.provider_id
  JOIN training_class c ON c.project_id = p.id
  JOIN enrolment e ON e.class_id = c.id
  JOIN score s ON s.enrolment_id = e.id AND s.result = 'pass'
   AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = c.id)
 WHERE p.stage IN ('reported', 'certified') AND {_NONE_YET.format(column="enrolment_id", row="e")}
 ORDER BY p.id, c.no, e.sheet_row, e.id
"""  # noqa: S608  constants of this file
_CLAIMS = f"""
SELECT NULL AS project_id, k.id AS case_id, NULL AS enrolment_id, m.id AS claim_id, m.learner_id,
       m.name_sealed, m.level, o.name_zh AS sealer, coalesce(m.district_id, k.district_id)
         AS district_id
  FROM route_case k
  JOIN office o ON o.id = k.office_id
  JOIN claim m ON m.case_id = k.id AND m.awarded
 WHERE k.stage = 'confirmed' AND k.route = :route
   AND :uploader = CASE WHEN k.route = 'skills_contest' THEN k.district_id ELSE k.office_id END
   AND {_NONE_YET.format(column="claim_id", row="m")}
 ORDER BY k.id, m.sheet_row, m.id
"""  # noqa: S608
STILL_PASSES = """
(x.enrolment_id IS NULL OR EXISTS (
   SELECT 1 FROM score s WHERE s.enrolment_id = x.enrolment_id AND s.result = 'pass'
      AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = s.class_id)))"""
"""Whoever failed by a corrected score is not numbered, nor sent again: certificate `x` (E49)."""
_HOLDERS = text(f"""
SELECT learner_id, level, min(id) AS id FROM certificate
 WHERE learner_id = ANY(:learners) AND state IN ({", ".join(f"'{s}'" for s in ACTIVE_STATES)})
 GROUP BY learner_id, level
""")  # noqa: S608
_ROLE = {
    Uploader.CENTRE: Role.CENTRE,
    Uploader.EVALUATION_BODY: Role.EVALUATOR,
    Uploader.EXAM_AUTHORITY: Role.EXAM_AUTHORITY,
    Uploader.DISTRICT: Role.REVIEWER,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody with a right to a certificate. It rests on an enrolment, or on a claim of a case."""

    project_id: int | None
    case_id: int | None
    enrolment_id: int | None
    claim_id: int | None
    learner_id: int
    name: str
    level: Level
    sealer: str
    district_id: int | None


def uploader_role(route: Route) -> Role:
    """Who makes the batches of a route (C22, C25, C29, C35)."""
    return _ROLE[TERMS[route].uploader]


def route_of(role: Role) -> Route | None:
    """Whose batches a role makes."""
    return next((route for route in Route if uploader_role(route) is role), None)


def may_upload(actor: Actor, route: Route, uploader_id: int | None) -> bool:
    """Whether batches of this route and uploader are the actor's: the centre's have no uploader."""
    own = uploader_id is None or uploader_id == actor.office_id
    return own and actor.role is uploader_role(route)


def waiting(
    session: Session, route: Route, uploader_id: int | None, *, hold: bool = True
) -> list[Candidate]:
    """Everybody of this route and uploader without a certificate; their cases are held.

    The centre batches all training. Whoever only looks does not `hold`. Raises NotYours for
    another route without an uploader.
    """
    if route is not Route.TRAINING and uploader_id is None:
        raise NotYours
    query, row = (_TRAINING, "p") if route is Route.TRAINING else (_CLAIMS, "k")
    found = text(f"{query} FOR UPDATE OF {row}" if hold else query)
    asked = {} if route is Route.TRAINING else {"route": route, "uploader": uploader_id}
    return list(_opened(session, session.connection().execute(found, asked).all()))


def holders(session: Session, learners: Sequence[int]) -> dict[tuple[int, Level], int]:
    """(learner, level) -> the active certificate that stands in the way of a second one."""
    rows = session.connection().execute(_HOLDERS, {"learners": list(learners)})
    return {(row.learner_id, Level(row.level)): row.id for row in rows}


def _opened(session: Session, rows: Sequence[Any]) -> Iterator[Candidate]:
    for row in rows:
        place, key = (
            (ENROLMENT_NAME, row.enrolment_id) if row.enrolment_id else (CLAIM_NAME, row.claim_id)
        )
        yield Candidate(
            project_id=row.project_id,
            case_id=row.case_id,
            enrolment_id=row.enrolment_id,
            claim_id=row.claim_id,
            learner_id=row.learner_id,
            name=vault.unseal(session, place, key, row.name_sealed),
            level=Level(row.level),
            sealer=row.sealer,
            district_id=row.district_id,
        )
