"""Heads of institutions and districts, and officers of the municipal bureau."""

from collections.abc import Sequence

from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLES = (
    "provider_operator", "provider_head", "district_reviewer", "district_examiner",
    "district_supervisor", "district_head", "centre_officer", "bureau_officer",
    "evaluation_officer", "exam_officer", "contest_organiser", "auditor", "system_administrator",
    "system",
)  # fmt: skip


def upgrade() -> None:
    name, known = "appointment_role_is_known", ", ".join(map(repr, ROLES))
    op.drop_constraint(name, "appointment", type_="check")
    op.create_check_constraint(name, "appointment", f"role IN ({known})")


def downgrade() -> None:
    raise NotImplementedError("Duban migrates forward only; restore a backup to go back")
