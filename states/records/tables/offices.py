"""Offices, the persons who work in them, their accounts and their sessions."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint, false
from sqlmodel import Field, SQLModel

from states.records.tables.columns import key, link, moment, one_of
from states.rules.stages import Role

OFFICE_KINDS = (
    "district", "provider", "centre", "bureau", "service",
    "evaluation_body", "exam_authority", "organiser",
)  # fmt: skip


class Office(SQLModel, table=True):
    """A district bureau, a training provider, the municipal centre, or the service's own desk."""

    __tablename__ = "office"
    __table_args__ = (one_of("kind", OFFICE_KINDS, "office_kind_is_known"),)

    id: int = key()
    kind: str
    code: str = Field(unique=True)
    name_zh: str
    name_en: str
    uscc: str | None = Field(default=None, unique=True)
    licence_no: str = ""
    licence_valid_until: date | None = None
    licence_covers: bool = False


class Person(SQLModel, table=True):
    """A member of staff. One person may hold several accounts; four eyes count persons."""

    __tablename__ = "person"

    id: int = key()
    name: str
    email: str
    language: str = "zh"


class Appointment(SQLModel, table=True):
    """A role that a person holds in an office, from a day and until one.

    `full_numbers`: may take whole document numbers out of the house, in a workbook or file.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        one_of("role", Role, "appointment_role_is_known"),
        UniqueConstraint("person_id", "office_id", "role", name="appointment_is_made_once"),
    )

    id: int = key()
    person_id: int = link("person.id", index=True)
    office_id: int = link("office.id", index=True)
    role: str = Field(index=True)
    since: date
    until: date | None = None
    full_numbers: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class Account(SQLModel, table=True):
    """A way for a person to sign in. Without a password hash only a one-time link opens it."""

    __tablename__ = "account"

    id: int = key()
    person_id: int = link("person.id", index=True)
    login: str = Field(unique=True)
    password_hash: str | None = None
    disabled: bool = False


class SetupLink(SQLModel, table=True):
    """A one-time link to set a password, kept as a hash."""

    __tablename__ = "setup_link"

    token_hash: str = Field(primary_key=True)
    account_id: int = link("account.id")
    expires_at: datetime = moment()
    used_at: datetime | None = moment(default=None)


class WebSession(SQLModel, table=True):
    """A signed-in browser or client, kept as a hash of its token."""

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True)
    account_id: int = link("account.id", index=True)
    appointment_id: int = link("appointment.id")
    created_at: datetime = moment()
    seen_at: datetime = moment()
    expires_at: datetime = moment()
