"""Satisfaction surveys of a class: invited once, answered once, added up when the window closes.

A token is computed from a nonce and the installation's key, so that mails and handouts can spell it
while the records keep only its hash. An answer keeps no path back to whoever gave it.
"""

import base64
import hashlib
import hmac
import json
import secrets as randomness
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session

from states.errors import BadInput, NotFound
from states.records import secrets, survey_watch, vault
from states.records.places import (
    ANSWER_COMMENT,
    ENROLMENT_EMAIL,
    ENROLMENT_EMPLOYER_EMAIL,
    ENROLMENT_NAME,
    INVITATION_EMAIL,
)
from states.records.tables import SurveyAnswer
from states.rules.deadlines import shanghai_day
from states.rules.facts import SurveyOpened, SurveySummedUp
from states.rules.machine import Chore
from states.rules.questions import QuestionSet, Survey, survey_on
from states.rules.stages import Channel

LEARNER, EMPLOYER = "learner", "employer"
_TOKEN_BYTES = 18
COMMENT_LENGTH = 2000

# Everybody assessed, with the plan as last submitted; misconduct and absence are not assessed.
_ASSESSED = text("""
SELECT e.id, e.email_sealed, e.employer, e.employer_uscc, e.employer_email_sealed,
       plan.payload AS plan
  FROM enrolment e
  JOIN training_class c ON c.id = e.class_id
  JOIN score s ON s.enrolment_id = e.id AND s.result IN ('pass', 'fail')
   AND s.fact_seq = (SELECT max(fact_seq) FROM score WHERE class_id = e.class_id)
  JOIN LATERAL (SELECT payload FROM fact f
                 WHERE f.project_id = c.project_id AND f.kind = 'plan_submitted'
                 ORDER BY seq DESC LIMIT 1) plan ON true
 WHERE e.class_id = :class_id
 ORDER BY e.sheet_row, e.id
""")
_INVITE = text("""
WITH wanted AS (
  SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS w(
    id bigint, population text, enrolment_id bigint, employer text, email text, nonce text,
    token_hash text)
), invited AS (
  INSERT INTO survey_invitation (id, class_id, population, enrolment_id, employer, email_sealed,
                                 nonce, token_hash, closes_on, answered)
  SELECT id, :class_id, population, enrolment_id, employer, decode(email, 'base64'), nonce,
         token_hash, :closes_on, false
    FROM wanted
  ON CONFLICT ON CONSTRAINT everybody_is_invited_once DO NOTHING
  RETURNING id, population, email_sealed
), promised AS (
  INSERT INTO outbox (key, letter, project_id, language, context, duty, subject, state,
                      promised_at, not_before, attempts, lease, message_id, answer)
  SELECT 'survey/' || id, 'survey_' || population,
         (SELECT project_id FROM training_class WHERE id = :class_id), 'zh',
         jsonb_build_object('invitation', id), '', '', 'promised', :at, :at, 0, '',
         md5('survey/' || id), ''
    FROM invited WHERE email_sealed <> ''
  ON CONFLICT (key) DO NOTHING
)
SELECT pg_notify('duban_work', '') FROM invited LIMIT 1
""")
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
_INVITATION = text("""
SELECT i.id, i.class_id, i.population, i.closes_on, i.answered, c.no AS class_no,
       p.title, o.name_zh AS provider_zh, o.name_en AS provider_en
  FROM survey_invitation i
  JOIN training_class c ON c.id = i.class_id
  JOIN project p ON p.id = c.project_id
  JOIN office o ON o.id = p.provider_id
 WHERE i.token_hash = :hash
""")
_USE = text("""
UPDATE survey_invitation SET answered = true
 WHERE id = :id AND NOT answered AND closes_on >= :today
RETURNING id
""")
_HANDOUT = text("""
SELECT i.population, i.nonce, i.closes_on, i.employer, e.id, e.sheet_row, e.name_sealed
  FROM survey_invitation i LEFT JOIN enrolment e ON e.id = i.enrolment_id
 WHERE i.class_id = :class_id AND i.email_sealed = '' AND NOT i.answered
 ORDER BY i.population DESC, e.sheet_row, i.id
""")


@dataclass(frozen=True, slots=True)
class _Addressed:
    """Somebody assessed, with the addresses that their row of the roster gave."""

    enrolment_id: int
    email: str
    employer: str
    employer_uscc: str
    employer_email: str
    plan: Mapping[str, Any]


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
class HandoutLink:
    """A link for somebody without a mail address. `place` is the row of the roster, 0 for firms."""

    population: str
    place: int
    name: str
    token: str
    closes_on: date


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


def open_survey(session: Session, chore: Chore, *, at: datetime) -> SurveyOpened:
    """Invite everybody assessed and their employers (C19, C20, A14), once."""
    rows = session.connection().execute(_ASSESSED, {"class_id": chore.klass.id}).all()
    addressed = [_addressed(session, row) for row in rows]
    learners = [_invitee(LEARNER, enrolment=one.enrolment_id, email=one.email) for one in addressed]
    employers = [
        _invitee(EMPLOYER, employer=name, email=email)
        for name, email in _employers(addressed).items()
    ]
    invited = _sealed(session, [*learners, *employers])
    session.connection().execute(
        _INVITE,
        {
            "class_id": chore.klass.id, "closes_on": chore.on, "at": at,
            "rows": json.dumps(invited, ensure_ascii=False),
        },
    )  # fmt: skip
    return SurveyOpened(
        class_no=chore.klass.no,
        closes_on=chore.on,
        learners=len(learners),
        employers=len(employers),
    )


def sum_up_survey(session: Session, chore: Chore, *, at: datetime) -> SurveySummedUp:
    """Freeze the sums of a closed survey (C21)."""
    satisfied_from = survey_on(chore.klass.survey_closes_on or chore.on).satisfied_from
    asked = {"class_id": chore.klass.id, "at": at, "satisfied_from": satisfied_from}
    session.connection().execute(_SUM_UP, asked)
    survey_watch.close(session, chore.klass.id)
    found = {result.population: result for result in result_of(session, chore.klass.id)}
    learner, employer = found.get(LEARNER), found.get(EMPLOYER)
    return SurveySummedUp(
        class_no=chore.klass.no,
        learner_answers=learner.answers if learner else 0,
        learner_satisfied=learner.satisfied if learner else 0,
        employer_answers=employer.answers if employer else 0,
        employer_satisfied=employer.satisfied if employer else 0,
    )


def token_for(nonce: str) -> str:
    """The token of an invitation: 144 bits that only this installation can compute."""
    digest = hmac.digest(secrets.key(), f"survey:{nonce}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode()


def invitation(session: Session, token: str) -> Invitation:
    """The invitation of a link. Raises NotFound."""
    row = session.connection().execute(_INVITATION, {"hash": _hash(token)}).first()
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
    used = session.connection().execute(_USE, {"id": found.id, "today": today}).scalar()
    if used is None:
        closed = today > found.closes_on
        raise BadInput(why="survey_closed" if closed else "survey_answered")
    words = comment.replace("\0", "").strip()[:COMMENT_LENGTH]
    (answer_id,) = vault.next_ids(session, "survey_answer", 1)
    values = {
        "id": answer_id, "class_id": found.class_id, "population": found.population,
        "ratings": dict(ratings), "overall": ratings[found.questions.overall.key],
        "comment_sealed": vault.seal(session, ANSWER_COMMENT, answer_id, words), "on_day": today,
    }  # fmt: skip
    session.connection().execute(insert(SurveyAnswer), values)


def links_for_handout(session: Session, class_id: int) -> list[HandoutLink]:
    """Unused links of everybody without a mail address; names come whole."""
    return [
        HandoutLink(
            row.population,
            row.sheet_row or 0,
            _name(session, row),
            token_for(row.nonce),
            row.closes_on,
        )
        for row in session.connection().execute(_HANDOUT, {"class_id": class_id})
    ]


def result_of(session: Session, class_id: int) -> list[Result]:
    """The frozen sums, learners first; empty before the survey was added up."""
    rows = session.connection().execute(_RESULTS, {"class_id": class_id})
    return [Result(**row._mapping) for row in rows]  # noqa: SLF001


def progress_of(session: Session, class_id: int) -> list[Progress]:
    """How the answers come in, learners first; empty before the survey was opened."""
    rows = session.connection().execute(_PROGRESS, {"class_id": class_id})
    return [Progress(**row._mapping) for row in rows]  # noqa: SLF001


def _name(session: Session, row: Any) -> str:  # noqa: ANN401  a row of _HANDOUT
    if row.id is None:
        return str(row.employer)
    return vault.unseal(session, ENROLMENT_NAME, row.id, row.name_sealed)


def _invitee(
    population: str, *, enrolment: int | None = None, employer: str = "", email: str
) -> dict[str, Any]:
    nonce = randomness.token_urlsafe(16)
    return {
        "population": population, "enrolment_id": enrolment, "employer": employer, "email": email,
        "nonce": nonce, "token_hash": _hash(token_for(nonce)),
    }  # fmt: skip


def _addressed(session: Session, row: Any) -> _Addressed:  # noqa: ANN401  a row of _ASSESSED
    return _Addressed(
        enrolment_id=row.id,
        email=vault.unseal(session, ENROLMENT_EMAIL, row.id, row.email_sealed),
        employer=row.employer,
        employer_uscc=row.employer_uscc,
        employer_email=vault.unseal(
            session, ENROLMENT_EMPLOYER_EMAIL, row.id, row.employer_email_sealed
        ),
        plan=row.plan,
    )


def _sealed(session: Session, invited: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Every invitation under its own number, its address sealed for that row."""
    ids = vault.next_ids(session, "survey_invitation", len(invited))
    return [
        {
            **one,
            "id": key,
            "email": _base64(vault.seal(session, INVITATION_EMAIL, key, one["email"])),
        }
        for key, one in zip(ids, invited, strict=True)
    ]


def _base64(sealed: bytes) -> str:
    return base64.b64encode(sealed).decode()


def _employers(rows: Sequence[_Addressed]) -> dict[str, str]:
    """Name -> mail address of the employers to ask: the plan's own, or those of the roster."""
    plan: Mapping[str, Any] = rows[0].plan if rows else {}
    if plan.get("employer") and plan["channel"] != Channel.DISTRICT_PROJECT:
        named = (row.employer_email for row in rows if row.employer_email)
        return {plan["employer"]: plan["employer_email"] or next(named, "")}
    by_key: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row.employer:
            name, email = by_key.get(row.employer_uscc or row.employer, (row.employer, ""))
            by_key[row.employer_uscc or row.employer] = (name, email or row.employer_email)
    return dict(by_key.values())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
