"""How the service fares, for those who run it: what waits, what failed, what last ran when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import RowMapping, text
from sqlmodel import Session

SILENT_AFTER = timedelta(seconds=60)
"""A part that gave no sign of life for so long is shown as silent (by the machine's clock)."""
STUCK_AFTER = timedelta(minutes=10)
"""A sweep that has been running for so long is shown as late."""
PATIENCE: Mapping[str, timedelta] = {
    "remind_daily": timedelta(days=2),
    "compile_monthly_return": timedelta(days=32),
    "collect_certificates": timedelta(days=32),
    "forget_people": timedelta(days=2),
    "daily_digest": timedelta(days=2),
    "verify_ledger": timedelta(days=2),
}
"""How far the office's date may run ahead of what a calendar sweep has handled."""

_WAITING = text("""
SELECT (SELECT count(*) FROM project WHERE unsettled) AS unsettled,
       (SELECT count(*) FROM project WHERE wake_at <= :now) AS due,
       (SELECT min(wake_at) FROM project WHERE wake_at > :now) AS next_wake_at,
       (SELECT count(*) FROM timer) AS duties,
       (SELECT count(*) FROM timer WHERE due_on < :today) AS overdue,
       (SELECT min(not_before) FROM outbox WHERE state = 'deferred') AS next_repeat,
       (SELECT coalesce(jsonb_object_agg(state, n), '{}')
          FROM (SELECT state, count(*) AS n FROM outbox GROUP BY state) m) AS mails
""")
# A calendar sweep's row may know up to which moment everything was handled.
_SWEEPS = text("""
SELECT name, started_at, finished_at, outcome, handled, failed, runs, flow_run_id,
       CAST(to_jsonb(s)->>'handled_until' AS timestamptz) AS handled_until
  FROM sweep s ORDER BY name
""")
_FAILURES = text("""
SELECT id, sweep, about, error, first_at, last_at, times FROM failure ORDER BY last_at DESC LIMIT 50
""")
_BEATS = text("SELECT part, at, detail FROM heartbeat ORDER BY part")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is not done yet. `mails` counts letters by their state in the outbox."""

    unsettled: int
    due: int
    next_wake_at: datetime | None
    duties: int
    overdue: int
    next_repeat: datetime | None
    mails: Mapping[str, int]

    @property
    def mails_waiting(self) -> int:
        return sum(self.mails.get(state, 0) for state in ("promised", "deferred", "leased"))


@dataclass(frozen=True, slots=True)
class SweepLine:
    """What one flow did last. `late`: it hangs, failed, or the calendar has run ahead of it."""

    name: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    handled: int
    failed: int
    runs: int
    flow_run_id: str
    handled_until: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class FailureLine:
    """A piece of work that failed: which sweep, about what, how often."""

    id: int
    sweep: str
    about: str
    error: str
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class Beat:
    """The last sign of life of a part; `age` and `silent` by the machine's clock."""

    part: str
    at: datetime
    detail: Mapping[str, object]
    age: timedelta
    silent: bool


@dataclass(frozen=True, slots=True)
class OperationsBoard:
    """All of it, at one moment."""

    waiting: Waiting
    sweeps: tuple[SweepLine, ...]
    failures: tuple[FailureLine, ...]
    beats: tuple[Beat, ...]

    def beat(self, part: str) -> Beat | None:
        return next((beat for beat in self.beats if beat.part == part), None)


def operations_board(session: Session, *, at: datetime) -> OperationsBoard:
    """`at` is the office's moment; signs of life go by the machine's own clock."""
    run, machine = session.connection().execute, datetime.now(UTC)
    asked = {"now": at, "today": at.date()}
    return OperationsBoard(
        waiting=Waiting(**run(_WAITING, asked).mappings().one()),
        sweeps=tuple(
            SweepLine(**row, late=_is_late(row, at, machine)) for row in run(_SWEEPS).mappings()
        ),
        failures=tuple(FailureLine(**row) for row in run(_FAILURES).mappings()),
        beats=tuple(_beat(row, machine) for row in run(_BEATS).mappings()),
    )


def _is_late(row: RowMapping, at: datetime, machine: datetime) -> bool:
    started, until = row["started_at"], row["handled_until"]
    hangs = row["finished_at"] is None and isinstance(started, datetime)
    if str(row["outcome"]).startswith("failed"):
        return True
    if hangs and isinstance(started, datetime) and machine - started > STUCK_AFTER:
        return True
    patience = PATIENCE.get(str(row["name"]))
    return bool(patience) and isinstance(until, datetime) and at - until > (patience or STUCK_AFTER)


def _beat(row: RowMapping, machine: datetime) -> Beat:
    seen = row["at"]
    age = machine - seen if isinstance(seen, datetime) else timedelta.max
    detail = row["detail"]
    return Beat(
        part=str(row["part"]),
        at=seen if isinstance(seen, datetime) else machine,
        detail=detail if isinstance(detail, dict) else {},
        age=age,
        silent=age > SILENT_AFTER,
    )
