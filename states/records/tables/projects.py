"""A training project, its facts, its ledger and its timers; the checks mirror the machine."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from states.records.tables.columns import (
    days_column,
    document,
    ids_column,
    key,
    link,
    moment,
    one_of,
)
from states.rules.facts import Kind
from states.rules.stages import STRAIGHT_PATH, Channel, Stage


def _dated(position: int) -> CheckConstraint:
    """A project on the straight path has the dates of all stages behind it."""
    stage = STRAIGHT_PATH[position]
    later = ", ".join(f"'{s}'" for s in STRAIGHT_PATH[position:])
    return CheckConstraint(
        f"stage NOT IN ({later}) OR {stage}_at IS NOT NULL", name=f"{stage}_has_a_date"
    )


class Project(SQLModel, table=True):
    """One training project. Only `states/actions.py` writes `stage` and what hangs on it."""

    __tablename__ = "project"
    __table_args__ = (
        one_of("stage", Stage, "stage_is_known"),
        one_of("channel", Channel, "channel_is_known"),
        *(_dated(position) for position in range(1, len(STRAIGHT_PATH))),
        CheckConstraint(
            "first_signer_id <> second_signer_id", name="second_reviewer_is_another_person"
        ),
        CheckConstraint(
            "stage <> 'returned' OR (send_back_code <> '' AND send_back_text <> '')",
            name="a_send_back_has_a_reason",
        ),
        CheckConstraint(
            "stage NOT IN ('rejected', 'withdrawn', 'terminated', 'suspended') OR stop_text <> ''",
            name="a_stop_has_a_reason",
        ),
        Index("project_is_unsettled", "id", postgresql_where=text("unsettled")),
        Index("project_wakes", "wake_at", postgresql_where=text("wake_at IS NOT NULL")),
        Index("project_by_district", "district_id", "stage"),
        Index("project_by_provider", "provider_id", "stage"),
    )

    id: int = key()
    code: str = Field(unique=True)
    title: str
    channel: str
    district_id: int = link("office.id")
    provider_id: int = link("office.id")
    regime: str
    stage: str = Stage.PROPOSED
    moves: int = 0
    ledger_seq: int = Field(default=0, sa_type=BigInteger)
    unsettled: bool = False
    wake_at: datetime | None = moment(default=None)
    proposed_at: datetime = moment()
    approved_at: datetime | None = moment(default=None)
    running_at: datetime | None = moment(default=None)
    assessed_at: datetime | None = moment(default=None)
    surveyed_at: datetime | None = moment(default=None)
    reported_at: datetime | None = moment(default=None)
    certified_at: datetime | None = moment(default=None)
    stage_since: datetime = moment()
    first_signer_id: int | None = link("person.id", default=None)
    second_signer_id: int | None = link("person.id", default=None)
    send_back_code: str = ""
    send_back_text: str = ""
    stop_text: str = ""


class FactRow(SQLModel, table=True):
    """What somebody said about a project: appended, never changed. `seq` is its ledger number."""

    __tablename__ = "fact"
    __table_args__ = (
        UniqueConstraint("project_id", "seq", name="fact_has_its_number"),
        one_of("kind", Kind, "fact_kind_is_known"),
        Index("fact_is_an_order", "project_id", postgresql_where=text("kind = 'order_given'")),
        CheckConstraint(
            "kind NOT IN ('sent_back', 'rejected') "
            "OR (payload->>'code' <> '' AND payload->>'text' <> '')",
            name="a_refusal_has_code_and_text",
        ),
    )

    id: int = key()
    project_id: int = link("project.id")
    seq: int = Field(sa_type=BigInteger)
    kind: str
    payload: dict[str, Any] = document()
    person_id: int | None = link("person.id", default=None)
    office_id: int | None = link("office.id", default=None)
    role: str
    at: datetime = moment()


class LedgerEntry(SQLModel, table=True):
    """One row per fact and per move, numbered without gaps per project; no names, no free text.

    An act changes no stage (somebody looked at a number, took an export): it has the number 0, and
    a project only when it is about one. `about` is an opaque reference, `detail` holds counts.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        Index(
            "ledger_has_no_double_number",
            "project_id",
            "seq",
            unique=True,
            postgresql_where=text("kind <> 'act'"),
        ),
        one_of("kind", ("fact", "move", "act"), "ledger_kind_is_known"),
        Index(
            "case_ledger_has_no_double_number",
            "case_id",
            "seq",
            unique=True,
            postgresql_where=text("kind <> 'act'"),
        ),
        CheckConstraint(
            "kind = 'act' OR (project_id IS NULL) <> (case_id IS NULL)",
            name="facts_and_moves_are_of_a_project_or_a_case",
        ),
        Index("ledger_by_project_act", "project_id", postgresql_where=text("kind = 'act'")),
        CheckConstraint(
            "kind <> 'move' OR (from_stage IS NOT NULL AND to_stage IS NOT NULL)",
            name="a_move_has_both_ends",
        ),
    )

    id: int = key()
    project_id: int | None = link("project.id", default=None)
    case_id: int | None = link("route_case.id", default=None)
    seq: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
    kind: str
    name: str
    from_stage: str | None = None
    to_stage: str | None = None
    person_id: int | None = link("person.id", default=None)
    office_id: int | None = link("office.id", default=None)
    role: str
    regime: str
    regime_digest: str
    clause: str = ""
    request_id: str = ""
    content_digest: str = ""
    about: str = Field(default="", sa_column_kwargs={"server_default": ""})
    detail: dict[str, Any] = document(
        default_factory=dict, sa_column_kwargs={"server_default": text("'{}'")}
    )


class Timer(SQLModel, table=True):
    """An open duty and the day it is due: whose turn it is on a project or return, and until when.

    `rungs` are the days of its ladder ("regime/ladder"), `rung_on` the next of them: an index on it
    is all that a worker looks at. `in_hand_of`: whose matter it is; `not_by`: who did their part.
    """

    __tablename__ = "timer"
    __table_args__ = (
        Index("timer_by_day", "due_on"),
        Index("timer_by_rung", "rung_on", postgresql_where=text("rung_on IS NOT NULL")),
        UniqueConstraint("project_id", "duty", "subject", name="a_duty_of_a_project_is_one"),
        UniqueConstraint("return_id", "duty", name="a_duty_of_a_return_is_one"),
        CheckConstraint("duty <> ''", name="timer_has_a_duty"),
        CheckConstraint(
            "(project_id IS NULL) <> (return_id IS NULL)", name="a_timer_is_of_one_thing"
        ),
    )

    id: int = key()
    project_id: int | None = link("project.id", default=None)
    return_id: int | None = link("monthly_return.id", default=None)
    duty: str
    subject: str = ""
    role: str
    since: date
    due_on: date
    provisional: bool = False
    source: str
    ladder: str = Field(default="", sa_column_kwargs={"server_default": ""})
    rungs: list[date] = days_column()
    rung_on: date | None = None
    in_hand_of: int | None = link("person.id", default=None)
    not_by: list[int] = ids_column()
