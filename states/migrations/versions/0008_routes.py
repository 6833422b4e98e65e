"""Certificates of every route, and the cases of the three other routes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROUTES = ("training", "skill_level_evaluation", "university_it_exam", "skills_contest")
STATES = (
    "issued", "accepted", "refused", "released", "dropped", "held", "revoked", "replaced",
)  # fmt: skip
OFFICES = (
    "district", "provider", "centre", "bureau", "service",
    "evaluation_body", "exam_authority", "organiser",
)  # fmt: skip
ROLES = (
    "provider_operator", "district_reviewer", "district_examiner", "district_supervisor",
    "centre_officer", "evaluation_officer", "exam_officer", "contest_organiser", "auditor",
    "system_administrator", "system",
)  # fmt: skip
STANDS = "state NOT IN ('dropped', 'replaced')"
ACTIVE = "state IN ('issued', 'accepted', 'refused', 'released')"


def upgrade() -> None:
    _widen_the_lists()
    _make_cases()
    _open_the_ledger()
    _open_certificates()


def _listed(column: str, values: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _widen_the_lists() -> None:
    for name, table, column, values in (
        ("office_kind_is_known", "office", "kind", OFFICES),
        ("appointment_role_is_known", "appointment", "role", ROLES),
        ("certificate_state_is_known", "certificate", "state", STATES),
    ):
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(name, table, _listed(column, values))


def _sealed(name: str) -> sa.Column[bytes]:
    return sa.Column(
        f"{name}_sealed", sa.LargeBinary(), nullable=False, server_default=sa.text("''")
    )


def _make_cases() -> None:
    op.create_table(
        "route_case",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False, unique=True),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), sa.ForeignKey("office.id"), nullable=False),
        sa.Column("district_id", sa.BigInteger(), sa.ForeignKey("office.id"), nullable=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("ledger_seq", sa.BigInteger(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_signer_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("second_signer_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=True),
        sa.CheckConstraint(_listed("route", ROUTES[1:]), name="case_route_is_known"),
        sa.CheckConstraint("stage <> ''", name="a_case_has_a_stage"),
        sa.CheckConstraint("first_signer_id <> second_signer_id", name="case_second_is_another"),
    )
    op.create_index("route_case_by_office", "route_case", ["office_id", "route"])
    op.create_index("route_case_by_district", "route_case", ["district_id", "route"])
    op.create_table(
        "route_fact",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("route_case.id"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("office_id", sa.BigInteger(), sa.ForeignKey("office.id"), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("case_id", "seq", name="case_fact_has_its_number"),
    )
    op.execute(
        "CREATE TRIGGER route_fact_is_append_only BEFORE UPDATE OR DELETE ON route_fact "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER route_fact_is_not_truncated BEFORE TRUNCATE ON route_fact "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    _make_claims()


def _make_claims() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("route_case.id"), nullable=False),
        sa.Column("learner_id", sa.BigInteger(), sa.ForeignKey("learner.id"), nullable=False),
        sa.Column("sheet_row", sa.Integer(), nullable=False),
        _sealed("name"),
        _sealed("phone"),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("employer", sa.String(), nullable=False),
        sa.Column("employer_uscc", sa.String(), nullable=False),
        sa.Column("district_id", sa.BigInteger(), sa.ForeignKey("office.id"), nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        _sealed("source_number"),
        sa.Column("evaluated_on", sa.Date(), nullable=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("awarded", sa.Boolean(), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("case_id", "learner_id", name="a_person_claims_once_in_a_case"),
        sa.CheckConstraint(_listed("level", ("basic", "advanced")), name="claim_level_is_known"),
    )
    op.create_index("claim_by_learner", "claim", ["learner_id"])


def _open_the_ledger() -> None:
    op.add_column(
        "ledger",
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("route_case.id"), nullable=True),
    )
    op.drop_constraint("facts_and_moves_are_of_a_project", "ledger", type_="check")
    op.create_check_constraint(
        "facts_and_moves_are_of_a_project_or_a_case",
        "ledger",
        "kind = 'act' OR (project_id IS NULL) <> (case_id IS NULL)",
    )
    op.create_index(
        "case_ledger_has_no_double_number",
        "ledger",
        ["case_id", "seq"],
        unique=True,
        postgresql_where=sa.text("kind <> 'act'"),
    )


def _open_certificates() -> None:
    for table in ("certificate_batch", "certificate"):
        op.add_column(
            table, sa.Column("route", sa.String(), nullable=False, server_default="training")
        )
        op.alter_column(table, "route", server_default=None)
    op.create_check_constraint("batch_route_is_known", "certificate_batch", _listed("route", ROUTES))
    office = ("office.id", "uploader_id", "certificate_batch")
    op.add_column(
        office[2], sa.Column(office[1], sa.BigInteger(), sa.ForeignKey(office[0]), nullable=True)
    )
    for column, target in (
        ("learner_id", "learner.id"),
        ("claim_id", "claim.id"),
        ("district_id", "office.id"),
        ("held_for", "certificate.id"),
        ("replaces", "certificate.id"),
    ):
        op.add_column(
            "certificate",
            sa.Column(column, sa.BigInteger(), sa.ForeignKey(target), nullable=True),
        )
    op.add_column(
        "certificate",
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
    )
    op.execute(
        "UPDATE certificate x SET learner_id = e.learner_id, district_id = p.district_id "
        "FROM enrolment e, project p WHERE e.id = x.enrolment_id AND p.id = x.project_id"
    )
    op.alter_column("certificate", "learner_id", nullable=False)
    # One active certificate per person and level (A24). The first is what the city has numbered,
    # else what waits for its answer, else the oldest. Another one waits for it, and keeps its
    # serial; but what the city has numbered, too, stands and only names the first: no upgrade takes
    # a number away, and two persons decide which of them is revoked.
    op.execute(
        "UPDATE certificate x SET held_for = f.first,"
        "       state = CASE WHEN x.state = 'accepted' THEN 'accepted' ELSE 'held' END"
        "  FROM (SELECT id, first_value(id) OVER ("
        "                 PARTITION BY learner_id, level"
        "                 ORDER BY array_position(ARRAY['accepted', 'issued', 'released'],"
        "                                         CAST(state AS text)), id) AS first"
        f"          FROM certificate WHERE {ACTIVE}) f"
        " WHERE x.id = f.id AND x.id <> f.first"
    )
    for column in ("serial", "batch_id", "project_id", "enrolment_id"):
        op.alter_column("certificate", column, nullable=True)
    _guard_certificates()


def _guard_certificates() -> None:
    op.drop_index("one_certificate_per_enrolment", "certificate")
    for name, columns, where in (
        ("one_certificate_per_enrolment", ["enrolment_id"], STANDS),
        ("one_certificate_per_claim", ["claim_id"], STANDS),
        ("one_active_certificate_per_level", ["learner_id", "level"], f"held_for IS NULL AND {ACTIVE}"),
    ):
        op.create_index(
            name, "certificate", columns, unique=True, postgresql_where=sa.text(where)
        )
    op.create_index("certificate_by_change", "certificate", ["changed_at", "id"])
    op.create_index("ix_certificate_district_id", "certificate", ["district_id"])
    for name, rule in (
        ("a_certificate_rests_on_one_result", "(enrolment_id IS NULL) <> (claim_id IS NULL)"),
        (
            "an_issued_one_has_a_serial",
            "state IN ('held', 'dropped') OR (serial IS NOT NULL AND "
            "(batch_id IS NOT NULL OR state = 'released'))",
        ),
        ("a_held_one_names_what_it_waits_for", "state <> 'held' OR held_for IS NOT NULL"),
        ("certificate_route_is_known", _listed("route", ROUTES)),
    ):
        op.create_check_constraint(name, "certificate", rule)


def downgrade() -> None:
    raise NotImplementedError("a ledger is never unwound; restore a backup instead")
