"""Attachments of projects, and what became of a class's filing with the city's system (C14)."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from states.records.tables.columns import key, link, moment, one_of, sealed

ATTACHMENT_KINDS = ("licence", "plan", "photo", "other")
SCANS = ("waiting", "clean", "unscanned", "infected")
FILING_STATES = ("wanted", "sent", "left", "refused", "registered")


class Attachment(SQLModel, table=True):
    """A licence, plan or photograph; its locked content lies outside, its key is sealed here.

    `stored` names the file in the store; empty once the content is destroyed. Without its key a
    file that is left over somewhere cannot be opened any more. The name it came with is not kept.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        one_of("kind", ATTACHMENT_KINDS, "attachment_kind_is_known"),
        one_of("scan", SCANS, "attachment_scan_is_known"),
        Index("attachment_by_project", "project_id", "class_no"),
        Index(
            "attachment_waits",
            "not_before",
            postgresql_where=text(
                "stored <> '' AND (scan IN ('waiting', 'infected') OR withdrawn_at IS NOT NULL)"
            ),
        ),
    )

    id: int = key()
    project_id: int = link("project.id")
    class_no: int | None = None
    kind: str
    name: str = Field(unique=True)
    media_type: str
    size: int
    stored: str
    key_sealed: bytes = sealed()
    scan: str = "waiting"
    attempts: int = 0
    not_before: datetime = moment()
    lease: str = ""
    person_id: int = link("person.id")
    office_id: int = link("office.id")
    at: datetime = moment()
    withdrawn_at: datetime | None = moment(default=None)


class ClassFiling(SQLModel, table=True):
    """A class on its way into the city's training information system; the newest wish stands.

    `round` counts the wishes, so that a class sent again after a refusal is a new request. The
    city's reasons may name learners, so they are sealed. The number is a fact and not kept here.
    `trouble` names what stood in the way of the last try, for people to read.
    """

    __tablename__ = "class_filing"
    __table_args__ = (
        one_of("state", FILING_STATES, "filing_state_is_known"),
        Index("filing_waits", "not_before", postgresql_where=text("state IN ('wanted', 'sent')")),
    )

    id: int = key()
    class_id: int = link("training_class.id", unique=True)
    state: str = "wanted"
    round: int = 1
    sheet_sha256: str = ""
    attempts: int = 0
    not_before: datetime = moment()
    lease: str = ""
    answer_sealed: bytes = sealed()
    trouble: str = ""
    person_id: int = link("person.id")
    wanted_at: datetime = moment()
