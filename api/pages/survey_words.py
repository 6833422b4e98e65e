"""Survey sums in words: the mean of every question, in the order asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from states.rules.disclosure import Tally
from states.rules.questions import questions_ever
from states.rules.words import Language


@dataclass(frozen=True, slots=True)
class Mean:
    """One question's mean. `share` is its part of five points in whole percent."""

    label: str
    mean: Decimal
    share: int


def question_means(population: str, tally: Tally, lang: Language) -> Iterator[Mean]:
    """Means by question; one decimal, halves up. Nothing for an empty tally."""
    for key, question in questions_ever(population).items():
        if rated := tally.rated.get(key, 0):
            exact = Decimal(tally.points[key]) / rated
            mean = exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
            share = int((exact * 20).quantize(Decimal(1), ROUND_HALF_UP))
            yield Mean(label=getattr(question, lang), mean=mean, share=share)
