"""What programs get of attachments and of filings with the city's system."""

from datetime import date, datetime

from pydantic import Field

from api.schemas.base import Out, Words


class FileOut(Out):
    """One attachment of a project. `opens`: whether whoever asks may have its content now."""

    id: int
    name: str = Field(examples=["HP-2026-001-licence-1.pdf"])
    kind: str = Field(examples=["licence"])
    class_no: int | None
    media_type: str
    size: int = Field(description="In bytes.")
    office: Words
    at: datetime
    scan: str = Field(description="waiting, clean, unscanned or infected.")
    withdrawn_at: datetime | None
    opens: bool


class FilingOut(Out):
    """How far a class got on its way into the city's training information system (C14)."""

    state: str = Field(description="none, wanted, sent, left, refused or registered.")
    number: str
    registered_on: date | None
    days_late: int = Field(description="Days between the class's opening and its number.")
    attempts: int
    again: datetime | None = Field(description="The next try, by the machine's clock.")
