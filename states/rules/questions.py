"""What the satisfaction surveys ask (C19, C20): dated data, in both languages, on five points."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

SURVEYS = Path(__file__).parent.parent / "rulebooks" / "surveys"
POINTS = range(1, 6)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Strict):
    """One question; `key` names its answer in the records."""

    key: str
    zh: str
    en: str


class Step(_Strict):
    """A point of the scale in words."""

    points: int = Field(ge=1, le=5)
    zh: str
    en: str


class QuestionSet(_Strict):
    """What one population is asked: rated questions, the overall one, and an open one."""

    questions: tuple[Question, ...]
    overall: Question
    open: Question

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of everything that must be rated, the overall question last."""
        return (*(question.key for question in self.questions), self.overall.key)

    def accepts(self, ratings: Mapping[str, int]) -> bool:
        """Whether every question, and nothing else, was rated from 1 to 5."""
        return set(ratings) == set(self.keys) and all(r in POINTS for r in ratings.values())


class Survey(_Strict):
    """The survey in force from a day on."""

    id: str
    effective_from: date
    source: str
    satisfied_from: int = Field(ge=1, le=5)
    scale: tuple[Step, ...]
    learner: QuestionSet
    employer: QuestionSet

    def of(self, population: str) -> QuestionSet:
        """What "learner" or "employer" is asked."""
        return self.employer if population == "employer" else self.learner


def survey_on(day: date, folder: Path = SURVEYS) -> Survey:
    """The survey of a class whose answers are asked on `day`. Raises LookupError before any."""
    known = [survey for survey in _surveys(folder) if survey.effective_from <= day]
    if not known:
        raise LookupError(day.isoformat())
    return max(known, key=lambda survey: survey.effective_from)


def questions_ever(population: str, folder: Path = SURVEYS) -> dict[str, Question]:
    """Every rated question that a population was ever asked, by key, as it was last worded."""
    known: dict[str, Question] = {}
    for survey in sorted(_surveys(folder), key=lambda survey: survey.effective_from, reverse=True):
        asked = survey.of(population)
        for question in (*asked.questions, asked.overall):
            known.setdefault(question.key, question)
    return known


@cache
def _surveys(folder: Path) -> tuple[Survey, ...]:
    files = sorted(folder.glob("*.toml"))
    return tuple(Survey.model_validate(tomllib.loads(f.read_text("utf-8"))) for f in files)
