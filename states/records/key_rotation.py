"""Keys change while the service runs: no reader waits, no value is lost, what broke off goes on.

Three kinds. The master key: every data key is wrapped anew. The field key: a new one seals from now
on, then every value under an old one is sealed anew, a few hundred rows at a time. The index key:
all indexes are computed anew in one transaction, for which whoever looks a number up waits.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, LargeBinary, Table, text
from sqlmodel import Session, SQLModel

from states.records import secrets, vault
from states.records.db import transaction
from states.records.master_keys import MasterKeyFile
from states.records.places import ENROLMENT_NAME, ENROLMENT_PHONE, LEARNER_NUMBER
from states.records.vault import FIELD, INDEX, Place
from states.rules.identity import likeness

AT_ONCE = 500

Told = Callable[[str, int], None]
"""Hears of progress: the place, and how many of its values were sealed anew."""

_HEAD = "substring({column} FROM 1 FOR 5)"
_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtext('duban key rotation'))")
_LATEST_KEY = text("SELECT coalesce(max(id), 0) FROM data_key")
_RETIRE = text("""
UPDATE data_key SET state = 'old' WHERE purpose = :purpose AND state = 'active' RETURNING id
""")
_ACTIVE_HEAD = text("SELECT id FROM data_key WHERE purpose = 'field' AND state = 'active'")
_OLD = text("SELECT id FROM data_key WHERE purpose = :purpose AND state = 'old' ORDER BY id")
_DESTROY = text("DELETE FROM data_key WHERE id = ANY(:ids) AND state = 'old'")
_WRAPPED = text("""
SELECT id, purpose, master, wrapped FROM data_key WHERE master <> :active ORDER BY id LIMIT 1
""")
_WRAP = text("UPDATE data_key SET master = :master, wrapped = :wrapped WHERE id = :id")
_MASTERS = text("SELECT DISTINCT master FROM data_key")
_NUMBERS = text("SELECT id, number_sealed FROM learner WHERE number_sealed <> ''")
# Whoever was forgotten since it was read stays forgotten.
_REINDEX = text("""
UPDATE learner SET number_index = :value WHERE id = :id AND number_index IS NOT NULL
""")
_LIKE = text("""
SELECT id, name_sealed, phone_sealed, birth FROM enrolment WHERE likeness IS NOT NULL
""")
_RELIKE = text("""
UPDATE enrolment SET likeness = :value WHERE id = :id AND likeness IS NOT NULL
""")


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values: its place, and the primary key that its values are bound to."""

    place: Place
    row: str

    @property
    def column(self) -> str:
        return f"{self.place.column}_sealed"


def sealed_columns() -> list[SealedColumn]:
    """Every column that holds sealed values, out of the tables themselves: none is forgotten."""
    return [
        SealedColumn(Place(table.name, column.name.removesuffix("_sealed")), _key_column(table))
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.name.endswith("_sealed")
    ]


def rotate_master(bind: Engine) -> int:
    """Wrap every data key by a new master key, and destroy those before. Answers how many keys.

    Raises TypeError when the master keys do not lie in a file.
    """
    masters = secrets.masters()
    if not isinstance(masters, MasterKeyFile):
        raise TypeError("only keys in a file can be changed")
    masters.begin()
    count = 0
    while _wrap_one(bind, masters):
        count += 1
    with transaction(bind) as session:
        used = set(session.connection().execute(_MASTERS).scalars())
    masters.drop(masters.names() - used - {masters.active})
    return count


def rotate_fields(bind: Engine, told: Told | None = None) -> int:
    """A new field key; everything sealed before is sealed anew. Answers how many values.

    Broken off, it is simply run again: `reseal` finds what is left.
    """
    with transaction(bind) as session:
        _new_key(session, FIELD)
    return reseal(bind, told)


def reseal(bind: Engine, told: Told | None = None) -> int:
    """Seal anew whatever stands under an old field key, then destroy the old keys."""
    vault.forget_ring(bind)
    count = sum(_reseal_column(bind, column, told) for column in sealed_columns())
    with transaction(bind) as session:
        old = session.connection().execute(_OLD, {"purpose": FIELD}).scalars().all()
        session.connection().execute(_DESTROY, {"ids": list(old)})
    return count


def rotate_index(bind: Engine) -> int:
    """A new index key and every index by it, in one transaction. Answers how many indexes."""
    with transaction(bind) as session:
        _new_key(session, INDEX)
        vault.forget_ring(bind)
        numbers = list(_numbers(session))
        likenesses = list(_likenesses(session))
        for query, values in ((_REINDEX, numbers), (_RELIKE, likenesses)):
            if values:
                session.connection().execute(query, values)
        old = session.connection().execute(_OLD, {"purpose": INDEX}).scalars().all()
        session.connection().execute(_DESTROY, {"ids": list(old)})
    return len(numbers) + len(likenesses)


def _key_column(table: Table) -> str:
    (column,) = table.primary_key.columns
    return column.name


def _new_key(session: Session, purpose: str) -> None:
    """The old key's row is locked from here on: whoever is sealing with it has committed before."""
    session.connection().execute(_TAKE_TURNS)
    session.connection().execute(_RETIRE, {"purpose": purpose})
    latest = int(session.connection().execute(_LATEST_KEY).scalar_one())
    vault.add_key(session.connection(), latest + 1, purpose)


def _wrap_one(bind: Engine, masters: MasterKeyFile) -> bool:
    """One key in a transaction: whoever seals holds two of them, in an order of their own."""
    with transaction(bind) as session:
        session.connection().execute(_TAKE_TURNS)
        row = session.connection().execute(_WRAPPED, {"active": masters.active}).first()
        if row is not None:
            session.connection().execute(_WRAP, _wrapped_anew(masters, row))
    return row is not None


def _wrapped_anew(masters: MasterKeyFile, row: Any) -> dict[str, object]:  # noqa: ANN401
    about = f"data_key:{row.id}:{row.purpose}"
    key = masters.unwrap(row.wrapped, about, by=row.master)
    return {"id": row.id, "master": masters.active, "wrapped": masters.wrap(key, about)}


def _reseal_column(bind: Engine, column: SealedColumn, told: Told | None) -> int:
    """Many rows that nobody holds, again and again; then one by one those that were held.

    Whoever imports a roster locks learners in an order of its own: never wait while holding some.
    """
    count = 0
    for most, or_wait in ((AT_ONCE, "SKIP LOCKED"), (1, "")):
        while some := _reseal_some(bind, column, most, or_wait=or_wait):
            count += some
            if told:
                told(f"{column.place.table}.{column.place.column}", count)
    return count


def _reseal_some(bind: Engine, column: SealedColumn, most: int, *, or_wait: str) -> int:
    """So many rows in a transaction of their own."""
    with transaction(bind) as session:
        rows = _under_old_keys(session, column, most, or_wait=or_wait)
        values = [
            {
                "row": row.key,
                "sealed": vault.seal_bytes(
                    session,
                    column.place,
                    row.key,
                    vault.unseal_bytes(session, column.place, row.key, row.sealed),
                ),
            }
            for row in rows
        ]
        if values:
            session.connection().execute(_put(column), values)
    return len(values)


def _under_old_keys(
    session: Session, column: SealedColumn, most: int, *, or_wait: str
) -> Sequence[Any]:
    head = _HEAD.format(column=column.column)
    active = int(session.connection().execute(_ACTIVE_HEAD).scalar_one())
    query = text(
        f"SELECT {column.row} AS key, {column.column} AS sealed FROM {column.place.table} "  # noqa: S608
        f"WHERE {column.column} <> '' AND {head} <> :head LIMIT {most} FOR UPDATE {or_wait}"
    )
    return session.connection().execute(query, {"head": vault.head(active)}).all()


def _put(column: SealedColumn) -> Any:  # noqa: ANN401  SQLAlchemy's TextClause
    return text(
        f"UPDATE {column.place.table} SET {column.column} = :sealed WHERE {column.row} = :row"  # noqa: S608
    )


def _numbers(session: Session) -> Iterator[dict[str, object]]:
    for row in session.connection().execute(_NUMBERS):
        number = vault.unseal(session, LEARNER_NUMBER, row.id, row.number_sealed)
        yield {"id": row.id, "value": vault.blind_index(session, number)}


def _likenesses(session: Session) -> Iterator[dict[str, object]]:
    for row in session.connection().execute(_LIKE):
        name = vault.unseal(session, ENROLMENT_NAME, row.id, row.name_sealed)
        phone = vault.unseal(session, ENROLMENT_PHONE, row.id, row.phone_sealed)
        same = likeness(name, row.birth, phone)
        yield {"id": row.id, "value": vault.blind_index(session, same)}
