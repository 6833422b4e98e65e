"""What happened to certificates that stood: revoked, replaced, corrected, each by two persons."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from states.records.tables.columns import key, link, moment, one_of, sealed

CHANGE_KINDS = ("revoke", "replace", "correct")


class CertificateChange(SQLModel, table=True):
    """A change asked for by one person and decided by another; it may bring a corrected name.

    `old_name_sealed` is kept when a certificate without a number was corrected in its place.
    """

    __tablename__ = "certificate_change"
    __table_args__ = (
        one_of("kind", CHANGE_KINDS, "change_kind_is_known"),
        one_of("state", ("asked", "done", "refused"), "change_state_is_known"),
        CheckConstraint("asked_by <> decided_by", name="a_change_has_two_persons"),
        Index(
            "one_open_change_per_certificate",
            "certificate_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
        ),
    )

    id: int = key()
    certificate_id: int = link("certificate.id", index=True)
    kind: str
    state: str = Field(default="asked")
    reason_sealed: bytes = sealed()
    name_sealed: bytes = sealed()
    old_name_sealed: bytes = sealed()
    asked_by: int = link("person.id")
    asked_at: datetime = moment()
    decided_by: int | None = link("person.id", default=None)
    decided_at: datetime | None = moment(default=None)
    successor_id: int | None = link("certificate.id", default=None)
