"""Timetables and attendance of a class, and the watch over answers that come too much alike."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STANDS = sa.text("superseded_seq IS NULL")


def upgrade() -> None:
    _make_sessions()
    _make_attendance()
    _make_survey_watch()


def _make_sessions() -> None:
    op.create_table(
        "class_session",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("class_id", sa.BigInteger(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("mode", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("half_hours", sa.Integer(), nullable=False),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("teacher", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("fact_seq", sa.BigInteger(), nullable=False),
        sa.Column("superseded_seq", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("mode IN ('offline', 'online')", name="session_mode_is_known"),
        sa.CheckConstraint("half_hours > 0", name="a_session_has_hours"),
        sa.CheckConstraint("ends > starts", name="a_session_ends_after_it_starts"),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_class_session_class_id"), "class_session", ["class_id"])
    op.create_index(
        "one_session_at_a_time",
        "class_session",
        ["class_id", "held_on", "starts"],
        unique=True,
        postgresql_where=STANDS,
    )


def _make_attendance() -> None:
    op.create_table(
        "attendance",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("half_hours", sa.Integer(), nullable=False),
        sa.Column("in_at", sa.Time(), nullable=True),
        sa.Column("out_at", sa.Time(), nullable=True),
        sa.Column("check_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), server_default=sa.text("''"), nullable=False),
        sa.Column("fact_seq", sa.BigInteger(), nullable=False),
        sa.Column("superseded_seq", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "mark IN ('present', 'absent', 'leave', 'late', 'left_early')", name="mark_is_known"
        ),
        sa.CheckConstraint(
            "check_kind IN ('', 'signature', 'card', 'face', 'platform', 'roll_call', 'other')",
            name="check_kind_is_known",
        ),
        sa.CheckConstraint("half_hours >= 0", name="credited_hours_are_not_negative"),
        sa.ForeignKeyConstraint(["session_id"], ["class_session.id"]),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_attendance_enrolment_id"), "attendance", ["enrolment_id"])
    op.create_index("attendance_by_session", "attendance", ["session_id"])
    op.create_index(
        "one_mark_at_a_time",
        "attendance",
        ["session_id", "enrolment_id"],
        unique=True,
        postgresql_where=STANDS,
    )


def _make_survey_watch() -> None:
    op.create_table(
        "survey_watch",
        sa.Column("class_id", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("alike", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"]),
        sa.PrimaryKeyConstraint("class_id"),
    )
    op.create_table(
        "survey_connection",
        sa.Column("class_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("alike", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["survey_watch.class_id"]),
        sa.PrimaryKeyConstraint("class_id", "fingerprint"),
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is never unwound; restore a backup instead")
