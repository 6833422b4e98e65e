"""Personal data is sealed: every clear column of a person becomes ciphertext, in the same step.

Rows of 0001 are sealed on the way, a thousand at a time; the clear columns leave with their values.
The tables should be rewritten afterwards (VACUUM FULL), since old row versions stay in the files
until then: `states.records.db.migrate` does that.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel import Session

from states.records import vault
from states.records.vault import Place

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLES = (
    "provider_operator", "district_reviewer", "district_examiner", "district_supervisor",
    "centre_officer", "auditor", "system_administrator", "system",
)  # fmt: skip
KINDS = (
    "plan_submitted", "review_signed", "sent_back", "rejected", "withdrawn", "suspended",
    "resumed", "terminated", "waiver_requested", "waiver_granted", "class_opened",
    "roster_imported", "admission_decided", "intake_closed", "training_registered", "class_ended",
    "scores_imported", "scores_confirmed", "survey_opened", "survey_summed_up", "return_accepted",
    "certificates_batched", "receipt_imported", "certificate_dropped", "timetable_filed",
    "attendance_recorded", "check_recorded", "rectification_reported", "check_reviewed",
)  # fmt: skip
CLEAR = (
    ("enrolment", "name"),
    ("enrolment", "phone"),
    ("enrolment", "email"),
    ("enrolment", "employer_email"),
    ("certificate", "name"),
    ("certificate", "reason"),
    ("survey_invitation", "email"),
    ("survey_answer", "comment"),
    ("import_report", "filename"),
    ("learner", "number"),
    ("import_report", "findings"),
)
"""(table, value): what was a clear column of that name; two were named or shaped otherwise."""
_OLD_COLUMN = {("learner", "number"): "document_number"}
_STEP = 1000


def upgrade() -> None:
    _widen_the_lists()
    _make_keys()
    _make_remarks()
    _give_the_ledger_acts()
    op.add_column("learner", sa.Column("number_index", sa.LargeBinary(), nullable=True))
    op.add_column("enrolment", sa.Column("likeness", sa.LargeBinary(), nullable=True))
    op.add_column(
        "appointment",
        sa.Column("full_numbers", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for table, value in CLEAR:
        _seal_column(table, value)
    op.create_unique_constraint(
        "a_document_is_one_person", "learner", ["document_kind", "number_index"]
    )
    op.create_index(
        "enrolment_by_likeness",
        "enrolment",
        ["likeness"],
        postgresql_where=sa.text("likeness IS NOT NULL"),
    )
    # Answers of forms sent before: nobody repeats one across an upgrade.
    op.execute("DELETE FROM request_key")
    op.drop_column("request_key", "answer")
    op.add_column("request_key", _sealed("answer"))
    # A learner's address is looked up when the letter leaves.
    op.drop_column("outbox", "to")


def _widen_the_lists() -> None:
    for name, table, column, values in (
        ("appointment_role_is_known", "appointment", "role", ROLES),
        ("fact_kind_is_known", "fact", "kind", KINDS),
        ("ledger_kind_is_known", "ledger", "kind", ("fact", "move", "act")),
    ):
        op.drop_constraint(name, table, type_="check")
        listed = ", ".join(f"'{value}'" for value in values)
        op.create_check_constraint(name, table, f"{column} IN ({listed})")


def _make_keys() -> None:
    op.create_table(
        "data_key",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("master", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("purpose IN ('field', 'index')", name="data_key_purpose_is_known"),
        sa.CheckConstraint("state IN ('active', 'old')", name="data_key_state_is_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "one_active_data_key",
        "data_key",
        ["purpose"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    vault.add_key(op.get_bind(), 1, vault.FIELD)
    vault.add_key(op.get_bind(), 2, vault.INDEX)


def _make_remarks() -> None:
    op.create_table(
        "remark",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        _sealed("text"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "seq", name="a_fact_has_one_remark"),
    )


def _give_the_ledger_acts() -> None:
    op.drop_constraint("ledger_has_no_double_number", "ledger", type_="unique")
    op.create_index(
        "ledger_has_no_double_number",
        "ledger",
        ["project_id", "seq"],
        unique=True,
        postgresql_where=sa.text("kind <> 'act'"),
    )
    op.create_index(
        "ledger_by_project_act",
        "ledger",
        ["project_id"],
        postgresql_where=sa.text("kind = 'act'"),
    )
    op.alter_column("ledger", "project_id", nullable=True)
    op.create_check_constraint(
        "facts_and_moves_are_of_a_project", "ledger", "kind = 'act' OR project_id IS NOT NULL"
    )
    op.add_column("ledger", sa.Column("about", sa.String(), nullable=False, server_default=""))
    op.add_column(
        "ledger",
        sa.Column("detail", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'")),
    )


def _sealed(value: str) -> sa.Column[bytes]:
    return sa.Column(
        f"{value}_sealed", sa.LargeBinary(), nullable=False, server_default=sa.text("''")
    )


def _seal_column(table: str, value: str) -> None:
    """Seal a clear column into its successor, then drop it."""
    op.add_column(table, _sealed(value))
    old = _OLD_COLUMN.get((table, value), value)
    with Session(op.get_bind()) as session:
        place = Place(table, value)
        while rows := _unsealed(session, table, value, old=old):
            _update(session, table, value, [_row(session, place, row) for row in rows])
        session.flush()
    op.drop_column(table, old)


def _unsealed(session: Session, table: str, value: str, *, old: str) -> Sequence[Any]:
    found = session.connection().execute(
        sa.text(
            f"SELECT id, CAST({old} AS text) AS old FROM {table} "  # noqa: S608  names of this file
            f"WHERE {value}_sealed = '' AND CAST({old} AS text) <> '' ORDER BY id LIMIT {_STEP}"
        )
    )
    return found.all()


def _row(session: Session, place: Place, row: Any) -> dict[str, object]:
    sealed: dict[str, object] = {
        "id": row.id,
        "sealed": vault.seal(session, place, row.id, row.old),
    }
    if place.table == "learner":
        sealed["index"] = vault.blind_index(session, row.old)
    return sealed


def _update(
    session: Session, table: str, value: str, rows: Sequence[dict[str, object]]
) -> None:
    more = ", number_index = :index" if table == "learner" else ""
    session.connection().execute(
        sa.text(f"UPDATE {table} SET {value}_sealed = :sealed{more} WHERE id = :id"),  # noqa: S608
        list(rows),
    )


def downgrade() -> None:
    raise NotImplementedError("Duban migrates forward only; restore a backup to go back")
