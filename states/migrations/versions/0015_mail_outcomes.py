"""What became of each letter, attempt by attempt."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STATES = ("promised", "leased", "deferred", "accepted", "refused", "bounced", "moot")
EVENTS = (
    "promised", "leased", "let_go", "freed", "accepted", "deferred", "unknown", "refused", "given_up",
    "delayed", "bounced", "moot", "retried",
)  # fmt: skip

# Every promise is one event, whichever statement made it.
_PROMISES = """
CREATE FUNCTION note_promises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO mail_event (mail_id, at, what, answer, evidence)
  SELECT id, clock_timestamp(), 'promised', '', '' FROM fresh ORDER BY id;
  RETURN NULL;
END $$;
CREATE TRIGGER promises_are_noted AFTER INSERT ON outbox REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION note_promises();
"""
# An answer may quote the address of somebody who is forgotten: it may be emptied, nothing else.
_APPEND_ONLY = """
CREATE FUNCTION refuse_change_but_of_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.answer = '' AND to_jsonb(NEW) - 'answer' = to_jsonb(OLD) - 'answer' THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER mail_event_is_append_only BEFORE UPDATE OR DELETE ON mail_event
  FOR EACH ROW EXECUTE FUNCTION refuse_change_but_of_answers();
CREATE TRIGGER mail_event_is_not_truncated BEFORE TRUNCATE ON mail_event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
# Of letters from before only the two ends are known.
_KNOWN = """
INSERT INTO mail_event (mail_id, at, what, answer, evidence)
SELECT id, at, what, answer, '' FROM (
  SELECT id, promised_at AS at, 'promised' AS what, '' AS answer, 1 AS place FROM outbox
  UNION ALL
  SELECT id, coalesce(done_at, promised_at),
         CASE WHEN answer LIKE 'given up after repeats%' THEN 'given_up' ELSE state END, answer, 2
    FROM outbox WHERE state IN ('accepted', 'refused', 'moot')
  UNION ALL
  SELECT id, promised_at, 'deferred', answer, 2 FROM outbox WHERE state = 'deferred') known
 ORDER BY id, place
"""


def upgrade() -> None:
    known = ", ".join(map(repr, STATES))
    op.drop_constraint("mail_state_is_known", "outbox", type_="check")
    op.create_check_constraint("mail_state_is_known", "outbox", f"state IN ({known})")
    op.create_index("mail_by_message_id", "outbox", ["message_id"])
    op.create_table(
        "mail_event",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("mail_id", sa.BigInteger(), sa.ForeignKey("outbox.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.CheckConstraint(
            f"what IN ({', '.join(map(repr, EVENTS))})", name="mail_event_is_known"
        ),
    )
    op.create_index("mail_event_by_mail", "mail_event", ["mail_id"])
    op.create_index(
        "mail_event_since", "mail_event", ["at"],
        postgresql_where=sa.text("what IN ('refused', 'given_up', 'bounced')"),
    )
    op.create_index(
        "a_bounce_counts_once", "mail_event", ["mail_id", "evidence"], unique=True,
        postgresql_where=sa.text("evidence <> ''"),
    )
    op.execute(_KNOWN)
    op.execute(_PROMISES)
    op.execute(_APPEND_ONLY)


def downgrade() -> None:
    raise NotImplementedError("Duban migrates forward only; restore a backup to go back")
