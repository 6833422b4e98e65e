"""The migrations lead to exactly the tables that the code names."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine
from sqlmodel import SQLModel

from states.records import tables


def test_the_migrated_schema_is_the_schema_of_the_tables(bind: Engine) -> None:
    assert tables.__all__
    with bind.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
