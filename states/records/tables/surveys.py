"""One-time survey invitations, and answers that no longer know whose they are."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from states.records.tables.columns import document, key, link, moment, one_of, sealed

POPULATIONS = ("learner", "employer")


class SurveyInvitation(SQLModel, table=True):
    """A one-time link for one learner or one employer of a class; the token is kept hashed."""

    __tablename__ = "survey_invitation"
    __table_args__ = (
        one_of("population", POPULATIONS, "invited_population_is_known"),
        # Two sweeps that open the same survey at once write the same invitations.
        UniqueConstraint(
            "class_id",
            "population",
            "enrolment_id",
            "employer",
            name="everybody_is_invited_once",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: int = key()
    class_id: int = link("training_class.id")
    population: str
    enrolment_id: int | None = link("enrolment.id", default=None)
    employer: str = ""
    email_sealed: bytes = sealed()
    nonce: str
    token_hash: str = Field(unique=True)
    closes_on: date
    answered: bool = False


class SurveyAnswer(SQLModel, table=True):
    """One answer, with no path back to the person: only its class, population and day are kept."""

    __tablename__ = "survey_answer"
    __table_args__ = (
        one_of("population", POPULATIONS, "answering_population_is_known"),
        Index("answer_by_class", "class_id"),
    )

    id: int = key()
    class_id: int = link("training_class.id")
    population: str
    ratings: dict[str, Any] = document()
    overall: int = Field(ge=1, le=5)
    comment_sealed: bytes = sealed()
    on_day: date


class SurveyResult(SQLModel, table=True):
    """The sums of one class and population, frozen when its survey closed."""

    __tablename__ = "survey_result"
    __table_args__ = (
        one_of("population", POPULATIONS, "summed_population_is_known"),
        Index("survey_result_is_one", "class_id", "population", unique=True),
    )

    id: int = key()
    class_id: int = link("training_class.id")
    population: str
    invited: int
    answers: int
    satisfied: int
    sums: dict[str, Any] = document()
    closed_at: datetime = moment()
