"""Calendars of working days for programs: what is known, a new year tried or imported."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response

from api import told
from api.deps import Db, SignedIn
from api.desk import AtDesk, workbook_of
from api.once import Once
from api.routes.classes import Sheet
from api.schemas.base import Words
from api.schemas.calendar import (
    CalendarOut,
    CalendarTakenOut,
    CalendarYearOut,
    MovedDeadlineOut,
)
from api.working_days import Tried, known_years, try_table
from states.records import calendars
from states.records.calendars import MovedDeadline
from states.rules.law import the_law

router = APIRouter(prefix="/calendar", tags=["calendar"])
_REFUSALS = told.problems(401, 403, 422)
Trial = Annotated[bool, Query(description="Only try: what would move, and nothing is saved.")]


@router.get("", responses=told.problems(401))
def look(session: Db, _: SignedIn) -> CalendarOut:
    """The years that working days are counted by."""
    imports, calendar = calendars.versions(session), the_law().calendar
    return CalendarOut(
        coverage_start=calendar.coverage_start,
        coverage_end=calendar.coverage_end,
        years=[CalendarYearOut(**one.model_dump()) for one in known_years(imports)],
        last_import_at=imports[0].imported_at if imports else None,
    )


@router.post("", response_model=CalendarTakenOut, responses=_REFUSALS)
def take(
    desk: AtDesk, once: Once, *, file: Sheet,
    year: Annotated[int, Form(ge=2025, le=2100)],
    source: Annotated[str, Form(max_length=200)], trial: Trial = False,
) -> Response:  # fmt: skip
    """Import the working days of a year (工作日安排表); one wrong row, and nothing is saved."""
    book = workbook_of(file)
    tried = try_table(desk, book, year=year, source=source)
    projects = None
    if tried.year is not None and not trial:
        projects = calendars.import_year(
            desk.session, tried.year, sha256=book.sha256, actor=desk.actor, at=desk.at
        )
    return once.json(_taken(tried, projects))


def _taken(tried: Tried, projects: int | None) -> CalendarTakenOut:
    return CalendarTakenOut(
        rows=tried.reading.rows,
        findings=[told.row(found) for found in tried.reading.findings],
        moved=[_moved(one) for one in tried.moved],
        imported=projects is not None,
        projects=projects or 0,
    )


def _moved(one: MovedDeadline) -> MovedDeadlineOut:
    return MovedDeadlineOut(
        project=one.project,
        month=one.month,
        district=Words(zh=one.district.zh, en=one.district.en),
        duty=one.duty,
        class_no=one.subject,
        before=one.before,
        after=one.after,
        was_provisional=one.was_provisional,
        is_provisional=one.is_provisional,
    )
