"""The life of one letter: what happened to it, in order, by the machine's clock."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

_LIFE = text("""
SELECT at, what, code, answer, until FROM mail_event WHERE mail_id = :mail ORDER BY id
""")


@dataclass(frozen=True, slots=True)
class LetterEvent:
    """One thing that happened. `code` and `answer` are the mail server's, `until` the next try."""

    at: datetime
    what: str
    code: int | None
    answer: str
    until: datetime | None


def life_of(session: Session, mail_id: int) -> list[LetterEvent]:
    """Everything that happened to a letter, the promise first."""
    rows = session.connection().execute(_LIFE, {"mail": mail_id}).mappings()
    return [LetterEvent(**row) for row in rows]


def noting(changed: str, what: str) -> str:
    """The part of a statement that notes `what` for every `id` in its table `changed`, at :real."""
    return f"""
INSERT INTO mail_event (mail_id, at, what, answer, evidence)
SELECT id, :real, '{what}', '', '' FROM {changed}
"""  # noqa: S608  both are words of the house
