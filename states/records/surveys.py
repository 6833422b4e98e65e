"""Satisfaction surveys of a class: answered once, added up when the window closes.

An answer keeps no path back to whoever gave it; who is asked stands in `invitations`. A survey is
closed once it was added up, or its answers were parted from the links: no answer is taken then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, text
from sqlmodel import Session

from states.errors import BadInput, NotFound
from states.records import survey_shuffle, survey_watch, vault
from states.records.invitations import EMPLOYER, LEARNER, token_hash
from states.records.places import ANSWER_COMMENT
from states.records.tables import SurveyAnswer
from states.rules.deadlines import shanghai_day
from states.rules.disclosure import LEAST
from states.rules.facts import SurveySummedUp
from states.rules.machine import Chore
from states.rules.questions import QuestionSet, Survey, survey_on

COMMENT_LENGTH = 2000

_SUM_UP = text("""
INSERT INTO survey_result (class_id, population, invited, answers, satisfied, sums, closed_at)
SELECT :class_id, i.population, i.invited, coalesce(a.answers, 0), coalesce(a.satisfied, 0),
       coalesce(q.sums, '{}'), :at
  FROM (SELECT population, count(*) AS invited FROM survey_invitation
         WHERE class_id = :class_id GROUP BY population) i
  LEFT JOIN (SELECT population, count(*) AS answers,
                    count(*) FILTER (WHERE overall >= :satisfied_from) AS satisfied
               FROM survey_answer WHERE class_id = :class_id GROUP BY population) a
    ON a.population = i.population
  LEFT JOIN (SELECT population, jsonb_object_agg(key, total) AS sums
               FROM (SELECT population, r.key, sum(CAST(r.value AS int)) AS total
                       FROM survey_answer, jsonb_each_text(ratings) r
                      WHERE class_id = :class_id GROUP BY population, r.key) each
              GROUP BY population) q
    ON q.population = i.population
ON CONFLICT (class_id, population) DO NOTHING
""")
_RESULTS = text("""
SELECT population, invited, answers, satisfied, sums, closed_at
  FROM survey_result WHERE class_id = :class_id ORDER BY population DESC
""")
_PROGRESS = text("""
SELECT population, count(*) AS invited, count(*) FILTER (WHERE answered) AS answers,
       max(closes_on) AS closes_on
  FROM survey_invitation WHERE class_id = :class_id GROUP BY population ORDER BY population DESC
""")
_COMMENTS = text("""
SELECT a.id, a.population, a.comment_sealed
  FROM survey_answer a
  JOIN survey_result r ON r.class_id = a.class_id AND r.population = a.population
 WHERE a.class_id = :class_id AND r.answers >= :least AND a.comment_sealed <> ''
 ORDER BY a.id
""")
_INVITATION = text("""
SELECT i.id, i.class_id, i.population, i.closes_on, i.answered, c.no AS class_no,
       p.title, o.name_zh AS provider_zh, o.name_en AS provider_en
  FROM survey_invitation i
  JOIN training_class c ON c.id = i.class_id
  JOIN project p ON p.id = c.project_id
  JOIN office o ON o.id = p.provider_id
 WHERE i.token_hash = :hash
""")
# Whoever closes a survey waits for the answers that are being written, and they for the closing:
# each looks again with a statement of its own once it holds the rows.
_HOLD = text("SELECT answered FROM survey_invitation WHERE id = :id FOR UPDATE")
_HOLD_ALL = text("""
SELECT id FROM survey_invitation WHERE class_id = :class_id ORDER BY id FOR UPDATE
""")
_USE = text("""
UPDATE survey_invitation i SET answered = true
 WHERE i.id = :id AND NOT i.answered AND i.closes_on >= :today
   AND NOT EXISTS (SELECT 1 FROM survey_result r WHERE r.class_id = i.class_id)
   AND NOT EXISTS (SELECT 1 FROM survey_watch w WHERE w.class_id = i.class_id AND w.salt IS NULL)
RETURNING id
""")
# Whatever stage its project is in: one that was stopped is not added up, or only much later.
_OVER = text("""
SELECT i.class_id, max(i.closes_on) AS closes_on
  FROM survey_invitation i
 WHERE NOT EXISTS (SELECT 1 FROM survey_result r WHERE r.class_id = i.class_id)
   AND NOT EXISTS (SELECT 1 FROM survey_watch w WHERE w.class_id = i.class_id AND w.salt IS NULL)
 GROUP BY i.class_id HAVING max(i.closes_on) < :today ORDER BY i.class_id
""")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the page behind a one-time link shows; nothing of it names the person."""

    id: int
    class_id: int
    population: str
    closes_on: date
    answered: bool
    class_no: int
    title: str
    provider_zh: str
    provider_en: str

    @property
    def survey(self) -> Survey:
        """The survey in force, with its scale."""
        return survey_on(self.closes_on)

    @property
    def questions(self) -> QuestionSet:
        """What this population is asked."""
        return self.survey.of(self.population)

    def is_open(self, today: date) -> bool:
        """Whether an answer would still count; the closing day itself is open."""
        return not self.answered and today <= self.closes_on


@dataclass(frozen=True, slots=True)
class Result:
    """The frozen sums of one population; `sums` are points by question key."""

    population: str
    invited: int
    answers: int
    satisfied: int
    sums: Mapping[str, int]
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of those invited have answered so far."""

    population: str
    invited: int
    answers: int
    closes_on: date


def sum_up_survey(session: Session, chore: Chore, *, at: datetime) -> SurveySummedUp:
    """Freeze the sums of a closed survey (C21), and part the answers from their links for ever."""
    closed_on = chore.klass.survey_closes_on or chore.on
    satisfied_from = survey_on(closed_on).satisfied_from
    asked = {"class_id": chore.klass.id, "at": at, "satisfied_from": satisfied_from}
    part(session, chore.klass.id, day=closed_on)
    session.connection().execute(_SUM_UP, asked)
    found = {result.population: result for result in result_of(session, chore.klass.id)}
    learner, employer = found.get(LEARNER), found.get(EMPLOYER)
    return SurveySummedUp(
        class_no=chore.klass.no,
        learner_answers=learner.answers if learner else 0,
        learner_satisfied=_told(learner),
        employer_answers=employer.answers if employer else 0,
        employer_satisfied=_told(employer),
    )


def part(session: Session, class_id: int, *, day: date) -> None:
    """Nothing leads from the answers of a survey that closed on `day` to a person any more.

    Waits for the answers that are just being written. What is added up later is the same.
    """
    session.connection().execute(_HOLD_ALL, {"class_id": class_id})
    survey_watch.close(session, class_id)
    survey_shuffle.shuffle(session, class_id, day=day)


def over(session: Session, today: date) -> list[tuple[int, date]]:
    """(class, closing day) of surveys that are over, neither added up nor parted yet."""
    rows = session.connection().execute(_OVER, {"today": today})
    return [(row.class_id, row.closes_on) for row in rows]


def _told(result: Result | None) -> int | None:
    """How many were satisfied; None where too few answered to tell."""
    return result.satisfied if result and result.answers >= LEAST else None


def invitation(session: Session, token: str) -> Invitation:
    """The invitation of a link. Raises NotFound."""
    row = session.connection().execute(_INVITATION, {"hash": token_hash(token)}).first()
    if row is None:
        raise NotFound
    return Invitation(**row._mapping)  # noqa: SLF001  SQLAlchemy's public name


def answer(
    session: Session, token: str, *, ratings: Mapping[str, int], comment: str, at: datetime
) -> None:
    """Keep one answer and close its link.

    Raises NotFound, and BadInput(why="survey_incomplete" | "survey_answered" | "survey_closed").
    """
    found, today = invitation(session, token), shanghai_day(at)
    if not found.questions.accepts(ratings):
        raise BadInput(why="survey_incomplete")
    before = session.connection().execute(_HOLD, {"id": found.id}).scalar_one()
    used = session.connection().execute(_USE, {"id": found.id, "today": today}).scalar()
    if used is None:
        closed = today > found.closes_on or not before
        raise BadInput(why="survey_closed" if closed else "survey_answered")
    words = comment.replace("\0", "").strip()[:COMMENT_LENGTH]
    (answer_id,) = vault.next_ids(session, "survey_answer", 1)
    values = {
        "id": answer_id, "class_id": found.class_id, "population": found.population,
        "ratings": dict(ratings), "overall": ratings[found.questions.overall.key],
        "comment_sealed": vault.seal(session, ANSWER_COMMENT, answer_id, words), "on_day": today,
    }  # fmt: skip
    session.connection().execute(insert(SurveyAnswer), values)


def result_of(session: Session, class_id: int) -> list[Result]:
    """The frozen sums, learners first; empty before the survey was added up."""
    rows = session.connection().execute(_RESULTS, {"class_id": class_id})
    return [Result(**row._mapping) for row in rows]  # noqa: SLF001


def comments_of(session: Session, class_id: int) -> dict[str, list[str]]:
    """Population -> what was written in a closed survey, where enough answered to be told."""
    asked = {"class_id": class_id, "least": LEAST}
    found: dict[str, list[str]] = {}
    for row in session.connection().execute(_COMMENTS, asked):
        words = vault.unseal(session, ANSWER_COMMENT, row.id, row.comment_sealed)
        found.setdefault(row.population, []).append(words)
    return found


def progress_of(session: Session, class_id: int) -> list[Progress]:
    """How the answers come in, learners first; empty before the survey was opened."""
    rows = session.connection().execute(_PROGRESS, {"class_id": class_id})
    return [Progress(**row._mapping) for row in rows]  # noqa: SLF001
