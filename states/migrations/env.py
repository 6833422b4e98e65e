"""How Alembic meets the database: on the connection that `states.records.db` hands over."""

from alembic import context
from sqlmodel import SQLModel

import states.records.tables  # noqa: F401  # fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
)
with context.begin_transaction():
    context.run_migrations()
