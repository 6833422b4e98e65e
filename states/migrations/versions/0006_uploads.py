"""Workbooks between their trial and their import; rosters that can be prefilled."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("class_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        *(
            sa.Column(
                f"{value}_sealed", sa.LargeBinary(), nullable=False, server_default=sa.text("''")
            )
            for value in ("filename", "content")
        ),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result_sealed", sa.LargeBinary(), nullable=False, server_default=sa.text("''")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'trying', 'tried', 'importing', 'imported', 'failed')",
            name="upload_state_is_known",
        ),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"]),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
    )
    # What a corrected roster is prefilled with, so that its rows are judged as before.
    for name in ("hukou", "retirement"):
        op.add_column(
            "enrolment", sa.Column(name, sa.String(), nullable=False, server_default="")
        )
        op.alter_column("enrolment", name, server_default=None)
    op.create_index("ix_upload_class_id", "upload", ["class_id"], unique=False)
    op.create_index("ix_upload_expires_at", "upload", ["expires_at"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("a ledger is never unwound; restore a backup instead")
