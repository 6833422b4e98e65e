"""How long to wait between two tries of the same thing, and when to give it up.

The table for letters follows RFC 5321 4.5.4.1: a few quick tries for greylisting, then at least
half an hour apart, given up after four to five days. An installation may set its own.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

LEAST_BETWEEN_LATER = timedelta(minutes=30)
LEAST_BEFORE_GIVING_UP = timedelta(days=4)
_MOST_BEFORE_GIVING_UP = timedelta(days=30)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SPELLED = "spans such as 30s 2m 10m 30m 2h, each no shorter than the one before it"
_SPAN = re.compile(r"([1-9]\d{0,4})([smhd])")


class BadPatienceError(ValueError):
    """邮件重发时间设置有误。 The settings of a letter's repeats cannot be kept."""

    def __init__(self, why: str) -> None:
        super().__init__(f"邮件重发时间设置有误 · DUBAN_MAIL_RETRIES and DUBAN_MAIL_GIVE_UP: {why}")


@dataclass(frozen=True, slots=True)
class Patience:
    """The waits after the first tries, the wait after each later one, and the end of it all."""

    first: tuple[timedelta, ...]
    later: timedelta
    give_up_after: timedelta

    def after(self, attempts: int) -> timedelta | None:
        """How long to wait after so many tries (from 1); None when it is time to give up."""
        if attempts <= len(self.first):
            return self.first[attempts - 1]
        waited = sum(self.first, timedelta()) + self.later * (attempts - len(self.first))
        return self.later if waited <= self.give_up_after else None

    def at_least(self, attempts: int) -> timedelta:
        """The same for what is never given up."""
        return self.after(attempts) or self.later


USUAL = Patience(
    first=(
        timedelta(seconds=30),
        timedelta(minutes=2),
        timedelta(minutes=10),
        timedelta(minutes=30),
    ),
    later=timedelta(hours=2),
    give_up_after=timedelta(days=5),
)


def patience_from(waits: str, give_up: str) -> Patience:
    """The table that settings spell: the last of the waits is repeated until `give_up`.

    Raises BadPatienceError, also for what RFC 5321 4.5.4.1 advises against.
    """
    spans = [_span(each) for each in waits.split()]
    if not spans or any(after < before for before, after in pairwise(spans)):
        raise BadPatienceError(_SPELLED)
    end = _span(give_up.strip())
    if spans[-1] < LEAST_BETWEEN_LATER:
        raise BadPatienceError("the last wait of a letter is at least 30m (RFC 5321 4.5.4.1)")
    if not LEAST_BEFORE_GIVING_UP <= end <= _MOST_BEFORE_GIVING_UP:
        raise BadPatienceError("a letter is given up after 4d at the earliest, 30d at the latest")
    return Patience(tuple(spans[:-1]), spans[-1], end)


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise BadPatienceError(_SPELLED)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
