"""Which survey answers may be told: never fewer than five together, whatever is subtracted.

A class with five answers or more is told by itself. A smaller one waits until further small classes
of the same provider in the same district make up five: from then on they are told together, always
the same ones. Every figure on a page, in a return or in a workbook is a sum of such blocks, so the
difference of any two figures is one as well.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

_STEP = Decimal("0.01")
LEAST = 5
"""Fewer answers than this are told as a count only: nobody must be recognised by a mark."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Answers added up: `points` and how many `rated`, by question key.

    Not every answer rates every key once the questions have changed.
    """

    answers: int = 0
    satisfied: int = 0
    points: Mapping[str, int] = field(default_factory=dict)
    rated: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of_class(cls, answers: int, satisfied: int, points: Mapping[str, int]) -> "Tally":
        """One class: whoever answered has rated every question of its set."""
        return cls(answers, satisfied, points, dict.fromkeys(points, answers))

    @property
    def of_enough(self) -> "Tally":
        """Without the questions that too few of these were asked."""
        rated = {key: count for key, count in self.rated.items() if count >= LEAST}
        return replace(self, points={key: self.points[key] for key in rated}, rated=rated)

    def mean(self, key: str) -> Decimal | None:
        """The mean of a question, two decimals, halves up; None where nobody rated it.

        Every door rounds here, so that page, paper and workbook say the same.
        """
        rated = self.rated.get(key, 0)
        if not rated:
            return None
        return (Decimal(self.points[key]) / rated).quantize(_STEP, ROUND_HALF_UP)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.answers + other.answers,
            self.satisfied + other.satisfied,
            _added(self.points, other.points),
            _added(self.rated, other.rated),
        )


def blocks(tallies: Iterable[Tally]) -> Iterator[tuple[int, Tally]]:
    """(place, block) of classes in the order in which their surveys closed.

    `place` is that of the class that made the block complete; what still waits is left out.
    """
    waiting = Tally()
    for place, tally in enumerate(tallies):
        if tally.answers >= LEAST:
            yield place, tally
            continue
        waiting += tally
        if waiting.answers >= LEAST:
            yield place, waiting.of_enough
            waiting = Tally()


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in (*one, *other)}
