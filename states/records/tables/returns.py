"""A district's monthly return: compiled, signed by two persons, accepted or given back."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from states.records.tables.columns import document, key, link, moment, one_of, sealed

RETURN_STATES = ("draft", "prepared", "submitted", "accepted", "returned")
# "released": refused, put right outside, and to go into the next batch with its serial.
CERTIFICATE_STATES = ("issued", "accepted", "refused", "released", "dropped")


class MonthlyReturn(SQLModel, table=True):
    """The figures of one district and month (C18, C21). Frozen once submitted."""

    __tablename__ = "monthly_return"
    __table_args__ = (
        one_of("state", RETURN_STATES, "return_state_is_known"),
        UniqueConstraint("district_id", "month", name="one_return_per_district_and_month"),
        CheckConstraint("month ~ '^\\d{4}-\\d{2}$'", name="month_is_a_month"),
        CheckConstraint("prepared_by <> checked_by", name="checker_is_another_person"),
        CheckConstraint(
            "state NOT IN ('submitted', 'accepted') "
            "OR (prepared_by IS NOT NULL AND checked_by IS NOT NULL)",
            name="a_submitted_return_has_two_signatures",
        ),
        CheckConstraint(
            "state <> 'returned' OR returned_text <> ''", name="a_returned_return_has_a_reason"
        ),
    )

    id: int = key()
    district_id: int = link("office.id")
    month: str
    state: str = "draft"
    figures: dict[str, Any] = document(default_factory=dict)
    compiled_at: datetime = moment()
    prepared_by: int | None = link("person.id", default=None)
    prepared_at: datetime | None = moment(default=None)
    checked_by: int | None = link("person.id", default=None)
    submitted_at: datetime | None = moment(default=None)
    accepted_by: int | None = link("person.id", default=None)
    decided_at: datetime | None = moment(default=None)
    returned_text: str = ""
    version: int = 0


class ReturnedClass(SQLModel, table=True):
    """A class named in a return; a class is reported once."""

    __tablename__ = "returned_class"

    class_id: int = Field(foreign_key="training_class.id", primary_key=True)
    return_id: int = link("monthly_return.id", index=True)


class CertificateBatch(SQLModel, table=True):
    """What the centre uploads at once through 证书归集, and what came back."""

    __tablename__ = "certificate_batch"
    __table_args__ = (one_of("state", ("made", "sent", "answered"), "batch_state_is_known"),)

    id: int = key()
    code: str = Field(unique=True)
    state: str = "made"
    made_at: datetime = moment()
    made_by: int | None = link("person.id", default=None)
    workbook_sha256: str = ""
    answered_at: datetime | None = moment(default=None)


class Certificate(SQLModel, table=True):
    """One certificate with the names as at issue. `serial` is ours, `number` the city's."""

    __tablename__ = "certificate"
    __table_args__ = (
        one_of("state", CERTIFICATE_STATES, "certificate_state_is_known"),
        one_of("level", ("basic", "advanced"), "certificate_level_is_known"),
        Index(
            "one_certificate_per_enrolment",
            "enrolment_id",
            unique=True,
            postgresql_where=text("state <> 'dropped'"),
        ),
        CheckConstraint("state <> 'accepted' OR number <> ''", name="an_accepted_one_has_a_number"),
    )

    id: int = key()
    serial: str = Field(unique=True)
    number: str | None = Field(default=None, unique=True)
    batch_id: int = link("certificate_batch.id", index=True)
    project_id: int = link("project.id", index=True)
    enrolment_id: int = link("enrolment.id")
    name_sealed: bytes = sealed()
    provider_name: str
    level: str = "basic"
    inscription: str
    issued_on: datetime = moment()
    verify_token: str = Field(unique=True)
    state: str = "issued"
    reason_sealed: bytes = sealed()


class Counter(SQLModel, table=True):
    """Numbers given without a gap: the row is locked until the giver commits."""

    __tablename__ = "counter"

    name: str = Field(primary_key=True)
    last: int = 0
