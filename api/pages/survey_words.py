"""Survey sums in words: the mean of every question, in the order asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from states.records.invitations import EMPLOYER, LEARNER
from states.rules.disclosure import Tally
from states.rules.questions import questions_ever
from states.rules.words import Language

OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Mean:
    """One question's mean. `share` is its part of five points in whole percent."""

    key: str
    label: str
    mean: Decimal
    share: int


def question_means(population: str, tally: Tally, lang: Language) -> Iterator[Mean]:
    """Means by question. Nothing for an empty tally."""
    for key, question in questions_ever(population).items():
        mean = tally.mean(key)
        if mean is not None:
            share = int((mean * 20).quantize(Decimal(1), ROUND_HALF_UP))
            yield Mean(key=key, label=getattr(question, lang), mean=mean, share=share)


def means_in_a_cell(told: Mapping[str, Tally]) -> str:
    """各题平均分 of the office's table: what learners said, then what employers said."""
    said = {
        whom: "；".join(f"{one.label}{one.mean}" for one in question_means(whom, tally, "zh"))
        for whom, tally in told.items()
    }
    heads = {LEARNER: "", EMPLOYER: "用人单位："}
    return "；".join(f"{heads[whom]}{line}" for whom, line in said.items() if line)
