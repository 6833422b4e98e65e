"""Forgetting people whose time is over: who proposed, approved and stopped it, and what was done."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "enrolment", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_table(
        "forgetting",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trial", postgresql.JSONB(), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("stopped_by", sa.BigInteger(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_text", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'stopped', 'done')",
            name="forgetting_state_is_known",
        ),
        sa.CheckConstraint(
            "approved_by <> proposed_by", name="another_person_approves_forgetting"
        ),
        sa.CheckConstraint(
            "(approved_by IS NULL) = (due_on IS NULL) "
            "AND (state NOT IN ('approved', 'done') OR approved_by IS NOT NULL)",
            name="forgetting_is_approved_with_a_notice",
        ),
        sa.CheckConstraint(
            "state <> 'stopped' OR (stopped_by IS NOT NULL AND stopped_text <> '')",
            name="a_stopped_forgetting_has_a_reason",
        ),
        sa.CheckConstraint(
            "(state = 'done') = (done_at IS NOT NULL)", name="a_done_forgetting_has_its_moment"
        ),
        *(
            sa.ForeignKeyConstraint([column], ["person.id"])
            for column in ("proposed_by", "approved_by", "stopped_by")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "one_open_forgetting",
        "forgetting",
        [sa.text("(true)")],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'approved')"),
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is never unwound; restore a backup instead")
