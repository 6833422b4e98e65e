"""What became of each letter, attempt by attempt."""

from collections.abc import Sequence

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Filled by the step that brings its tables."""


def downgrade() -> None:
    raise NotImplementedError("Duban migrates forward only; restore a backup to go back")
