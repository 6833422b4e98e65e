"""The years of working days that were imported since this release was made."""

from datetime import date, datetime
from typing import Any

from sqlmodel import SQLModel

from states.records.tables.columns import document, key, link, moment


class CalendarImport(SQLModel, table=True):
    """One year's arrangement of holidays as it was published. The newest of a year stands.

    `content` is a `states.rules.workdays.CalendarYear`; nothing is ever changed in place.
    """

    __tablename__ = "calendar_import"

    id: int = key()
    coverage_start: date
    content: dict[str, Any] = document()
    sha256: str
    imported_by: int | None = link("person.id", default=None)
    imported_at: datetime = moment()
