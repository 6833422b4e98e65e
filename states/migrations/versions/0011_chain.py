"""Certificates revoked, replaced and corrected."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "certificate_change",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column(
            "certificate_id", sa.BigInteger(), sa.ForeignKey("certificate.id"), nullable=False
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        _sealed("reason"),
        _sealed("name"),
        _sealed("old_name"),
        sa.Column("asked_by", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("successor_id", sa.BigInteger(), sa.ForeignKey("certificate.id"), nullable=True),
        sa.CheckConstraint(
            "kind IN ('revoke', 'replace', 'correct')", name="change_kind_is_known"
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'done', 'refused')", name="change_state_is_known"
        ),
        sa.CheckConstraint("asked_by <> decided_by", name="a_change_has_two_persons"),
    )
    op.create_index(
        "ix_certificate_change_certificate_id", "certificate_change", ["certificate_id"]
    )
    op.create_index(
        "one_open_change_per_certificate",
        "certificate_change",
        ["certificate_id"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
    )


def _sealed(name: str) -> sa.Column[bytes]:
    return sa.Column(
        f"{name}_sealed", sa.LargeBinary(), nullable=False, server_default=sa.text("''")
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is never unwound; restore a backup instead")
