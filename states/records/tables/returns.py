"""A district's monthly return: compiled, signed by two persons, accepted or given back."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, func, text
from sqlmodel import Field, SQLModel

from states.records.tables.columns import document, key, link, moment, one_of, sealed
from states.rules.routes import Route

RETURN_STATES = ("draft", "prepared", "submitted", "accepted", "returned")
# "released": put right after a refusal, or a successor: goes into the next batch with its serial.
# "held": a second one of the same person and level, without a serial, until the first is void.
CERTIFICATE_STATES = (
    "issued", "accepted", "refused", "released", "dropped", "held", "revoked", "replaced",
)  # fmt: skip
ACTIVE_STATES = ("issued", "accepted", "refused", "released")


class MonthlyReturn(SQLModel, table=True):
    """The figures of one district and month (C18, C21), frozen by the first signature.

    `findings` is what the checks said when it was signed; `responsible` the 负责人 of its foot.
    """

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
    responsible: str = Field(default="", sa_column_kwargs={"server_default": ""})
    findings: list[dict[str, Any]] = document(
        default_factory=list, sa_column_kwargs={"server_default": text("'[]'")}
    )


class ReturnedClass(SQLModel, table=True):
    """A class named in a return; a class is reported once, by the scores of `scores_seq`."""

    __tablename__ = "returned_class"

    class_id: int = Field(foreign_key="training_class.id", primary_key=True)
    return_id: int = link("monthly_return.id", index=True)
    scores_seq: int = Field(sa_type=BigInteger)


class CertificateBatch(SQLModel, table=True):
    """What one uploader hands in at once through 证书归集, and what came back.

    Each route has its own uploader: the centre, an evaluation body, the exam authority, a district.
    """

    __tablename__ = "certificate_batch"
    __table_args__ = (
        one_of("state", ("made", "sent", "answered"), "batch_state_is_known"),
        one_of("route", Route, "batch_route_is_known"),
    )

    id: int = key()
    code: str = Field(unique=True)
    route: str = Route.TRAINING
    uploader_id: int | None = link("office.id", default=None)
    state: str = "made"
    made_at: datetime = moment()
    made_by: int | None = link("person.id", default=None)
    workbook_sha256: str = ""
    answered_at: datetime | None = moment(default=None)


class Certificate(SQLModel, table=True):
    """One certificate with the names as at issue. `serial` is ours, `number` the city's.

    It rests on an enrolment (training) or on a claim (any other route). `provider_name` is the body
    whose seal it carries. A held one has neither serial nor batch and names what it waits for.

    Before 0008 a person could have two of a level. An upgrade takes none away that the city has
    numbered: the later one stands, too, and `held_for` names the first. One without a number is
    held and keeps its serial and batch.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        one_of("state", CERTIFICATE_STATES, "certificate_state_is_known"),
        one_of("level", ("basic", "advanced"), "certificate_level_is_known"),
        Index(
            "one_certificate_per_enrolment",
            "enrolment_id",
            unique=True,
            postgresql_where=text("state NOT IN ('dropped', 'replaced')"),
        ),
        Index(
            "one_certificate_per_claim",
            "claim_id",
            unique=True,
            postgresql_where=text("state NOT IN ('dropped', 'replaced')"),
        ),
        Index(
            "one_active_certificate_per_level",
            "learner_id",
            "level",
            unique=True,
            postgresql_where=text(
                f"held_for IS NULL AND state IN ({', '.join(repr(s) for s in ACTIVE_STATES)})"
            ),
        ),
        Index("certificate_by_change", "changed_at", "id"),
        CheckConstraint("state <> 'accepted' OR number <> ''", name="an_accepted_one_has_a_number"),
        CheckConstraint(
            "(enrolment_id IS NULL) <> (claim_id IS NULL)", name="a_certificate_rests_on_one_result"
        ),
        CheckConstraint(
            "state IN ('held', 'dropped') OR (serial IS NOT NULL AND "
            "(batch_id IS NOT NULL OR state = 'released'))",
            name="an_issued_one_has_a_serial",
        ),
        CheckConstraint(
            "state <> 'held' OR held_for IS NOT NULL", name="a_held_one_names_what_it_waits_for"
        ),
        one_of("route", Route, "certificate_route_is_known"),
    )

    id: int = key()
    serial: str | None = Field(default=None, unique=True)
    number: str | None = Field(default=None, unique=True)
    route: str = Route.TRAINING
    batch_id: int | None = link("certificate_batch.id", default=None, index=True)
    learner_id: int = link("learner.id")
    project_id: int | None = link("project.id", default=None, index=True)
    enrolment_id: int | None = link("enrolment.id", default=None)
    claim_id: int | None = link("claim.id", default=None)
    district_id: int | None = link("office.id", default=None, index=True)
    name_sealed: bytes = sealed()
    provider_name: str
    level: str = "basic"
    inscription: str
    issued_on: datetime = moment()
    verify_token: str = Field(unique=True)
    state: str = "issued"
    reason_sealed: bytes = sealed()
    held_for: int | None = link("certificate.id", default=None)
    replaces: int | None = link("certificate.id", default=None)
    changed_at: datetime = moment(sa_column_kwargs={"server_default": func.now()})


class Counter(SQLModel, table=True):
    """Numbers given without a gap: the row is locked until the giver commits."""

    __tablename__ = "counter"

    name: str = Field(primary_key=True)
    last: int = 0
