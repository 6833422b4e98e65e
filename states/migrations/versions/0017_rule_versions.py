"""Rule versions that are published after a release, and the facts that pin a class anew."""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FACTS = ("class_repinned", "class_move_proposed", "class_move_decided")
_KNOWN = sa.text(
    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'fact_kind_is_known'"
)


def upgrade() -> None:
    _more_facts()
    op.add_column("training_class", sa.Column("moved_on", sa.Date(), nullable=True))
    _versions()
    op.create_table(
        "rule_news_read",
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


    op.execute(A_TRAINING_COPY_STAYS_ONE)


A_TRAINING_COPY_STAYS_ONE = """
CREATE FUNCTION refuse_production() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a training copy never becomes a production service'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER a_training_copy_stays_one BEFORE DELETE ON virtual_clock
  FOR EACH ROW EXECUTE FUNCTION refuse_production();
CREATE TRIGGER a_training_copy_is_not_truncated BEFORE TRUNCATE ON virtual_clock
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_production();
"""


def _versions() -> None:
    op.create_table(
        "rule_version",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), sa.ForeignKey("rule_version.id"), nullable=True),
        sa.Column("corrects_id", sa.BigInteger(), sa.ForeignKey("rule_version.id"), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("retroactive", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reach", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("proposal_id", "step", name="a_step_is_taken_once"),
        sa.CheckConstraint(
            "step IN ('proposed', 'published', 'withdrawn')", name="rule_step_is_known"
        ),
        sa.CheckConstraint("kind IN ('standard', 'bank', 'regime')", name="rule_kind_is_known"),
        sa.CheckConstraint(
            "(step = 'proposed') = (proposal_id IS NULL)", name="a_step_has_a_proposal"
        ),
        sa.CheckConstraint(
            "step <> 'published' OR person_id <> proposed_by", name="another_person_publishes"
        ),
    )
    op.execute(
        "CREATE TRIGGER rule_version_is_append_only BEFORE UPDATE OR DELETE ON rule_version "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER rule_version_is_not_truncated BEFORE TRUNCATE ON rule_version "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _more_facts() -> None:
    """Beside whatever the steps before this one made known."""
    known = re.findall(r"'([a-z_]+)'", str(op.get_bind().execute(_KNOWN).scalar_one()))
    kinds = ", ".join(f"'{kind}'" for kind in dict.fromkeys([*known, *FACTS]))
    op.drop_constraint("fact_kind_is_known", "fact", type_="check")
    op.create_check_constraint("fact_kind_is_known", "fact", f"kind IN ({kinds})")


def downgrade() -> None:
    raise NotImplementedError("Duban migrates forward only; restore a backup to go back")
