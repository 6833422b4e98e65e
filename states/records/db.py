"""The one way to PostgreSQL: an engine, sessions, and migrations run under a lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, text
from sqlmodel import Session

MIGRATIONS = Path(__file__).parent.parent / "migrations"
MIGRATION_LOCK = 67_2026
"""Any number that all processes agree on: one of them migrates, the others wait."""

WAKE_CHANNEL = "duban_work"
UNSEALED = "0001"
"""The schema that still kept names and numbers in clear."""


def engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine for a PostgreSQL URL in any of its usual spellings; no connection is made yet."""
    return create_engine(
        driver_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        hide_parameters=True,  # an error must not carry a name or a number into a log
        connect_args={"options": "-c timezone=UTC", "connect_timeout": 5},
    )


def driver_url(url: str) -> str:
    """The URL as SQLAlchemy wants it for psycopg 3."""
    _, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}"


@contextmanager
def transaction(bind: Engine) -> Iterator[Session]:
    """One unit of work: committed at the end, rolled back when anything fails."""
    with Session(bind, expire_on_commit=False) as session, session.begin():
        yield session


def migrate(url: str) -> None:
    """Bring the schema to the newest revision. Several callers may come at once."""
    bind = engine(url, pool_size=1)
    with bind.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        try:
            _upgrade(connection)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()
    bind.dispose()


def _upgrade(connection: Connection) -> None:
    before = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()
    if before == UNSEALED:
        _rewrite(connection)


def _rewrite(connection: Connection) -> None:
    """Write the tables anew: old row versions would keep clear names in the database's files."""
    connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM FULL"))
