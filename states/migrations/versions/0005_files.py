"""Attachments, and filings with the city's training information system."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _make_attachments()
    _make_filings()


def _make_attachments() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("class_no", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored", sa.String(), nullable=False),
        _sealed("key"),
        sa.Column("scan", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.String(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('licence', 'plan', 'photo', 'other')", name="attachment_kind_is_known"
        ),
        sa.CheckConstraint(
            "scan IN ('waiting', 'clean', 'unscanned', 'infected')",
            name="attachment_scan_is_known",
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_index("attachment_by_project", "attachment", ["project_id", "class_no"])
    waits = "stored <> '' AND (scan IN ('waiting', 'infected') OR withdrawn_at IS NOT NULL)"
    op.create_index(
        "attachment_waits", "attachment", ["not_before"], postgresql_where=sa.text(waits)
    )


def _make_filings() -> None:
    op.create_table(
        "class_filing",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("class_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("sheet_sha256", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.String(), nullable=False),
        _sealed("answer"),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('wanted', 'sent', 'left', 'refused', 'registered')",
            name="filing_state_is_known",
        ),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("class_id"),
    )
    op.create_index(
        "filing_waits",
        "class_filing",
        ["not_before"],
        postgresql_where=sa.text("state IN ('wanted', 'sent')"),
    )


def _sealed(value: str) -> "sa.Column[bytes]":
    return sa.Column(
        f"{value}_sealed", sa.LargeBinary(), nullable=False, server_default=sa.text("''")
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is never unwound; restore a backup instead")
