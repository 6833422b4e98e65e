"""Quotas of the districts as they were handed in, and the waivers of the share of contests."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import SQLModel

from states.records.tables.columns import key, link, moment, sealed


class QuotaVersion(SQLModel, table=True):
    """One decomposition of the city's target (C38). The newest of a year stands, all are kept."""

    __tablename__ = "quota_version"
    __table_args__ = (Index("quota_version_by_year", "year", "id"),)

    id: int = key()
    year: int
    source: str
    note: str = ""
    sha256: str
    imported_by: int | None = link("person.id", default=None)
    imported_at: datetime = moment()


class QuotaRow(SQLModel, table=True):
    """What a version asks of one district, in persons."""

    __tablename__ = "quota_row"
    __table_args__ = (CheckConstraint("number >= 0", name="a_quota_is_not_negative"),)

    version_id: int = link("quota_version.id", primary_key=True)
    district_id: int = link("office.id", primary_key=True)
    number: int


class ShareWaiver(SQLModel, table=True):
    """A district's contests may go above the limit in a year, up to `up_to` percent (C39, A21).

    `contest` of `total` certificates is where the district stood when it was asked for.
    """

    __tablename__ = "share_waiver"
    __table_args__ = (
        CheckConstraint("up_to BETWEEN 1 AND 100", name="a_waiver_names_a_share"),
        CheckConstraint("decided_by <> asked_by", name="waiver_decider_is_another_person"),
        CheckConstraint(
            "(granted IS NULL) = (decided_by IS NULL) AND (granted IS NULL) = (decided_at IS NULL)",
            name="a_waiver_is_decided_by_somebody",
        ),
        Index(
            "one_open_waiver_per_district_and_year",
            "district_id",
            "year",
            unique=True,
            postgresql_where=text("granted IS NULL"),
        ),
    )

    id: int = key()
    district_id: int = link("office.id")
    year: int
    up_to: int
    contest: int
    total: int
    reason_sealed: bytes = sealed()
    asked_by: int = link("person.id")
    asked_at: datetime = moment()
    granted: bool | None = None
    decided_by: int | None = link("person.id", default=None)
    decided_at: datetime | None = moment(default=None)
