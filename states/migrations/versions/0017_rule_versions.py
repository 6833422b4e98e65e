"""Rule versions that are published after a release, and the facts that pin a class anew."""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

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


def _more_facts() -> None:
    """Beside whatever the steps before this one made known."""
    known = re.findall(r"'([a-z_]+)'", str(op.get_bind().execute(_KNOWN).scalar_one()))
    kinds = ", ".join(f"'{kind}'" for kind in dict.fromkeys([*known, *FACTS]))
    op.drop_constraint("fact_kind_is_known", "fact", type_="check")
    op.create_check_constraint("fact_kind_is_known", "fact", f"kind IN ({kinds})")


def downgrade() -> None:
    raise NotImplementedError("Duban migrates forward only; restore a backup to go back")
