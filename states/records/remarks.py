"""Free text about persons: kept apart from the facts, so that it can be sealed and forgotten."""

from sqlalchemy import text
from sqlmodel import Session

from states.case import Outcome
from states.records import vault
from states.records.places import REMARK_TEXT

KEPT_APART = "§"
"""What a fact holds where its words are in a remark."""

_KEEP = text("""
INSERT INTO remark (id, project_id, seq, text_sealed) VALUES (:id, :project_id, :seq, :sealed)
""")


def keep(session: Session, outcome: Outcome, words: str) -> None:
    """Keep the words that belong to the fact just recorded."""
    (remark_id,) = vault.next_ids(session, "remark", 1)
    sealed = vault.seal(session, REMARK_TEXT, remark_id, words.strip())
    asked = {"id": remark_id, "project_id": outcome.project_id, "seq": outcome.seq}
    session.connection().execute(_KEEP, asked | {"sealed": sealed})
