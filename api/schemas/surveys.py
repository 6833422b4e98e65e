"""One-time surveys for programs."""

from datetime import date
from typing import Annotated

from pydantic import Field

from api.schemas.base import In, Out, Words


class Ratings(In):
    """A survey's answer: a rating from 1 to 5 for every question of its set."""

    ratings: dict[str, Annotated[int, Field(ge=1, le=5)]]
    comment: str = Field(default="", max_length=2000)


class QuestionOut(Out):
    key: str
    words: Words


class QuestionsOut(Out):
    """What the holder of a one-time link is asked."""

    population: str
    title: str
    provider: Words
    closes_on: date
    answered: bool
    questions: list[QuestionOut]
