"""Data keys, what was written about persons apart from the facts, and how people are forgotten."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from states.records.tables.columns import document, key, link, moment, one_of, sealed

FORGETTING_STATES = ("proposed", "approved", "stopped", "done")


class DataKey(SQLModel, table=True):
    """A key that seals fields or makes blind indexes, itself wrapped by a master key."""

    __tablename__ = "data_key"
    __table_args__ = (
        one_of("purpose", ("field", "index"), "data_key_purpose_is_known"),
        one_of("state", ("active", "old"), "data_key_state_is_known"),
        Index(
            "one_active_data_key", "purpose", unique=True, postgresql_where=text("state = 'active'")
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    purpose: str
    master: str
    wrapped: bytes = Field(sa_type=LargeBinary)
    state: str = "active"
    made_at: datetime = moment()


class Remark(SQLModel, table=True):
    """What somebody wrote about a person: the fact of this number holds only that there is one."""

    __tablename__ = "remark"
    __table_args__ = (UniqueConstraint("project_id", "seq", name="a_fact_has_one_remark"),)

    id: int = Field(default=None, primary_key=True, sa_type=BigInteger)
    project_id: int = link("project.id")
    seq: int = Field(sa_type=BigInteger)
    text_sealed: bytes = sealed()


class Forgetting(SQLModel, table=True):
    """What was due on `as_of` is to be forgotten: proposed by one person, approved by another.

    From `due_on` on, when the notice is over, it is done unless somebody stopped it. `trial` and
    `counts` are numbers by district: {"HP": {"learners": 12, ...}}.
    """

    __tablename__ = "forgetting"
    __table_args__ = (
        one_of("state", FORGETTING_STATES, "forgetting_state_is_known"),
        CheckConstraint("approved_by <> proposed_by", name="another_person_approves_forgetting"),
        CheckConstraint(
            "(approved_by IS NULL) = (due_on IS NULL) "
            "AND (state NOT IN ('approved', 'done') OR approved_by IS NOT NULL)",
            name="forgetting_is_approved_with_a_notice",
        ),
        CheckConstraint(
            "state <> 'stopped' OR (stopped_by IS NOT NULL AND stopped_text <> '')",
            name="a_stopped_forgetting_has_a_reason",
        ),
        CheckConstraint(
            "(state = 'done') = (done_at IS NOT NULL)", name="a_done_forgetting_has_its_moment"
        ),
        Index(
            "one_open_forgetting",
            text("(true)"),
            unique=True,
            postgresql_where=text("state IN ('proposed', 'approved')"),
        ),
    )

    id: int = key()
    as_of: date
    reason: str
    state: str = "proposed"
    proposed_by: int = link("person.id")
    proposed_at: datetime = moment()
    trial: dict[str, Any] = document()
    approved_by: int | None = link("person.id", default=None)
    approved_at: datetime | None = moment(default=None)
    due_on: date | None = None
    stopped_by: int | None = link("person.id", default=None)
    stopped_at: datetime | None = moment(default=None)
    stopped_text: str = ""
    done_at: datetime | None = moment(default=None)
    counts: dict[str, Any] = document(default_factory=dict)
