"""课程表 read and prefilled: every session of a class with its time, unit, teacher and hours."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from states.rules.findings import Finding, RowFinding, Verdict, Weight
from states.rules.halves import hours
from states.rules.rulebook import Share
from states.rules.stages import Mode
from states.rules.teaching import (
    Hours,
    Session,
    fits_into_its_time,
    hours_in,
    overlapped,
    teacher_elsewhere,
)
from templates.sheets.cells import as_date, as_half_hours, plain
from templates.sheets.reader import Columns, Progress, TableRow, counted, read_table, silent
from templates.sheets.times import as_span, as_time

CLAUSE = "C02"
TIMETABLE_COLUMNS = Columns(
    spellings={
        "节次": ("课次", "次序"),
        "日期": ("上课日期", "授课日期"),
        "起止时间": ("上课时间", "时间", "授课时间"),
        "开始时间": ("上课开始时间",),
        "结束时间": ("上课结束时间",),
        "授课方式": ("方式", "上课方式", "线上线下"),
        "课程单元": ("课程", "课程名称", "授课内容", "单元"),
        "授课教师": ("教师", "任课教师", "讲师"),
        "课时": ("课时数", "学时"),
        "备注": (),
    },
    required=("日期", "授课方式", "课程单元", "授课教师", "课时"),
    serial="节次",
)
MODE_BY_WORD = {
    "线上": Mode.ONLINE,
    "在线": Mode.ONLINE,
    "网络": Mode.ONLINE,
    "直播": Mode.ONLINE,
    "线下": Mode.OFFLINE,
    "面授": Mode.OFFLINE,
    "现场": Mode.OFFLINE,
}
MODE_WORD: Final = {Mode.ONLINE: "线上", Mode.OFFLINE: "线下"}
MOST_HALF_HOURS = 24
"""More than 12 class hours are no single session."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A session of another class of the same provider; `place` names that class."""

    place: str
    session: Session


@dataclass(frozen=True, slots=True)
class Course:
    """What a timetable is compared with: the class's days, the plan's hours, what stands so far.

    `minutes` is the length of a class hour (A03); `held` are sessions with attendance.
    """

    opens: date
    ends: date
    planned: Hours
    online_share: Share
    minutes: int
    held: tuple[Session, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True, slots=True)
class TimetableRow:
    """One good session; `sheet_row` counts from 1 at the top of the sheet."""

    sheet_row: int
    session: Session


@dataclass(frozen=True, slots=True)
class TimetableReading:
    """`rows` are good sessions in their order; every other row has its finding."""

    sheet: str
    rows: tuple[TimetableRow, ...]
    findings: tuple[RowFinding, ...]
    notes: tuple[Finding, ...]


def read_timetable(
    data: bytes, filename: str, *, course: Course, progress: Progress = silent
) -> TimetableReading:
    """The sessions of one class. Raises SheetUnreadable."""
    table = read_table(data, filename, TIMETABLE_COLUMNS)
    read = [_Row(row, course) for row in table.rows]
    rows = tuple(_without_overlaps(counted(read, progress)))
    return TimetableReading(
        sheet=table.sheet,
        rows=tuple(sorted(rows, key=lambda row: (row.session.held_on, row.session.starts))),
        findings=tuple(finding for each in read for finding in each.findings),
        notes=tuple(_notes(rows, course)),
    )


def _without_overlaps(read: "Iterable[_Row]") -> Iterator[TimetableRow]:
    """One class sits in one session at a time: the later row is the error."""
    kept: dict[Session, int] = {}
    for each in read:
        session = each.session()
        if session is None:
            continue
        other = overlapped(session, kept)
        if other is not None:
            each.find("sessions_overlap", "起止时间", other=kept[other])
            continue
        kept[session] = each.row.sheet_row
        yield TimetableRow(each.row.sheet_row, session)


class _Row:
    """Collects everything that is wrong with one row."""

    def __init__(self, row: TableRow, course: Course) -> None:
        self.row, self.course = row, course
        self.findings: list[RowFinding] = []

    def find(self, code: str, column: str, **params: str | int) -> None:
        self.findings.append(
            RowFinding(
                self.row.sheet_row, Verdict.ERROR, code, CLAUSE, column=column, params=params
            )
        )

    def session(self) -> Session | None:
        """The session, unless something is wrong with the row."""
        day, span, mode, halves = self._day(), self._span(), self._mode(), self._half_hours()
        unit = self._text("课程单元", "session_unit_missing")
        teacher = self._text("授课教师", "session_teacher_missing")
        if day is None or span is None or mode is None or halves is None or self.findings:
            return None
        return Session(day, *span, mode=mode, half_hours=halves, unit=unit, teacher=teacher)

    def _day(self) -> date | None:
        try:
            day = as_date(self.row.cells.get("日期"))
        except ValueError:
            self.find("session_day_unreadable", "日期", text=self._short("日期"))
            return None
        if day is None:
            self.find("session_day_missing", "日期")
        elif not self.course.opens <= day <= self.course.ends:
            days = {"opens": self.course.opens.isoformat(), "ends": self.course.ends.isoformat()}
            self.find("session_outside_the_class", "日期", day=day.isoformat(), **days)
        return day

    def _span(self) -> tuple[time, time] | None:
        try:
            span = as_span(self.row.cells.get("起止时间")) or self._two_cells()
        except ValueError:
            text = self._short("起止时间") or self._short("开始时间")
            self.find("session_time_unreadable", "起止时间", text=text)
            return None
        if span is None:
            self.find("session_time_missing", "起止时间")
        elif span[0] >= span[1]:
            self.find(
                "session_time_unreadable", "起止时间", text=f"{span[0]:%H:%M}-{span[1]:%H:%M}"
            )
        return span

    def _two_cells(self) -> tuple[time, time] | None:
        starts = as_time(self.row.cells.get("开始时间"))
        ends = as_time(self.row.cells.get("结束时间"))
        return (starts, ends) if starts is not None and ends is not None else None

    def _mode(self) -> Mode | None:
        mode = MODE_BY_WORD.get(plain(self.row.cells.get("授课方式")))
        if mode is None:
            self.find("session_mode_unknown", "授课方式", text=self._short("授课方式"))
        return mode

    def _half_hours(self) -> int | None:
        try:
            halves = as_half_hours(self.row.cells.get("课时"))
        except ValueError:
            halves = None
        if halves and halves <= MOST_HALF_HOURS:
            return halves
        most = hours(MOST_HALF_HOURS)
        self.find("session_hours_unreadable", "课时", text=self._short("课时"), most=most)
        return None

    def _text(self, column: str, code: str) -> str:
        text = self.row.text(column)[:120]
        if not text:
            self.find(code, column)
        return text

    def _short(self, column: str) -> str:
        return self.row.quote(column)


def _notes(rows: Sequence[TimetableRow], course: Course) -> Iterator[Finding]:
    """What is worth a word: it refuses no row."""
    yield from _of_the_hours(hours_in(row.session for row in rows), course)
    kept = {row.session.taught for row in rows}
    gone = sum(session.taught not in kept for session in course.held)
    if gone:
        yield _note("held_sessions_fall_away", count=gone)
    for row in rows:
        yield from _of_the_session(row, course)


def _of_the_hours(filed: Hours, course: Course) -> Iterator[Finding]:
    total, online, planned = hours(filed.total), hours(filed.online), course.planned
    if (filed.total, filed.online) != (planned.total, planned.online):
        yield _note(
            "timetable_differs_from_the_plan", total=total, online=online,
            planned=hours(planned.total), planned_online=hours(planned.online),
        )  # fmt: skip
    if not course.online_share.allows(filed.online, filed.total):
        yield _note("timetable_is_mostly_online", online=online, total=total)


def _of_the_session(row: TimetableRow, course: Course) -> Iterator[Finding]:
    session, halves = row.session, hours(row.session.half_hours)
    if not fits_into_its_time(session, course.minutes):
        yield _note("session_is_too_short", row=row.sheet_row, hours=halves, minutes=course.minutes)
    places = {one.session: one.place for one in course.elsewhere}
    other = teacher_elsewhere(session, tuple(places))
    if other is not None:
        yield _note(
            "teacher_is_elsewhere", row=row.sheet_row, place=places[other],
            starts=f"{other.starts:%H:%M}", ends=f"{other.ends:%H:%M}",
        )  # fmt: skip


def _note(code: str, **params: str | int) -> Finding:
    return Finding(code, CLAUSE, Weight.NOTE, params)
