"""工作日安排表 read and written: the holidays and make-up working days of one year (section 5)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from states.rules.findings import SYSTEM_DEFAULT, RowFinding, Verdict
from states.rules.workdays import SATURDAY
from templates.sheets.cells import as_date, plain
from templates.sheets.reader import Columns, Progress, TableRow, counted, read_table, silent
from templates.sheets.writer import Page, header, write_pages

CALENDAR_COLUMNS = Columns(
    spellings={
        "节日": ("节假日", "名称", "节日名称"),
        "安排": ("类型", "放假或上班", "性质"),
        "开始日期": ("日期", "起始日期", "开始"),
        "结束日期": ("截止日期", "结束"),
        "备注": (),
    },
    required=("节日", "安排", "开始日期"),
)
_OFF, _WORK = (
    frozenset({"放假", "休息", "休", "off"}),
    frozenset({"上班", "调休上班", "班", "work"}),
)
_LONGEST = 31
_BESIDE = timedelta(days=7)
"""A year's arrangement may begin in the last week before it, or end in the first one after it."""


@dataclass(frozen=True, slots=True)
class CalendarReading:
    """What a table says; with findings nothing of it may be used."""

    sheet: str
    rows: int
    findings: tuple[RowFinding, ...]
    holidays: dict[str, tuple[date, ...]]
    makeup_workdays: dict[str, tuple[date, ...]]


@dataclass(frozen=True, slots=True)
class _Days:
    """One row: so many days in a row, off or worked."""

    name: str
    off: bool
    days: tuple[date, ...]


def read_calendar(
    data: bytes, filename: str, *, year: int, progress: Progress = silent
) -> CalendarReading:
    """Holidays and make-up days of `year` by the names of the holidays. Raises SheetUnreadable."""
    table = read_table(data, filename, CALENDAR_COLUMNS)
    read: list[_Days] = []
    findings: list[RowFinding] = []
    seen: dict[date, int] = {}
    for row in counted(table.rows, progress):
        found = _row(row, year, seen)
        if isinstance(found, RowFinding):
            findings.append(found)
        else:
            read.append(found)
    return CalendarReading(
        sheet=table.sheet,
        rows=len(read) + len(findings),
        findings=tuple(findings),
        holidays=_named(one for one in read if one.off),
        makeup_workdays=_named(one for one in read if not one.off),
    )


def _row(row: TableRow, year: int, seen: dict[date, int]) -> _Days | RowFinding:
    kind = plain(row.cells.get("安排"))
    if kind not in _OFF | _WORK:
        return _wrong(row, "calendar_kind_unknown", "安排")
    days = _days(row)
    if not days:
        return _wrong(row, "calendar_day_unreadable", "开始日期")
    strange = [day for day in days if not _near(day, year)]
    if strange:
        return _wrong(row, "calendar_day_of_other_year", "开始日期", year=year)
    other = next((seen[day] for day in days if day in seen), None)
    if other is not None:
        return _wrong(row, "calendar_day_twice", "开始日期", other=other)
    if kind in _WORK and any(day.weekday() < SATURDAY for day in days):
        return _wrong(row, "calendar_makeup_is_no_weekend", "开始日期")
    seen.update(dict.fromkeys(days, row.sheet_row))
    return _Days(plain(row.cells.get("节日")) or kind, kind in _OFF, days)


def _days(row: TableRow) -> tuple[date, ...]:
    """The days of a row; empty when they cannot be read, or are no span."""
    try:
        first = as_date(row.cells.get("开始日期"))
        last = as_date(row.cells.get("结束日期")) or first
    except ValueError:
        return ()
    if first is None or last is None or not 0 <= (last - first).days < _LONGEST:
        return ()
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def _near(day: date, year: int) -> bool:
    return date(year, 1, 1) - _BESIDE <= day <= date(year, 12, 31) + _BESIDE


def _named(rows: Iterator[_Days]) -> dict[str, tuple[date, ...]]:
    found: dict[str, list[date]] = defaultdict(list)
    for one in rows:
        found[one.name].extend(one.days)
    return {name: tuple(sorted(days)) for name, days in found.items()}


def _wrong(row: TableRow, code: str, column: str, **params: int) -> RowFinding:
    told: dict[str, str | int] = {"said": row.quote(column), **params}
    return RowFinding(
        row.sheet_row, Verdict.ERROR, code, SYSTEM_DEFAULT, column=column, params=told
    )


def write_calendar(
    rows: Sequence[tuple[str, str, date | None, date | None]], *, year: int
) -> bytes:
    """The table to fill in, or as it stands: holiday, 放假 or 上班, first and last day."""
    page = Page(
        name="工作日安排表",
        header=header("节日 安排 开始日期 结束日期 备注"),
        rows=[(name, kind, _iso(first), _iso(last), None) for name, kind, first, last in rows],
        titles=(f"{year}年节假日放假和调休上班安排",),
        choices={"安排": ("放假", "上班")},
        widths={"节日": 16, "开始日期": 14, "结束日期": 14, "备注": 30},
    )
    return write_pages(page)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
