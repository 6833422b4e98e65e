"""What the two doors, page and JSON, do with a calendar of working days: read, tried, imported."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from api.desk import Desk, Workbook
from states.errors import BadInput, NotYours
from states.records import calendars
from states.records.calendars import MovedDeadline, Version
from states.rules.stages import Role
from states.rules.workdays import CalendarYear, load_years, succeeded
from templates.sheets.reading_room import read_aside
from templates.sheets.workday_calendar import CalendarReading, read_calendar


@dataclass(frozen=True, slots=True)
class Tried:
    """What a table would do. Without a year its rows are not right, and `reading` says which."""

    reading: CalendarReading
    year: CalendarYear | None
    moved: tuple[MovedDeadline, ...]


def try_table(desk: Desk, book: Workbook, *, year: int, source: str) -> Tried:
    """Read 工作日安排表 and find every deadline it would move; nothing is saved.

    Raises NotYours, SheetUnreadable, BadInput(why="calendar_without_source" |
    "calendar_leaves_a_gap").
    """
    if desk.actor.role is not Role.CENTRE:
        raise NotYours
    if not source.strip():
        raise BadInput(why="calendar_without_source")
    reading = read_aside(read_calendar, book.data, book.filename, year=year)
    if reading.findings:
        return Tried(reading, None, ())
    told = CalendarYear(
        source=source.strip(), coverage_start=date(year, 1, 1), coverage_end=date(year, 12, 31),
        holidays=reading.holidays, makeup_workdays=reading.makeup_workdays,
    )  # fmt: skip
    moved = calendars.preview(desk.session, told, actor=desk.actor, at=desk.at)
    return Tried(reading, told, tuple(moved))


def known_years(imports: Sequence[Version]) -> Sequence[CalendarYear]:
    """Every year that stands, of this release and of the imports (the newest first), in order."""
    return succeeded(load_years(), (one.year for one in reversed(imports)))


def packed(year: CalendarYear) -> str:
    """The calendar as a form carries it from the preview to the import."""
    return json.dumps(year.model_dump(mode="json"), ensure_ascii=False)


def unpacked(text: str) -> CalendarYear:
    """Raises BadInput(why="calendar_unreadable")."""
    try:
        return CalendarYear.model_validate_json(text)
    except ValidationError as error:
        raise BadInput(why="calendar_unreadable") from error
