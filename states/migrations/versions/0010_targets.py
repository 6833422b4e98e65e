"""The city's target, quotas of districts, and waivers of the share."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _make_quotas()
    _make_waivers()


def _make_quotas() -> None:
    op.create_table(
        "quota_version",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("imported_by", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("quota_version_by_year", "quota_version", ["year", "id"])
    op.create_table(
        "quota_row",
        sa.Column(
            "version_id", sa.BigInteger(), sa.ForeignKey("quota_version.id"), primary_key=True
        ),
        sa.Column("district_id", sa.BigInteger(), sa.ForeignKey("office.id"), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 0", name="a_quota_is_not_negative"),
    )


def _make_waivers() -> None:
    op.create_table(
        "share_waiver",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("district_id", sa.BigInteger(), sa.ForeignKey("office.id"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.Column("contest", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column(
            "reason_sealed", sa.LargeBinary(), nullable=False, server_default=sa.text("''")
        ),
        sa.Column("asked_by", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("up_to BETWEEN 1 AND 100", name="a_waiver_names_a_share"),
        sa.CheckConstraint("decided_by <> asked_by", name="waiver_decider_is_another_person"),
        sa.CheckConstraint(
            "(granted IS NULL) = (decided_by IS NULL) AND (granted IS NULL) = (decided_at IS NULL)",
            name="a_waiver_is_decided_by_somebody",
        ),
    )
    op.create_index(
        "one_open_waiver_per_district_and_year",
        "share_waiver",
        ["district_id", "year"],
        unique=True,
        postgresql_where=sa.text("granted IS NULL"),
    )


def downgrade() -> None:
    raise NotImplementedError("Duban migrates forward only; restore a backup to go back")
