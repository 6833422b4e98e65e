"""Calendar work: due once after each of its times, by the office's clock, whoever looks first.

Prefect's schedule, a jump of the sample clock and a start after downtime all come here. The sweep's
row remembers up to which moment everything was handled, so that a second caller finds nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from flows.locks import alone
from flows.sweeps import Tally, sweep
from flows.wiring import wired
from states.records import clock
from states.records.db import transaction
from states.records.tables import Sweep
from states.rules.deadlines import shanghai_day
from states.rules.dossier import SHANGHAI
from states.rules.patience import USUAL

_ONE_DAY: Final = timedelta(days=1)
_NO_TROUBLE: Final = ("done", "running")
"""A sweep still said to be running is somebody's right now, or was cut off with its process."""
REST: Final = timedelta(minutes=1)
"""After a sweep that failed in part, at least, by the machine's clock."""
_TIMES: Final = text("SELECT min(times) FROM failure WHERE sweep = :name")
"""How often the newest trouble has come by now: it sets the pace for all of them."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A time of day in Shanghai, on the first `days` days of every month."""

    at: time
    days: int = 31

    @property
    def cron(self) -> str:
        days = "*" if self.days == 31 else f"1-{self.days}"  # noqa: PLR2004  # all days
        return f"{self.at.minute} {self.at.hour} {days} * *"

    def last(self, now: datetime) -> datetime:
        """The latest time up to and including `now`, in UTC."""
        return self._seek(now, -_ONE_DAY, lambda moment: moment <= now)

    def next(self, now: datetime) -> datetime:
        """The first time after `now`, in UTC."""
        return self._seek(now, _ONE_DAY, lambda moment: moment > now)

    def _seek(self, now: datetime, step: timedelta, fits: Callable[[datetime], bool]) -> datetime:
        day = shanghai_day(now)
        while day.day > self.days or not fits(self._on(day)):
            day += step
        return self._on(day)

    def _on(self, day: date) -> datetime:
        return datetime.combine(day, self.at, SHANGHAI).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is due: everything after `since` (None: nothing was ever handled) up to `at`."""

    at: datetime
    since: datetime | None
    now: datetime

    @property
    def day(self) -> date:
        """The Shanghai date of the occasion."""
        return shanghai_day(self.at)


def occasion_of(session: Session, name: str, rhythm: Rhythm) -> Occasion | None:
    """What is due of a calendar flow by the office's clock, if anything."""
    now = clock.now(session)
    row = session.get(Sweep, name)
    since = row.handled_until if row else None
    last = rhythm.last(now)
    return None if since and last <= since else Occasion(last, since, now)


def rests(session: Session, name: str) -> bool:
    """Whether the last sweep failed so recently that the next one waits: longer each time."""
    row = session.get(Sweep, name)
    if row is None or row.outcome.startswith(_NO_TROUBLE):
        return False
    times = session.connection().execute(_TIMES, {"name": name}).scalar() or 1
    rest = max(REST, USUAL.at_least(times))
    return datetime.now(UTC) - row.started_at < rest


def keep(name: str, rhythm: Rhythm, work: Callable[[Occasion, Tally], None]) -> Tally:
    """Do the work if it is due and nobody else is at it. What fails in part comes again."""
    bind = wired().bind
    with alone(bind, name) as mine:
        if not mine:
            return Tally()
        with sweep(bind, name) as tally:
            with transaction(bind) as session:
                occasion = occasion_of(session, name, rhythm)
            if occasion:
                work(occasion, tally)
                tally.until = None if tally.failed else occasion.at
        return tally
