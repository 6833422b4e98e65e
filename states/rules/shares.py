"""The share of contests among a district's certificates, in whole numbers (C39, A21)."""

from dataclasses import dataclass
from enum import StrEnum

from states.rules.routes import Route

_HUNDRED = 100


class Standing(StrEnum):
    """Where a share stands: well below, close to the limit, or above it."""

    FINE = "fine"
    NEAR = "near"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Share:
    """Certificates of a district: through contests, and through all other routes."""

    contest: int
    others: int

    @property
    def total(self) -> int:
        return self.contest + self.others

    def plus(self, route: str, count: int) -> "Share":
        """What it comes to with `count` more certificates of a route."""
        if route == Route.CONTEST:
            return Share(self.contest + count, self.others)
        return Share(self.contest, self.others + count)

    def within(self, percent: int) -> bool:
        """Whether contests are at most so much of the whole; the limit itself is within."""
        return _HUNDRED * self.contest <= percent * self.total

    def room(self, percent: int) -> int:
        """How many more certificates of contests fit below the limit; negative above it."""
        return percent * self.others // (_HUNDRED - percent) - self.contest


def standing(share: Share, *, warn_from: int, at_most: int) -> Standing:
    """Both limits in percent: at `warn_from` it is near, only above `at_most` it is over."""
    if not share.within(at_most):
        return Standing.OVER
    near = share.contest > 0 and _HUNDRED * share.contest >= warn_from * share.total
    return Standing.NEAR if near else Standing.FINE
