"""Surveys for programs: the holder of a one-time link asks for the questions and answers them."""

from fastapi import APIRouter

from api import told
from api.deps import Address, Db, Now
from api.schemas.base import Done, Words
from api.schemas.surveys import QuestionOut, QuestionsOut, Ratings
from states.records import survey_watch, surveys
from states.rules.questions import Question

router = APIRouter(prefix="/surveys", tags=["surveys"])


@router.get("/{token}", responses=told.problems(404))
def questions(session: Db, token: str) -> QuestionsOut:
    """What the link asks; it is open to whoever holds it, once."""
    found = surveys.invitation(session, token)
    asked = (*found.questions.questions, found.questions.overall)
    return QuestionsOut(
        population=found.population,
        title=found.title,
        provider=Words(zh=found.provider_zh, en=found.provider_en),
        closes_on=found.closes_on,
        answered=found.answered,
        questions=[_question(question) for question in asked],
    )


@router.post("/{token}", status_code=201, responses=told.problems(404, 422))
def answer(session: Db, now: Now, *, address: Address, token: str, given: Ratings) -> Done:
    """Answer once; the answer keeps no path back to whoever gave it."""
    asked = surveys.invitation(session, token)
    surveys.answer(session, token, ratings=given.ratings, comment=given.comment, at=now)
    survey_watch.note(session, asked.class_id, connection=address, ratings=given.ratings, at=now)
    return Done()


def _question(question: Question) -> QuestionOut:
    return QuestionOut(key=question.key, words=Words(zh=question.zh, en=question.en))
