"""The movable date, health and figures of the service."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from api.schemas.base import In, Out


class ClockStep(In):
    """Where the movable date goes: to a moment, or forward by days and hours."""

    to: AwareDatetime | None = None
    days: int = Field(default=0, ge=0, le=400)
    hours: int = Field(default=0, ge=0, le=10_000)


class HealthOut(Out):
    """Whether the web can serve, and how the other parts fare."""

    ok: bool
    database: bool
    worker_seen_seconds_ago: int | None
    prefect: bool | None = Field(description="Whether the worker can reach the orchestrator.")
    mails_waiting: int
    unsettled: int


class SweepOut(Out):
    name: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    handled: int
    failed: int
    runs: int


class OperationsOut(Out):
    """What is promised and done, and when each sweep last ran."""

    health: HealthOut
    projects: dict[str, int]
    mails: dict[str, int]
    ledger_entries: int
    certificates: dict[str, int]
    timers: int
    next_wake_at: datetime | None
    sweeps: list[SweepOut]
    failures: int


class ClockOut(Out):
    """The office's time. A virtual one is movable."""

    now: datetime
    virtual: bool
