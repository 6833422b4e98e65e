"""Attendance too even to be true: flagged for whoever supervises (C13), never refused.

Forged attendance is the main risk of such programmes: people do not arrive in the same second.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby

from states.rules.findings import Finding, Weight
from states.rules.teaching import THERE, Mark, Session, Value

CLAUSE = "C13"
SESSIONS_TO_COMPARE = 2
"""Being there every time says nothing while there was one session only."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One learner in one session, as the attendance says."""

    session: Session
    learner_id: int
    value: Value


def anomalies(seen: Iterable[Seen], *, alike: int) -> tuple[Finding, ...]:
    """Everything suspicious in the attendance of one class.

    `alike`: so many learners with the very same times are too many (rulebook, limits.anomalies).
    """
    ordered = sorted(seen, key=_session)
    sessions = [list(group) for _, group in groupby(ordered, _session)]
    found = [flag for one in sessions if (flag := _same_second(one, alike))]
    return (*found, *_always_the_same(sessions, alike))


def _session(one: Seen) -> tuple[date, time]:
    return one.session.held_on, one.session.starts


def _same_second(session: Sequence[Seen], alike: int) -> Finding | None:
    """The largest group that came and went together, or else that came together.

    A time without seconds is a minute of a paper list: then the group must be everybody.
    """
    there = [one.value for one in session if one.value.mark in THERE]
    pairs = Counter((v.in_at, v.out_at) for v in there if v.in_at and v.out_at)
    arrivals = Counter((v.in_at, v.in_at) for v in there if v.in_at)
    for code, groups in (
        ("came_and_went_together", pairs),
        ("came_in_the_same_second", arrivals),
    ):
        for (came, left), count in groups.most_common():
            exact = came.second or left.second
            if count >= alike and (exact or count == len(there)):
                return _flag(code, session[0].session, count=count, came=came)
    return None


def _flag(code: str, session: Session, *, count: int, came: time) -> Finding:
    params: dict[str, str | int] = {
        "day": session.held_on.isoformat(),
        "starts": f"{session.starts:%H:%M}",
        "count": count,
        "time": came.isoformat("seconds"),
    }
    return Finding(code, CLAUSE, Weight.NOTE, params)


def _always_the_same(sessions: Sequence[Sequence[Seen]], alike: int) -> Iterator[Finding]:
    """Nobody was ever missing, and in every session all times are one and the same."""
    if len(sessions) < SESSIONS_TO_COMPARE or len({one.learner_id for one in sessions[0]}) < alike:
        return
    if all(_present_as_one(session) for session in sessions):
        params = {"sessions": len(sessions), "count": len(sessions[0])}
        yield Finding("everybody_always_at_the_same_times", CLAUSE, Weight.NOTE, params)


def _present_as_one(session: Sequence[Seen]) -> bool:
    times = {(one.value.in_at, one.value.out_at) for one in session}
    present = all(one.value.mark is Mark.PRESENT for one in session)
    return present and len(times) == 1 and times != {(None, None)}
