"""考勤表 read: marks matched to the sessions and learners of a class (section 2.4 no. 2)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from states.rules.anomalies import Seen, anomalies
from states.rules.findings import Finding, RowFinding, Weight
from templates.sheets.attendance_book import Book
from templates.sheets.attendance_row import CLAUSE, AttendanceRow, AttendanceRowReader, Shelf
from templates.sheets.cells import plain
from templates.sheets.reader import Columns, Progress, counted, read_table, silent

ATTENDANCE_COLUMNS = Columns(
    spellings={
        "登记号": ("学员登记号",),
        "班级编号": ("班级",),
        "日期": ("上课日期", "考勤日期"),
        "节次": ("课次",),
        "起止时间": ("上课时间", "时间"),
        "授课方式": ("方式", "线上线下"),
        "课程单元": ("课程", "单元"),
        "授课教师": ("教师", "任课教师"),
        "姓名": ("学员姓名", "学员"),
        "证件号码": ("证件号", "身份证号"),
        "到课状态": ("到课情况", "考勤", "出勤", "出勤情况", "考勤状态"),
        "认定课时": ("课时", "计入课时"),
        "签到时间": ("签到",),
        "签退时间": ("签退",),
        "核验方式": ("核验",),
        "修改原因": ("更正原因", "修改说明"),
    },
    required=("日期", "姓名", "到课状态"),
)


@dataclass(frozen=True, slots=True)
class AttendanceReading:
    """`rows` are good, matched and new or corrected; other rows have their finding.

    Rows that say what is recorded already are only counted, in a note.
    """

    sheet: str
    rows: tuple[AttendanceRow, ...]
    findings: tuple[RowFinding, ...]
    notes: tuple[Finding, ...]


def read_attendance(
    data: bytes, filename: str, *, book: Book, progress: Progress = silent
) -> AttendanceReading:
    """The marks of one class. Raises SheetUnreadable."""
    table = read_table(data, filename, ATTENDANCE_COLUMNS)
    filled = [row for row in table.rows if plain(row.cells.get("到课状态"))]
    shelf = Shelf(book)
    read = [AttendanceRowReader(row, shelf) for row in filled]
    good = list(_once(counted(read, progress)))
    rows = tuple(row for row in good if not shelf.knows(row))
    return AttendanceReading(
        sheet=table.sheet,
        rows=rows,
        findings=tuple(finding for each in read for finding in each.findings),
        notes=(
            *_counted("rows_without_mark", len(table.rows) - len(filled)),
            *_counted("rows_as_recorded", len(good) - len(rows)),
            *_suspicions(rows, book),
        ),
    )


def _counted(code: str, count: int) -> Iterator[Finding]:
    if count:
        yield Finding(code, CLAUSE, Weight.NOTE, {"count": count})


def _suspicions(rows: Iterable[AttendanceRow], book: Book) -> tuple[Finding, ...]:
    """What the attendance would look like with these rows: too even, perhaps (C13)."""
    sessions = {one.id: one.session for one in book.sessions}
    marks = {(one.session_id, one.learner_id): one.value for one in book.recorded}
    marks |= {(row.session_id, row.learner_id): row.value for row in rows}
    seen = (Seen(sessions[at], learner, value) for (at, learner), value in marks.items())
    return anomalies(seen, alike=book.alike)


def _once(read: Iterable[AttendanceRowReader]) -> Iterator[AttendanceRow]:
    """One learner has one mark in a session: the later row is the error."""
    first: dict[tuple[int, int], int] = {}
    for each in read:
        row = each.attendance()
        if row is None:
            continue
        other = first.setdefault((row.session_id, row.learner_id), row.sheet_row)
        if other == row.sheet_row:
            yield row
        else:
            each.find("attendance_twice", "姓名", other=other)
