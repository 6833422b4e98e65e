"""What became of certificates, told to the project or case on whose results they rest."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from states import actions, case_actions
from states.actor import Actor
from states.rules.cases.facts import Collected
from states.rules.cases.kinds import CaseStage
from states.rules.facts import CertificatesBatched, ReceiptImported

_REPORTED = text("SELECT id FROM project WHERE id = ANY(:ids) AND stage = 'reported'")
# Once numbered, an award is answered whatever becomes of the certificate later.
_COLLECTED = text(f"""
WITH award AS (
  SELECT m.case_id, max(CASE WHEN x.number IS NOT NULL THEN 3 WHEN x.state = 'held' THEN 2
                             WHEN x.state = 'dropped' THEN 1 ELSE 0 END) AS came_to
    FROM route_case k
    JOIN claim m ON m.case_id = k.id AND m.awarded
    LEFT JOIN certificate x ON x.claim_id = m.id
   WHERE k.id = ANY(:ids) AND k.stage = '{CaseStage.CONFIRMED}'
   GROUP BY m.case_id, m.id
), now AS (
  SELECT case_id, count(*) FILTER (WHERE came_to = 3) AS numbered,
         count(*) FILTER (WHERE came_to = 2) AS held, count(*) FILTER (WHERE came_to = 1) AS dropped
    FROM award GROUP BY case_id
)
SELECT n.* FROM now n
  LEFT JOIN LATERAL (SELECT payload FROM route_fact f
                      WHERE f.case_id = n.case_id AND f.kind = 'collected'
                      ORDER BY f.seq DESC LIMIT 1) last ON true
 WHERE n.numbered + n.held + n.dropped > 0
   AND (last.payload IS NULL
        OR (n.numbered, n.held, n.dropped) IS DISTINCT FROM (
             CAST(last.payload->>'numbered' AS int), CAST(last.payload->>'held' AS int),
             CAST(last.payload->>'dropped' AS int)))
 ORDER BY n.case_id
""")  # noqa: S608  a constant of the stages


def open_projects(session: Session, ids: Iterable[int]) -> list[int]:
    """Those of the projects that still wait for certificates, in the order of their ids.

    A successor of a certificate that was replaced may rest on a project that has come to its end.
    """
    rows = session.connection().execute(_REPORTED, {"ids": sorted(set(ids))})
    return sorted(rows.scalars())


def tell_projects(
    session: Session,
    facts: Mapping[int, CertificatesBatched | ReceiptImported],
    *,
    actor: Actor,
    at: datetime,
    settle: bool,
) -> None:
    """One fact for each project that still waits, then one settle for all."""
    ids = open_projects(session, facts)
    for project_id in ids:
        actions.record(session, project_id, facts[project_id], actor=actor, at=at, settle=False)
    if settle and ids:
        actions.settle(session, ids, at=at)


def tell_cases(session: Session, ids: Iterable[int], *, actor: Actor, at: datetime) -> None:
    """How many awards of each case were answered by now; nothing when nothing has changed."""
    rows = session.connection().execute(_COLLECTED, {"ids": sorted(set(ids))}).all()
    for row in rows:
        fact = Collected(numbered=row.numbered, held=row.held, dropped=row.dropped)
        case_actions.record(session, row.case_id, fact, actor=actor, at=at)
