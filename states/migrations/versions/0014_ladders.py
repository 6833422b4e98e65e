"""Ladders of reminders, and what is done about late duties."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = (
    "plan_submitted", "review_signed", "sent_back", "rejected", "withdrawn", "suspended",
    "resumed", "terminated", "waiver_requested", "waiver_granted", "class_opened",
    "roster_imported", "admission_decided", "intake_closed", "training_registered",
    "class_ended", "scores_imported", "scores_confirmed", "survey_opened", "survey_summed_up",
    "return_accepted", "certificates_batched", "receipt_imported", "certificate_dropped",
    "timetable_filed", "attendance_recorded", "check_recorded", "rectification_reported",
    "check_reviewed", "score_corrected", "score_correction_decided", "deadline_extended",
    "urged", "silence_warned", "silence_noted", "taken_up", "order_given", "order_answered", "order_closed",
)  # fmt: skip
READERS = ("responsible", "duty", "head", "district_head", "bureau", "deputy")


def upgrade() -> None:
    _widen_the_facts()
    _open_the_timers()
    _make_the_reminders()


def _widen_the_facts() -> None:
    op.drop_constraint("fact_kind_is_known", "fact", type_="check")
    known = ", ".join(map(repr, KINDS))
    op.create_check_constraint("fact_kind_is_known", "fact", f"kind IN ({known})")
    op.create_index(
        "fact_is_an_order", "fact", ["project_id"], postgresql_where=sa.text("kind = 'order_given'")
    )


def _open_the_timers() -> None:
    op.drop_constraint("timer_pkey", "timer", type_="primary")
    op.execute("ALTER TABLE timer ADD COLUMN id bigserial PRIMARY KEY")
    op.alter_column("timer", "project_id", nullable=True)
    op.add_column("timer", _link("return_id", "monthly_return.id"))
    op.add_column("timer", sa.Column("ladder", sa.String(), nullable=False, server_default=""))
    op.add_column("timer", _list("rungs", sa.Date()))
    op.add_column("timer", sa.Column("rung_on", sa.Date(), nullable=True))
    op.add_column("timer", _link("in_hand_of", "person.id"))
    op.add_column("timer", _list("not_by", sa.BigInteger()))
    op.create_unique_constraint(
        "a_duty_of_a_project_is_one", "timer", ["project_id", "duty", "subject"]
    )
    op.create_unique_constraint("a_duty_of_a_return_is_one", "timer", ["return_id", "duty"])
    op.create_check_constraint(
        "a_timer_is_of_one_thing", "timer", "(project_id IS NULL) <> (return_id IS NULL)"
    )
    op.create_index(
        "timer_by_rung", "timer", ["rung_on"], postgresql_where=sa.text("rung_on IS NOT NULL")
    )
    # Their ladders are counted by the first sweep after the upgrade.
    op.execute("UPDATE project SET unsettled = true WHERE id IN (SELECT project_id FROM timer)")


def _make_the_reminders() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        _link("project_id", "project.id"),
        _link("return_id", "monthly_return.id"),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint(
            "project_id", "return_id", "duty", "subject", "due_on", "rung",
            name="a_rung_is_reached_once", postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint(
            "(project_id IS NULL) <> (return_id IS NULL)", name="a_reminder_is_of_one_thing"
        ),
    )  # fmt: skip
    op.create_index("reminder_by_return", "reminder", ["return_id"])
    op.create_table(
        "reminder_reader",
        sa.Column("reminder_id", sa.BigInteger(), sa.ForeignKey("reminder.id"), primary_key=True),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("as_what", sa.String(), nullable=False),
        sa.Column("mail_id", sa.BigInteger(), sa.ForeignKey("outbox.id"), nullable=False),
        sa.CheckConstraint(
            f"as_what IN ({', '.join(map(repr, READERS))})", name="reminder_reader_is_known"
        ),
    )
    op.create_index("ix_reminder_reader_mail_id", "reminder_reader", ["mail_id"])
    op.create_table(
        "deputy",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("deputy_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _link("granted_by", "person.id"),
        sa.CheckConstraint("deputy_id <> person_id", name="a_deputy_is_another_person"),
        sa.CheckConstraint("until >= since", name="a_deputy_begins_before_the_end"),
    )
    op.create_index("deputy_by_person", "deputy", ["person_id"])


def _link(name: str, target: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), sa.ForeignKey(target), nullable=True)


def _list(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, ARRAY(kind), nullable=False, server_default="{}")


def downgrade() -> None:
    raise NotImplementedError("Duban migrates forward only; restore a backup to go back")
