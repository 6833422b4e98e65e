"""Locks that PostgreSQL keeps for a process and takes back when it dies, however it dies."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text


@contextmanager
def alone(bind: Engine, name: str) -> Iterator[bool]:
    """Whether nobody else holds `name`; if so this block holds it to its end."""
    with _connection(bind) as connection:
        mine = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), _key(name)))
        try:
            yield mine
        finally:
            if mine:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), _key(name))


@contextmanager
def beside_others(bind: Engine, name: str) -> Iterator[None]:
    """Hold `name` together with others; waits while somebody is alone with it."""
    with _connection(bind) as connection:
        connection.execute(text("SELECT pg_advisory_lock_shared(:key)"), _key(name))
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock_shared(:key)"), _key(name))


@contextmanager
def _connection(bind: Engine) -> Iterator[Connection]:
    with bind.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def _key(name: str) -> dict[str, int]:
    digest = hashlib.sha256(f"duban/{name}".encode()).digest()
    return {"key": int.from_bytes(digest[:8], "big", signed=True)}
