"""The content of every rulebook whose digest the ledger names, kept when first used."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from states.records.tables import RulebookUsed
from states.rules.cases.book import RouteBook
from states.rules.rulebook import Rulebook

_known: set[tuple[int, str]] = set()


def note_used(session: Session, book: Rulebook | RouteBook, at: datetime) -> None:
    """Keep the book's content beside its digest; at most one statement per process and book."""
    mark = (id(session.get_bind()), book.digest)
    if mark in _known:
        return
    session.connection().execute(
        insert(RulebookUsed)
        .values(
            digest=book.digest,
            regime=book.id,
            content=book.model_dump(mode="json"),
            first_used_at=at,
        )
        .on_conflict_do_nothing()
    )
    _known.add(mark)
