"""What the service owes and how it fares: promised mail, sweeps, heartbeats, the sample clock."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from states.records.tables.columns import document, key, link, moment, one_of, sealed

MAIL_STATES = ("promised", "leased", "deferred", "accepted", "refused", "bounced", "moot")
MAIL_EVENTS = (
    "promised", "leased", "let_go", "freed", "accepted", "deferred", "unknown", "refused",
    "given_up", "delayed", "bounced", "moot", "retried",
)  # fmt: skip
BROKEN_EVENTS = "what IN ('refused', 'given_up', 'bounced')"
"""After these a person has to look."""


class Mail(SQLModel, table=True):
    """A letter promised in the transaction of the fact that caused it, and what became of it.

    `duty`/`subject`: the letter is sent only while that timer of the project is open.
    A letter without a person goes to whom its invitation names (a learner, an employer).
    """

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", MAIL_STATES, "mail_state_is_known"),
        Index(
            "mail_waits",
            "not_before",
            postgresql_where=text("state IN ('promised', 'deferred', 'leased')"),
        ),
        Index("mail_by_project", "project_id"),
        # A bounce names nothing else.
        Index("mail_by_message_id", "message_id"),
    )

    id: int = key()
    key: str = Field(unique=True)
    letter: str
    project_id: int | None = link("project.id", default=None)
    person_id: int | None = link("person.id", default=None, index=True)
    language: str = "zh"
    context: dict[str, Any] = document(default_factory=dict)
    duty: str = ""
    subject: str = ""
    state: str = "promised"
    promised_at: datetime = moment()
    not_before: datetime = moment()
    attempts: int = 0
    lease: str = ""
    leased_until: datetime | None = moment(default=None)
    message_id: str
    answer: str = ""
    done_at: datetime | None = moment(default=None)


class MailEvent(SQLModel, table=True):
    """Something that happened to a letter, by the machine's clock; only added, never changed.

    A trigger writes the promise itself, so that no way of promising can forget it. `answer` may be
    emptied: it can quote the address of somebody who is forgotten. `evidence` names the bounce that
    said it: the same one again adds nothing.
    """

    __tablename__ = "mail_event"
    __table_args__ = (
        one_of("what", MAIL_EVENTS, "mail_event_is_known"),
        Index("mail_event_by_mail", "mail_id"),
        Index("mail_event_since", "at", postgresql_where=text(BROKEN_EVENTS)),
        Index(
            "a_bounce_counts_once",
            "mail_id",
            "evidence",
            unique=True,
            postgresql_where=text("evidence <> ''"),
        ),
    )

    id: int = key()
    mail_id: int = link("outbox.id")
    at: datetime = moment()
    what: str
    code: int | None = None
    answer: str = ""
    until: datetime | None = moment(default=None)
    evidence: str = ""


class Sweep(SQLModel, table=True):
    """When each flow last ran and how it went; the operations page reads it.

    `handled_until`: up to when, by the office's clock, a calendar flow did all its work.
    """

    __tablename__ = "sweep"

    name: str = Field(primary_key=True)
    started_at: datetime = moment()
    finished_at: datetime | None = moment(default=None)
    outcome: str = ""
    handled: int = 0
    failed: int = 0
    runs: int = 0
    flow_run_id: str = ""
    handled_until: datetime | None = moment(default=None)


class Heartbeat(SQLModel, table=True):
    """Sign of life of a part of the service, by the machine's own clock."""

    __tablename__ = "heartbeat"

    part: str = Field(primary_key=True)
    at: datetime = moment()
    detail: dict[str, Any] = document(default_factory=dict)


class Failure(SQLModel, table=True):
    """A piece of work that failed and is kept for the operator: what, why, how often."""

    __tablename__ = "failure"

    id: int = key()
    sweep: str
    about: str
    error: str
    first_at: datetime = moment()
    last_at: datetime = moment()
    times: int = 1
    __table_args__ = (Index("failure_is_one", "sweep", "about", unique=True),)


class RequestKey(SQLModel, table=True):
    """A form or API call that was answered: sent again, it gets the same answer and no effect."""

    __tablename__ = "request_key"

    key: str = Field(primary_key=True)
    account_id: int = link("account.id")
    fingerprint: str
    status: int = 200
    answer_sealed: bytes = sealed()
    at: datetime = moment()


class VirtualClock(SQLModel, table=True):
    """The movable date of sample mode and of rehearsals; a real installation has no row here."""

    __tablename__ = "virtual_clock"

    id: int = Field(default=1, primary_key=True)
    base: datetime = moment()
    started_at: datetime | None = moment(default=None)


class RulebookUsed(SQLModel, table=True):
    """The content of a rulebook when the ledger first named its digest."""

    __tablename__ = "rulebook_used"

    digest: str = Field(primary_key=True)
    regime: str
    content: dict[str, Any] = document()
    first_used_at: datetime = moment()
