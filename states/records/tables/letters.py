"""Texts of letters that an office changed, and which letters a person does not want."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from states.records.tables.columns import key, link, moment, one_of


class LetterTextRow(SQLModel, table=True):
    """One version of a letter's text in one language; the newest stands, nothing is ever changed.

    `original`: this version says that the text of the release stands again; it has no words.
    """

    __tablename__ = "letter_text"
    __table_args__ = (
        one_of("language", ("zh", "en"), "letter_text_language_is_known"),
        UniqueConstraint("letter", "language", "version", name="a_text_has_one_next_version"),
    )

    id: int = key()
    letter: str
    language: str
    version: int
    original: bool
    subject: str
    body: str
    person_id: int = link("person.id")
    at: datetime = moment()


class LetterPreference(SQLModel, table=True):
    """Whether a person wants one of the optional letters; without a row they get it."""

    __tablename__ = "letter_preference"

    person_id: int = Field(foreign_key="person.id", primary_key=True, sa_type=BigInteger)
    letter: str = Field(primary_key=True)
    wanted: bool
    at: datetime = moment()
