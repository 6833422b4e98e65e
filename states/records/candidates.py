"""Who waits for a certificate on each route, and who holds one of that level already (A24)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.actor import Actor
from states.errors import NotYours
from states.records import vault
from states.records.places import CERTIFICATE_NAME, CLAIM_NAME, ENROLMENT_NAME
from states.records.tables.returns import ACTIVE_STATES
from states.rules.routes import TERMS, Level, Route, Uploader
from states.rules.stages import Role

_NONE_YET = """
NOT EXISTS (SELECT 1 FROM certificate x LEFT JOIN certificate r ON r.id = x.replaces
             WHERE x.{column} = {row}.id AND x.state <> 'replaced'
               AND (x.state <> 'dropped' OR r.state IS DISTINCT FROM 'replaced'))"""
NO_CERTIFICATE = _NONE_YET.format(column="enrolment_id", row="e")
"""That a passer `e` waits for a number. A certificate that was given up is void for good, unless it
succeeded one that was replaced: then its person waits once more, under the name it had."""
NO_CERTIFICATE_OF_CLAIM = _NONE_YET.format(column="claim_id", row="m")
_WAS = """
  LEFT JOIN LATERAL (SELECT y.id, y.name_sealed FROM certificate y WHERE y.{column} = {row}.id
                      ORDER BY y.id DESC LIMIT 1) was ON true"""
# A certified project has somebody new when a corrected score came to a pass (E49), or when the
# successor of a certificate that was replaced was given up; a collected case only then.
_TRAINING = f"""
SELECT p.id AS project_id, NULL AS case_id, e.id AS enrolment_id, NULL AS claim_id, e.learner_id,
       e.name_sealed, was.id AS replaces, was.name_sealed AS name_before, 'basic' AS level,
       o.name_zh AS sealer, p.district_id
  FROM project p
  JOIN office o ON o.id = p.provider_id
  JOIN training_class c ON c.project_id = p.id
  JOIN enrolment e ON e.class_id = c.id
  JOIN score s ON s.enrolment_id = e.id AND s.result = 'pass'
   AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = c.id)
{_WAS.format(column="enrolment_id", row="e")}
 WHERE p.stage IN ('reported', 'certified') AND {NO_CERTIFICATE}
 ORDER BY p.id, c.no, e.sheet_row, e.id
"""  # noqa: S608  constants of this file
_CLAIMS = f"""
SELECT NULL AS project_id, k.id AS case_id, NULL AS enrolment_id, m.id AS claim_id, m.learner_id,
       m.name_sealed, was.id AS replaces, was.name_sealed AS name_before, m.level,
       o.name_zh AS sealer, coalesce(m.district_id, k.district_id) AS district_id
  FROM route_case k
  JOIN office o ON o.id = k.office_id
  JOIN claim m ON m.case_id = k.id AND m.awarded
{_WAS.format(column="claim_id", row="m")}
 WHERE k.stage IN ('confirmed', 'collected') AND k.route = :route
   AND :uploader = CASE WHEN k.route = 'skills_contest' THEN k.district_id ELSE k.office_id END
   AND {NO_CERTIFICATE_OF_CLAIM}
 ORDER BY k.id, m.sheet_row, m.id
"""  # noqa: S608
UPLOADER = """
CASE x.route WHEN 'training' THEN NULL WHEN 'skills_contest' THEN k.district_id
             ELSE k.office_id END"""
"""Who uploads certificate `x` of case `k`; nobody in particular for training: the centre does."""
STILL_PASSES = """
(x.enrolment_id IS NULL OR EXISTS (
   SELECT 1 FROM score s WHERE s.enrolment_id = x.enrolment_id AND s.result = 'pass'
      AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = s.class_id)))"""
"""Whoever failed by a corrected score is not numbered, nor sent again: certificate `x` (E49)."""
_ACTIVE = ", ".join(f"'{state}'" for state in ACTIVE_STATES)
# Put right, or the successor of one that was replaced: unless it is to be corrected first. Held
# ones when what stood in their way is void. Names and sealer are those of today for who is numbered
# today (E52), else those of the certificate.
_KNOWN = f"""
SELECT x.id, x.state, x.serial, x.project_id, m.case_id, x.enrolment_id, x.claim_id, x.learner_id,
       coalesce(e.name_sealed, m.name_sealed) AS name_sealed, x.name_sealed AS name_before,
       x.replaces, x.level, coalesce(o.name_zh, x.provider_name) AS sealer, x.district_id
  FROM certificate x
  LEFT JOIN enrolment e ON e.id = x.enrolment_id
  LEFT JOIN project p ON p.id = x.project_id
  LEFT JOIN claim m ON m.id = x.claim_id
  LEFT JOIN route_case k ON k.id = m.case_id
  LEFT JOIN office o ON o.id = coalesce(p.provider_id, k.office_id)
 WHERE x.route = :route AND (x.route = 'training' OR :uploader = {UPLOADER}) AND {STILL_PASSES}
   AND (x.state = 'released' AND NOT EXISTS (
          SELECT 1 FROM certificate_change h WHERE h.certificate_id = x.id AND h.state = 'asked')
     OR x.state = 'held' AND NOT EXISTS (
          SELECT 1 FROM certificate a WHERE a.learner_id = x.learner_id AND a.level = x.level
             AND a.state IN ({_ACTIVE})))
 ORDER BY x.id
"""  # noqa: S608
_HOLDERS = text(f"""
SELECT learner_id, level, min(id) AS id FROM certificate
 WHERE learner_id = ANY(:learners) AND state IN ({_ACTIVE})
 GROUP BY learner_id, level
""")  # noqa: S608
_ROLE = {
    Uploader.CENTRE: Role.CENTRE,
    Uploader.EVALUATION_BODY: Role.EVALUATOR,
    Uploader.EXAM_AUTHORITY: Role.EXAM_AUTHORITY,
    Uploader.DISTRICT: Role.REVIEWER,
}


@dataclass(frozen=True, slots=True)
class Known:
    """A certificate that there is already: "released" to be sent again, or "held" until now."""

    id: int
    state: str
    serial: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody with a right to a certificate. It rests on an enrolment, or on a claim of a case.

    `replaces` is the certificate before this one; `known` the one that only has to be sent.
    """

    project_id: int | None
    case_id: int | None
    enrolment_id: int | None
    claim_id: int | None
    learner_id: int
    name: str
    level: Level
    sealer: str
    district_id: int | None
    replaces: int | None = None
    known: Known | None = None


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


def everybody(
    session: Session, route: Route, uploader_id: int | None, *, hold: bool = True
) -> list[Candidate]:
    """Who might be in the next batch, in the order in which they are numbered.

    First those who have a certificate already: it is their turn before that of `waiting`. Raises
    NotYours as that does.
    """
    known = text(f"{_KNOWN} FOR UPDATE OF x" if hold else _KNOWN)
    asked = {"route": route, "uploader": uploader_id}
    rows = session.connection().execute(known, asked).all()
    there = [_opened(session, row, Known(row.id, row.state, row.serial)) for row in rows]
    return [*there, *waiting(session, route, uploader_id, hold=hold)]


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
    rows = session.connection().execute(found, asked).all()
    return [_opened(session, row) for row in rows]


def holders(session: Session, learners: Sequence[int]) -> dict[tuple[int, Level], int]:
    """(learner, level) -> the active certificate that stands in the way of a second one."""
    rows = session.connection().execute(_HOLDERS, {"learners": list(learners)})
    return {(row.learner_id, Level(row.level)): row.id for row in rows}


def _opened(session: Session, row: Any, known: Known | None = None) -> Candidate:  # noqa: ANN401
    """A row of the queries of this file."""
    return Candidate(
        project_id=row.project_id,
        case_id=row.case_id,
        enrolment_id=row.enrolment_id,
        claim_id=row.claim_id,
        learner_id=row.learner_id,
        name=_name(session, row, known),
        level=Level(row.level),
        sealer=row.sealer,
        district_id=row.district_id,
        replaces=row.replaces,
        known=known,
    )


def _name(session: Session, row: Any, known: Known | None) -> str:  # noqa: ANN401
    """What two persons decided on before, or what was sent before; else the name on the list."""
    if known and (known.state == "released" or row.replaces):
        return vault.unseal(session, CERTIFICATE_NAME, known.id, row.name_before)
    if known is None and row.replaces:
        return vault.unseal(session, CERTIFICATE_NAME, row.replaces, row.name_before)
    place, key = (
        (ENROLMENT_NAME, row.enrolment_id) if row.enrolment_id else (CLAIM_NAME, row.claim_id)
    )
    return vault.unseal(session, place, key, row.name_sealed)
