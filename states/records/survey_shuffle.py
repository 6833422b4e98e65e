"""After the close nothing leads from an answer to a person, even in the database.

An answer names nobody, but it was written together with the mark on its link: the transaction's
number, the order of the rows and the day would still tell who may have given it. So the closed
answers of a class are taken out, mixed, and written anew under new numbers, all in one transaction
and with the closing day.
"""

import random
from datetime import date
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session

from states.records import vault
from states.records.places import ANSWER_COMMENT
from states.records.tables import SurveyAnswer

# Whoever comes second finds nothing to take out.
_TAKE = text("""
DELETE FROM survey_answer WHERE class_id = :class_id
RETURNING id, class_id, population, ratings, overall, comment_sealed
""")


def shuffle(session: Session, class_id: int, *, day: date) -> None:
    """Mix the answers of a class whose survey has closed on `day`."""
    taken = list(session.connection().execute(_TAKE, {"class_id": class_id}).mappings())
    random.SystemRandom().shuffle(taken)
    ids = vault.next_ids(session, "survey_answer", len(taken))
    anew = [_anew(session, dict(row), key, day=day) for key, row in zip(ids, taken, strict=True)]
    if anew:
        session.connection().execute(insert(SurveyAnswer), anew)


def _anew(session: Session, row: dict[str, Any], key: int, *, day: date) -> dict[str, Any]:
    """A comment is sealed for its row: it has to be opened to move."""
    words = vault.unseal(session, ANSWER_COMMENT, row["id"], row["comment_sealed"])
    sealed = vault.seal(session, ANSWER_COMMENT, key, words)
    return {**row, "id": key, "comment_sealed": sealed, "on_day": day}
