"""Working-day calendars that are imported after a release."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "calendar_import",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("coverage_start", sa.Date(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("imported_by", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("Duban migrates forward only; restore a backup to go back")
