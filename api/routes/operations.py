"""How the service fares: a public sign of life, and figures for those who run it."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Row, text
from sqlmodel import Session

from api import told
from api.deps import OPERATING_ROLES, Db, SignedIn
from api.schemas.operations import HealthOut, OperationsOut, SweepOut
from states.errors import NotYours

router = APIRouter(tags=["operations"])

_HEALTH = text("""
SELECT (SELECT at FROM heartbeat WHERE part = 'worker') AS worker,
       (SELECT CAST(detail->>'prefect' AS boolean) FROM heartbeat WHERE part = 'worker') AS prefect,
       (SELECT count(*) FROM outbox WHERE state IN ('promised', 'leased', 'deferred')) AS mails,
       (SELECT count(*) FROM project WHERE unsettled) AS unsettled
""")
_FIGURES = text("""
SELECT (SELECT coalesce(jsonb_object_agg(stage, n), '{}')
          FROM (SELECT stage, count(*) AS n FROM project GROUP BY stage) s) AS projects,
       (SELECT coalesce(jsonb_object_agg(state, n), '{}')
          FROM (SELECT state, count(*) AS n FROM outbox GROUP BY state) m) AS mails,
       (SELECT coalesce(jsonb_object_agg(state, n), '{}')
          FROM (SELECT state, count(*) AS n FROM certificate GROUP BY state) c) AS certificates,
       (SELECT count(*) FROM ledger) AS ledger_entries,
       (SELECT count(*) FROM timer) AS timers,
       (SELECT min(wake_at) FROM project) AS next_wake_at,
       (SELECT count(*) FROM failure) AS failures
""")
_SWEEPS = text("""
SELECT name, started_at, finished_at, outcome, handled, failed, runs FROM sweep ORDER BY name
""")


@router.get("/health", responses={503: {"description": "The database cannot be reached."}})
def health(session: Db) -> HealthOut:
    """Public: whether the web serves, when the worker was last seen, and what waits."""
    return _health(session)


@router.get("/operations", responses=told.problems(401, 403))
def operations(session: Db, me: SignedIn) -> OperationsOut:
    """Figures of the whole service, without any person or project."""
    if me.role not in OPERATING_ROLES:
        raise NotYours
    figures = session.connection().execute(_FIGURES).one()
    sweeps = session.connection().execute(_SWEEPS)
    return OperationsOut(
        health=_health(session),
        sweeps=[SweepOut(**row._mapping) for row in sweeps],  # noqa: SLF001  SQLAlchemy's public name
        **figures._mapping,  # noqa: SLF001
    )


def _health(session: Session) -> HealthOut:
    row: Row[Any] = session.connection().execute(_HEALTH).one()
    seen = (datetime.now(UTC) - row.worker).total_seconds() if row.worker else None
    return HealthOut(
        ok=True,
        database=True,
        worker_seen_seconds_ago=None if seen is None else int(seen),
        prefect=row.prefect,
        mails_waiting=row.mails,
        unsettled=row.unsettled,
    )
