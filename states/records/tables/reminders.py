"""Which rung of which ladder was reached, who was reminded then, and who stands in for whom."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from states.records.tables.columns import key, link, moment, one_of

READERS = ("responsible", "duty", "head", "district_head", "bureau", "deputy")


class Reminder(SQLModel, table=True):
    """One rung of one deadline was reached: there is one row, however often one looks.

    A deadline that moves to another day climbs its ladder anew.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint(
            "project_id", "return_id", "duty", "subject", "due_on", "rung",
            name="a_rung_is_reached_once", postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint(
            "(project_id IS NULL) <> (return_id IS NULL)", name="a_reminder_is_of_one_thing"
        ),
        Index("reminder_by_return", "return_id"),
    )  # fmt: skip

    id: int = key()
    project_id: int | None = link("project.id", default=None)
    return_id: int | None = link("monthly_return.id", default=None)
    duty: str
    subject: str = ""
    due_on: date
    rung: int
    on_day: date
    at: datetime = moment()


class ReminderReader(SQLModel, table=True):
    """Somebody who was reminded at a rung, as what, and by which letter."""

    __tablename__ = "reminder_reader"
    __table_args__ = (one_of("as_what", READERS, "reminder_reader_is_known"),)

    reminder_id: int = link("reminder.id", primary_key=True)
    person_id: int = link("person.id", primary_key=True)
    as_what: str
    mail_id: int = link("outbox.id", index=True)


class Deputy(SQLModel, table=True):
    """代办: somebody stands in for a colleague from a day until one."""

    __tablename__ = "deputy"
    __table_args__ = (
        CheckConstraint("deputy_id <> person_id", name="a_deputy_is_another_person"),
        CheckConstraint("until >= since", name="a_deputy_begins_before_the_end"),
        Index("deputy_by_person", "person_id"),
    )

    id: int = key()
    person_id: int = link("person.id")
    deputy_id: int = link("person.id")
    since: date
    until: date
    at: datetime = moment()
    granted_by: int | None = link("person.id", default=None)
