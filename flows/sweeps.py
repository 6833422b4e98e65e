"""What each flow did last, kept where the operations page looks, with and without Prefect."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

from prefect.context import FlowRunContext
from sqlalchemy import Engine, text
from sqlmodel import Session

from states.records.db import transaction


@dataclass(slots=True)
class Tally:
    """What one sweep got through; `until` is the business moment a calendar flow has handled."""

    handled: int = 0
    failed: int = 0
    until: datetime | None = None

    @property
    def outcome(self) -> str:
        return "partly failed" if self.failed else "done"


@dataclass(slots=True)
class Trip:
    """Outlives the flow run: says whether the work was done, whatever Prefect made of it."""

    tally: Tally | None = None


trip: ContextVar[Trip | None] = ContextVar("trip", default=None)

_BEGIN = text("""
INSERT INTO sweep (name, started_at, outcome, handled, failed, runs, flow_run_id)
VALUES (:name, :at, 'running', 0, 0, 1, :run)
ON CONFLICT (name) DO UPDATE SET
  started_at = :at, finished_at = NULL, outcome = 'running', handled = 0, failed = 0,
  runs = sweep.runs + 1, flow_run_id = :run
""")

_END = text("""
UPDATE sweep SET finished_at = :at, outcome = :outcome, handled = :handled, failed = :failed,
                 handled_until = greatest(coalesce(:until, handled_until), handled_until)
WHERE name = :name
""")

_FAILED = text("""
INSERT INTO failure (sweep, about, error, first_at, last_at, times)
VALUES (:sweep, :about, :error, :at, :at, 1)
ON CONFLICT (sweep, about) DO UPDATE SET
  error = :error, last_at = :at, times = failure.times + 1
""")

_MENDED = text("DELETE FROM failure WHERE sweep = :sweep AND about = ANY(:about)")


@contextmanager
def sweep(bind: Engine, name: str) -> Iterator[Tally]:
    """Write the sweep's row before and after the work in this block, by the machine's clock."""
    run = flow_run_id()
    alone = "" if run else " without Prefect"
    with transaction(bind) as session:
        session.execute(_BEGIN, {"name": name, "at": datetime.now(UTC), "run": run})
    tally = Tally()
    try:
        yield tally
    except Exception as error:
        _end(bind, name, tally, outcome=f"failed: {type(error).__name__}{alone}")
        raise
    _end(bind, name, tally, outcome=f"{tally.outcome}{alone}")
    if travelling := trip.get():
        travelling.tally = tally


def flow_run_id() -> str:
    """The flow run in which this code runs, or an empty word when Prefect is not there."""
    context = FlowRunContext.get()
    return str(context.flow_run.id) if context and context.flow_run else ""


def note_failure(session: Session, name: str, about: str, *, error: BaseException | str) -> None:
    """Keep for the operator that a piece of work failed: a class name and an id, no more."""
    said = error if isinstance(error, str) else type(error).__name__
    values = {"sweep": name, "about": about, "error": said, "at": datetime.now(UTC)}
    session.execute(_FAILED, values)


def forget_failures(session: Session, name: str, about: list[str]) -> None:
    """What went well now is no failure any more."""
    session.execute(_MENDED, {"sweep": name, "about": about})


def _end(bind: Engine, name: str, tally: Tally, *, outcome: str) -> None:
    with transaction(bind) as session:
        session.execute(
            _END,
            {
                "name": name,
                "at": datetime.now(UTC),
                "outcome": outcome,
                "handled": tally.handled,
                "failed": tally.failed,
                "until": tally.until,
            },
        )
