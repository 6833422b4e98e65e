"""One migrated database for all stories of the records; each story is rolled back."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from states.records import secrets
from states.records.db import engine, migrate
from states.records.embedded import Server, make_database
from tests.keys import MASTERS


@pytest.fixture(scope="session")
def bind(postgres_server: Server) -> Iterator[Engine]:
    """An engine on a database with the newest schema."""
    with psycopg.connect(postgres_server.admin_url, autocommit=True) as admin:
        make_database(admin, "stories", owner="duban")
    url = postgres_server.address("stories", "duban")
    secrets.use(b"stories" * 5, MASTERS)
    migrate(url)
    made = engine(url)
    yield made
    made.dispose()


@pytest.fixture
def session(bind: Engine) -> Iterator[Session]:
    """A session whose every write is taken back at the end of the story."""
    secrets.use(b"stories" * 5, MASTERS)
    with bind.connect() as connection:
        outer = connection.begin()
        with Session(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as made:
            yield made
        outer.rollback()
