"""A class put into words for its page: passport, learners, findings, survey."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from api.errors import finding_line
from api.pages.learner_words import LearnerLine, LearnerWords
from api.pages.wording import passport_of
from states.records.acquaintances import Alike
from states.records.class_board import ClassBoard
from states.records.surveys import Progress, Result
from states.rules.questions import survey_on
from states.rules.words import Language, say
from templates.shapes import FindingLine, Passport

SHOWN_FROM = 5
"""Fewer answers than this are shown as a count only: nobody must be recognised by a mark."""


@dataclass(frozen=True, slots=True)
class Mean:
    """One question's mean. `share` is its part of five points in whole percent."""

    label: str
    mean: Decimal
    share: int


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """The survey of one population; `means` stay empty while open or below five answers."""

    population: str
    invited: int
    answers: int
    closes_on: date
    closed_at: datetime | None
    satisfied: int
    means: tuple[Mean, ...]

    @property
    def too_few(self) -> bool:
        return self.closed_at is not None and self.answers < SHOWN_FROM


class ClassWords:
    """The words of one class in one language. `names`: whether the reader needs whole names."""

    def __init__(
        self, board: ClassBoard, lang: Language, *, names: bool, alike: Sequence[Alike] = ()
    ) -> None:
        self._board, self._lang = board, lang
        self.learners = LearnerWords(board, lang, names=names, alike=alike).lines()
        self.provider = board.provider.zh if lang == "zh" else board.provider.en
        self.district = board.district.zh if lang == "zh" else board.district.en
        self.stage = say("stage", board.project.stage, lang)
        self.channel = say("channel", board.project.channel, lang)

    @property
    def passport(self) -> Passport:
        """Under which rules the class runs, and why: fixed when its opening was filed."""
        return passport_of(self._board.facts, self._lang)

    @property
    def missing(self) -> list[FindingLine]:
        """What holds the project at this class."""
        return [finding_line(finding, self._lang) for finding in self._board.missing]

    @property
    def to_review(self) -> list[LearnerLine]:
        """Those whom the rules leave to a person."""
        return [line for line in self.learners if line.verdict == "manual_review"]

    @property
    def alike(self) -> list[LearnerLine]:
        """Those who may be somebody else on the books as well (E37)."""
        return [line for line in self.learners if line.hints]

    @property
    def surveys(self) -> list[SurveyLine]:
        """Learners first, then employers; empty before the survey opened."""
        results = {result.population: result for result in self._board.survey_results}
        return [self._survey(p, results.get(p.population)) for p in self._board.survey_progress]

    def _survey(self, progress: Progress, result: Result | None) -> SurveyLine:
        shown = result is not None and result.answers >= SHOWN_FROM
        return SurveyLine(
            population=progress.population,
            invited=progress.invited,
            answers=result.answers if result else progress.answers,
            closes_on=progress.closes_on,
            closed_at=result.closed_at if result else None,
            satisfied=result.satisfied if result else 0,
            means=tuple(means(result, progress.closes_on, self._lang)) if shown and result else (),
        )


def means(result: Result, closes_on: date, lang: Language) -> Iterator[Mean]:
    """The mean of every question that was answered, in the order asked."""
    yield from question_means(
        result.population, result.sums, result.answers, closes_on=closes_on, lang=lang
    )


def question_means(
    population: str, sums: Mapping[str, int], answers: int, *, closes_on: date, lang: Language
) -> Iterator[Mean]:
    """Means by question from sums of points; one decimal, halves up."""
    asked = survey_on(closes_on).of(population)
    for question in (*asked.questions, asked.overall):
        if question.key in sums and answers:
            exact = Decimal(sums[question.key]) / answers
            mean = exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
            share = int((exact * 20).quantize(Decimal(1), ROUND_HALF_UP))
            yield Mean(label=getattr(question, lang), mean=mean, share=share)
