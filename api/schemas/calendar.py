"""Calendars of working days for programs."""

from datetime import date, datetime

from pydantic import Field

from api.schemas.base import Out, Words
from api.schemas.classes import RowOut


class CalendarYearOut(Out):
    """One year's arrangement, by the names of the holidays."""

    source: str
    coverage_start: date
    coverage_end: date
    holidays: dict[str, list[date]]
    makeup_workdays: dict[str, list[date]]


class CalendarOut(Out):
    """What working days are counted by; beyond `coverage_end` every deadline is provisional."""

    coverage_start: date
    coverage_end: date
    years: list[CalendarYearOut]
    last_import_at: datetime | None


class MovedDeadlineOut(Out):
    """One open deadline that the calendar counts otherwise, or no longer as provisional."""

    project: str = Field(description="Empty for a monthly return.")
    month: str = Field(description="The month of a return; empty for a project.")
    district: Words
    duty: str
    class_no: str = Field(description="Empty for a duty of the whole project.")
    before: date
    after: date
    was_provisional: bool
    is_provisional: bool


class CalendarTakenOut(Out):
    """What became of a table; with `findings`, or as a trial, nothing was saved."""

    rows: int
    findings: list[RowOut]
    moved: list[MovedDeadlineOut]
    imported: bool
    projects: int = Field(default=0, description="Whose deadlines are being counted anew.")
