"""Working days at the screen: the years that are known, and a new one tried before it counts."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from fastapi.responses import HTMLResponse

from api import view
from api.desk import AtDesk, workbook_of
from api.once import Once
from api.pages.forms import download, new_key, tried_report
from api.pages.sent import AVisit, Visit
from api.pages.wording import name_of
from api.working_days import Tried, known_years, packed, try_table, unpacked
from states.records import calendars
from states.rules.duty_words import duty_words
from states.rules.law import the_law
from states.rules.stages import Role
from states.rules.words import say
from states.rules.workdays import CalendarYear
from templates.shapes import Bar, SheetReport
from templates.sheets.workday_calendar import write_calendar

router = APIRouter(prefix="/calendar")
SHOWN = 500
AYear = Annotated[int, Form(ge=2025, le=2100)]
_ONE_DAY = timedelta(days=1)


@router.get("")
def page(visit: AVisit) -> HTMLResponse:
    """The years that are known, and for the centre a form for the next one."""
    return _page(visit)


@router.get("/template.xlsx")
def template(visit: AVisit, year: Annotated[int, Query(ge=2025, le=2100)]) -> Response:
    """The table of a year as it stands, or with last year's holidays and no days."""
    known = {one.coverage_start.year: one for one in known_years(calendars.versions(visit.db))}
    stands = known.get(year)
    rows = list(_rows(stands)) if stands else list(_names(known[max(known)]))
    return download(write_calendar(rows, year=year), f"工作日安排表-{year}.xlsx")


@router.post("/preview")
def preview(
    visit: AVisit, desk: AtDesk, *, year: AYear, file: Annotated[UploadFile, File()],
    source: Annotated[str, Form(max_length=200)] = "",
) -> HTMLResponse:  # fmt: skip
    """Which deadlines the table would move; nothing is saved yet."""
    book = workbook_of(file)
    tried = try_table(desk, book, year=year, source=source)
    report = None
    if tried.year is None:
        found = tried.reading
        report = tried_report(
            found.findings, file=book.filename, sheet=found.sheet, rows=found.rows,
            accepted=found.rows - len(found.findings), lang=visit.lang,
        )  # fmt: skip
    return _page(visit, tried=tried, report=report, source=source, asked=year)


@router.post("")
def import_year(
    visit: AVisit, once: Once, content: Annotated[str, Form(max_length=50_000)]
) -> Response:
    """Count by the calendar that was tried."""
    year = unpacked(content)
    projects = calendars.import_year(
        visit.db, year, sha256=hashlib.sha256(content.encode()).hexdigest(),
        actor=visit.me.actor, at=visit.now,
    )  # fmt: skip
    no = year.coverage_start.year
    said = say("done", "calendar_imported", visit.lang, year=no, projects=projects)
    return view.flash(once.redirect("/calendar"), said)


def _page(
    visit: Visit,
    *,
    tried: Tried | None = None,
    report: SheetReport | None = None,
    source: str = "",
    asked: int = 0,
) -> HTMLResponse:
    calendar, imports = the_law().calendar, calendars.versions(visit.db)
    found = tried.year if tried else None
    return view.render(
        visit.request,
        "calendar",
        status=422 if report else 200,
        active="returns",
        years=[(one, list(_rows(one))) for one in reversed(known_years(imports))],
        versions=imports,
        calendar=calendar,
        may_import=visit.me.role is Role.CENTRE,
        next_year=asked or calendar.coverage_end.year + 1,
        source=source,
        report=report,
        found=found,
        found_rows=list(_rows(found)) if found else [],
        packed=packed(found) if found else "",
        moved=tried.moved[:SHOWN] if tried else (),
        more=max(len(tried.moved) - SHOWN, 0) if tried else 0,
        bars=_bars(tried, visit) if tried else [],
        duty_words=lambda one: duty_words(one.duty, one.subject, visit.lang),
        new_key=new_key,
    )


def _bars(tried: Tried, visit: Visit) -> list[Bar]:
    """How many deadlines move in each district."""
    counts = Counter(name_of(one.district, visit.lang) for one in tried.moved)
    return [Bar(label=name, value=count) for name, count in counts.most_common()]


def _rows(year: CalendarYear) -> Iterator[tuple[str, str, date, date]]:
    """Its days in spans, in their order: (holiday, 放假 or 上班, first, last)."""
    spans = [
        (name, kind, *span)
        for kind, named in (("放假", year.holidays), ("上班", year.makeup_workdays))
        for name, days in named.items()
        for span in _spans(days)
    ]
    yield from sorted(spans, key=lambda row: row[2])


def _spans(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    first = last = None
    for day in sorted(days):
        if last is not None and first is not None and day != last + _ONE_DAY:
            yield first, last
            first = day
        first, last = first or day, day
    if first is not None and last is not None:
        yield first, last


def _names(year: CalendarYear) -> Iterator[tuple[str, str, None, None]]:
    """The same holidays, their days to be filled in."""
    for name in year.holidays:
        yield name, "放假", None, None
    for name in year.makeup_workdays:
        yield name, "上班", None, None
