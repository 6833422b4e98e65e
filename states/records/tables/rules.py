"""Rule versions after a release: every step a row of its own, and who has read the news of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from states.records.tables.columns import document, key, link, moment, one_of
from states.rules.versions import VersionKind

STEPS = ("proposed", "published", "withdrawn")


class RuleVersionStep(SQLModel, table=True):
    """A version was proposed, published or withdrawn: appended, never changed.

    `content` is a `states.rules.versions.RuleVersion`. A proposal is its own row; the other steps
    name it. `corrects_id` is the published proposal that this one takes the place of. `reach` holds
    the counts of classes and projects as they were counted at that step.
    """

    __tablename__ = "rule_version"
    __table_args__ = (
        one_of("step", STEPS, "rule_step_is_known"),
        one_of("kind", VersionKind, "rule_kind_is_known"),
        UniqueConstraint("proposal_id", "step", name="a_step_is_taken_once"),
        CheckConstraint(
            "(step = 'proposed') = (proposal_id IS NULL)", name="a_step_has_a_proposal"
        ),
        CheckConstraint(
            "step <> 'published' OR person_id <> proposed_by",
            name="another_person_publishes",
        ),
    )

    id: int = key()
    step: str
    proposal_id: int | None = link("rule_version.id", default=None)
    corrects_id: int | None = link("rule_version.id", default=None)
    kind: str
    name: str
    effective_from: date
    content: dict[str, Any] = document()
    digest: str
    note: str = ""
    retroactive: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    reach: dict[str, Any] = document(
        default_factory=dict, sa_column_kwargs={"server_default": text("'{}'")}
    )
    proposed_by: int = link("person.id")
    person_id: int = link("person.id")
    at: datetime = moment()


class RuleNewsRead(SQLModel, table=True):
    """Up to which step a person has read the history of the rules."""

    __tablename__ = "rule_news_read"

    person_id: int = Field(foreign_key="person.id", primary_key=True, sa_type=BigInteger)
    seen: int = Field(sa_type=BigInteger)
    at: datetime = moment()
