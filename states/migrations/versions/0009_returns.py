"""Corrections of scores that were settled, and what a return was signed with."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = (
    "plan_submitted", "review_signed", "sent_back", "rejected", "withdrawn", "suspended",
    "resumed", "terminated", "waiver_requested", "waiver_granted", "class_opened",
    "roster_imported", "admission_decided", "intake_closed", "training_registered", "class_ended",
    "scores_imported", "scores_confirmed", "survey_opened", "survey_summed_up", "return_accepted",
    "certificates_batched", "receipt_imported", "certificate_dropped", "timetable_filed",
    "attendance_recorded", "check_recorded", "rectification_reported", "check_reviewed",
    "score_corrected", "score_correction_decided",
)  # fmt: skip
_RESULTS = "('pass', 'fail', 'absent', 'misconduct')"


def upgrade() -> None:
    op.drop_constraint("fact_kind_is_known", "fact", type_="check")
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.create_check_constraint("fact_kind_is_known", "fact", f"kind IN ({listed})")
    _keep_what_was_signed()
    _make_corrections()


def _keep_what_was_signed() -> None:
    op.add_column(
        "monthly_return",
        sa.Column("responsible", sa.String(), nullable=False, server_default=sa.text("''")),
    )
    op.add_column(
        "monthly_return",
        sa.Column("findings", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")),
    )
    op.add_column("returned_class", sa.Column("scores_seq", sa.BigInteger(), nullable=True))
    # No score was ever changed after its class was reported: the newest sheet is what was counted.
    op.execute("""
        UPDATE returned_class rc SET scores_seq = coalesce(
          (SELECT max(s.fact_seq) FROM score s WHERE s.class_id = rc.class_id), 0)
    """)
    op.alter_column("returned_class", "scores_seq", nullable=False)


def _make_corrections() -> None:
    op.create_table(
        "score_correction",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("class_id", sa.BigInteger(), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("fact_seq", sa.BigInteger(), nullable=False),
        *_score("before"),
        *_score("after"),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("registered_by", sa.BigInteger(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_seq", sa.BigInteger(), nullable=True),
        sa.Column("return_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'confirmed', 'declined')", name="correction_state_is_known"
        ),
        sa.CheckConstraint(f"before_result IN {_RESULTS}", name="before_result_is_known"),
        sa.CheckConstraint(f"after_result IN {_RESULTS}", name="after_result_is_known"),
        sa.CheckConstraint(
            "(state = 'open') = (decided_seq IS NULL)", name="a_decided_correction_has_its_fact"
        ),
        sa.CheckConstraint(
            "return_id IS NULL OR state = 'confirmed'", name="a_return_carries_confirmed_ones"
        ),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"]),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.ForeignKeyConstraint(["registered_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["return_id"], ["monthly_return.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_score_correction_class_id", "score_correction", ["class_id"])
    op.create_index("ix_score_correction_return_id", "score_correction", ["return_id"])
    op.create_index(
        "one_open_correction_per_learner",
        "score_correction",
        ["enrolment_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def _score(when: str) -> list[sa.Column[int] | sa.Column[str]]:
    marks = [
        sa.Column(f"{when}_{part}", sa.Integer(), nullable=True)
        for part in ("theory", "practice", "total")
    ]
    return [sa.Column(f"{when}_result", sa.String(), nullable=False), *marks]


def downgrade() -> None:
    raise NotImplementedError("Duban migrates forward only; restore a backup to go back")
