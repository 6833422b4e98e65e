"""Supervision: campaigns, checks, findings, rectification."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _make_campaigns()
    _make_checks()


def _make_campaigns() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("ordered_by", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("manner", sa.String(), nullable=False),
        sa.Column("drawn_from", sa.String(), nullable=False),
        sa.Column("class_id", sa.BigInteger(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("algorithm", sa.String(), nullable=False),
        sa.Column("population", postgresql.JSONB(), nullable=False),
        sa.Column("population_digest", sa.String(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "manner IN ('on_site', 'phone', 'video')", name="campaign_manner_is_known"
        ),
        sa.CheckConstraint(
            "drawn_from IN ('classes', 'learners')", name="campaign_draws_from_something"
        ),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name="campaign_share_is_a_share"),
        sa.CheckConstraint(
            "(class_id IS NULL) = (drawn_from = 'classes')", name="learners_are_of_one_class"
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"]),
        sa.ForeignKeyConstraint(["ordered_by"], ["office.id"]),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("campaign_by_district", "campaign", ["office_id"])
    op.create_table(
        "campaign_pick",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("class_id", sa.BigInteger(), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("campaign_id", "place", name="a_place_is_drawn_once"),
    )
    op.create_index("ix_campaign_pick_class_id", "campaign_pick", ["class_id"])


def _make_checks() -> None:
    op.create_table(
        "inspection",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("class_id", sa.BigInteger(), nullable=False),
        sa.Column("pick_id", sa.BigInteger(), nullable=True),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=True),
        sa.Column("manner", sa.String(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        _sealed("note"),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "manner IN ('on_site', 'phone', 'video')", name="inspection_manner_is_known"
        ),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"]),
        sa.ForeignKeyConstraint(["pick_id"], ["campaign_pick.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_inspection_class_id", "inspection", ["class_id"])
    op.create_index("ix_inspection_pick_id", "inspection", ["pick_id"])
    op.create_table(
        "inspection_fault",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("inspection_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        _sealed("text"),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("urges_suspension", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'rectified', 'crossed_off')", name="fault_state_is_known"
        ),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_inspection_fault_inspection_id", "inspection_fault", ["inspection_id"])
    op.create_index(
        "fault_is_open",
        "inspection_fault",
        ["due_on"],
        postgresql_where=sa.text("state <> 'crossed_off'"),
    )
    op.create_table(
        "rectification",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fault_id", sa.BigInteger(), nullable=False),
        _sealed("text"),
        sa.Column("reported_by", sa.BigInteger(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        _sealed("review"),
        sa.Column("reviewed_by", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("reviewed_by <> reported_by", name="another_person_rechecks"),
        sa.CheckConstraint(
            "(accepted IS NULL) = (reviewed_at IS NULL)", name="a_recheck_has_its_moment"
        ),
        sa.ForeignKeyConstraint(["fault_id"], ["inspection_fault.id"]),
        sa.ForeignKeyConstraint(["reported_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["reviewed_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rectification_fault_id", "rectification", ["fault_id"])


def _sealed(value: str) -> sa.Column[bytes]:
    return sa.Column(
        f"{value}_sealed", sa.LargeBinary(), nullable=False, server_default=sa.text("''")
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is never unwound; restore a backup instead")
