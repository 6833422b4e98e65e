"""A class put into words for its page: passport, learners, findings, survey."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from api.errors import finding_line
from api.pages.learner_words import LearnerLine, LearnerWords
from api.pages.passport_words import passport_of
from api.pages.survey_words import Mean, question_means
from states.records.acquaintances import Alike
from states.records.class_board import ClassBoard
from states.records.surveys import Progress, Result
from states.rules.disclosure import LEAST, Tally
from states.rules.words import Language, say
from templates.shapes import FindingLine, Passport


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
        return self.closed_at is not None and self.answers < LEAST


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
        return passport_of(self._board.facts, self._lang, today=self._board.dossier.today)

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
        told = result is not None and result.answers >= LEAST
        tally = Tally.of_class(result.answers, result.satisfied, result.sums) if result else Tally()
        return SurveyLine(
            population=progress.population,
            invited=progress.invited,
            answers=result.answers if result else progress.answers,
            closes_on=progress.closes_on,
            closed_at=result.closed_at if result else None,
            satisfied=tally.satisfied if told else 0,
            means=tuple(question_means(progress.population, tally, self._lang)) if told else (),
        )
