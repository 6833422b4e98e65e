"""Answers that come too much alike: who sent them is known to nobody, not even here."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from states.records.tables.columns import link, moment


class SurveyWatch(SQLModel, table=True):
    """Whether answers of a class came too much alike: the salt goes when the survey closes."""

    __tablename__ = "survey_watch"

    class_id: int = link("training_class.id", primary_key=True)
    salt: bytes | None = Field(default=None, sa_type=LargeBinary)
    alike: int = 0


class SurveyConnection(SQLModel, table=True):
    """A connection that sent answers of only fives, by a fingerprint, until the survey closes."""

    __tablename__ = "survey_connection"

    class_id: int = link("survey_watch.class_id", primary_key=True)
    fingerprint: bytes = Field(primary_key=True, sa_type=LargeBinary)
    since: datetime = moment()
    run: int
    alike: int = 0
