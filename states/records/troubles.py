"""What is broken in the service, in counts, for the administrators: no persons, no codes."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states.records import clock
from states.records.operations_board import operations_board
from states.rules.deadlines import shanghai_day
from states.rules.law import the_law

CALENDAR_AHEAD = timedelta(days=60)
"""The next year's working days should be imported before so little is left."""
LONG_WAIT = timedelta(days=1)

_UNDELIVERED = """
(SELECT count(*) FROM outbox m WHERE m.state = '{state}' AND EXISTS (
   SELECT 1 FROM mail_event e
    WHERE e.mail_id = m.id AND e.what IN ('refused', 'given_up', 'bounced') AND e.at > :since))
"""
_COUNTS = text(f"""
SELECT (SELECT count(*) FROM failure) AS failures,
       {_UNDELIVERED.format(state="refused")} AS refused,
       {_UNDELIVERED.format(state="bounced")} AS bounced,
       (SELECT count(*) FROM outbox
         WHERE (state = 'promised' AND not_before < :long_ago)
            OR (state IN ('leased', 'deferred') AND promised_at < :long_ago)) AS waiting
""")  # noqa: S608  a constant of this file


@dataclass(frozen=True, slots=True)
class Troubles:
    """How many of each kind. `calendar_end`: the last known working day, when it is near."""

    failures: int
    refused: int
    bounced: int
    waiting: int
    late: int
    calendar_end: date | None

    @property
    def kinds(self) -> int:
        """How many kinds of trouble there are; 0 when nothing is broken."""
        return sum(bool(each) for each in asdict(self).values())

    def as_context(self) -> dict[str, Any]:
        """What a letter keeps until it is sent."""
        end = self.calendar_end
        return {**asdict(self), "calendar_end": end.isoformat() if end else None}


def troubles(session: Session, *, at: datetime, span: timedelta) -> Troubles:
    """What is broken now; of refused and returned letters those of the last `span`.

    `at` is the office's moment; what servers said goes by the machine's clock.
    """
    asked = {"since": datetime.now(UTC) - span, "long_ago": at - LONG_WAIT}
    row = session.connection().execute(_COUNTS, asked).one()
    return Troubles(
        failures=row.failures,
        refused=row.refused,
        bounced=row.bounced,
        waiting=row.waiting,
        late=_late(session, at),
        calendar_end=_calendar_end(shanghai_day(at)),
    )


def _late(session: Session, at: datetime) -> int:
    """Sweeps that failed, hang or are late, and parts that are silent.

    A date that was moved makes every calendar sweep late for a moment: that is no trouble.
    """
    board, moving = operations_board(session, at=at), clock.is_virtual(session)
    late = (one for one in board.sweeps if one.late)
    sweeps = sum(not moving or one.outcome.startswith("failed") for one in late)
    return sweeps + sum(beat.silent for beat in board.beats)


def _calendar_end(today: date) -> date | None:
    end = the_law().calendar.coverage_end
    return end if end - today < CALENDAR_AHEAD else None
