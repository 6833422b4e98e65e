"""课程表 and 考勤表 as offices send them: read row by row, and written to be read again."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from states.rules.findings import Verdict
from states.rules.rulebook import Share
from states.rules.stages import Mode
from states.rules.teaching import CheckKind, Hours, KnownSession, Mark, Recorded, Session, Value
from templates.sheets.attendance import AttendanceReading, read_attendance
from templates.sheets.attendance_book import Book, Member
from templates.sheets.cells import Cell
from templates.sheets.grid import SheetUnreadable
from templates.sheets.teaching_samples import sample_attendance, sample_timetable
from templates.sheets.teaching_sheets import attendance_sheet, blank_timetable
from templates.sheets.times import as_span, as_time
from templates.sheets.timetable import Course, Elsewhere, TimetableReading, read_timetable
from templates.sheets.writer import Out, Page, header, write_pages

OPENS, ENDS = date(2026, 4, 8), date(2026, 5, 8)
HALF = Share(numerator=1, denominator=2, source="C04")
COURSE = Course(OPENS, ENDS, planned=Hours(0, 80, 40), online_share=HALF, minutes=45)
UNITS = [("智能体基础", 40, Mode.OFFLINE, "示例教师"), ("线上实操", 40, Mode.ONLINE, "示例教师")]
LESSONS = header("日期 起止时间 授课方式 课程单元 授课教师 课时")
GOOD: tuple[Out, ...] = ("2026-04-13", "9:00-12:00", "线下", "智能体基础", "示例教师", "4课时")


# ── Times ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("9:00", time(9)),
        ("9：00", time(9)),
        ("09:00:13", time(9, 0, 13)),
        ("下午1:30", time(13, 30)),
        ("下午2点", time(14)),
        ("9点半", time(9, 30)),
        (0.375, time(9)),
        (0.5625, time(13, 30)),
        (time(9, 0), time(9)),
        (datetime(1899, 12, 31, 9, 0), time(9)),  # noqa: DTZ001  as a spreadsheet has it
        (timedelta(hours=9), time(9)),
        ("", None),
    ],
)
def test_a_time_as_offices_write_it(cell: Cell, read: time | None) -> None:
    assert as_time(cell) == read


@pytest.mark.parametrize("cell", ["9", "25:00", "9:61", "上午", 1.5, 9, timedelta(days=2)])
def test_what_is_no_time_is_refused(cell: Cell) -> None:
    with pytest.raises(ValueError, match=r".+"):
        as_time(cell)


@pytest.mark.parametrize(
    "cell",
    ["9:00-12:00", "9：00－12：00", "09:00~12:00", "9:00至12:00", "9:00—12:00", "9:00 到 12:00"],
)
def test_start_and_end_in_one_cell(cell: str) -> None:
    assert as_span(cell) == (time(9), time(12))


# ── The timetable ───────────────────────────────────────────────────────────────────────────────
def lessons(*rows: tuple[Out, ...], course: Course = COURSE) -> TimetableReading:
    page = Page("课程表", LESSONS, rows, titles=("示例班课程表",), foot=("合计 40课时",))
    return read_timetable(write_pages(page), "t.xlsx", course=course)


def but(**changes: Out) -> tuple[Out, ...]:
    return tuple(changes.get(name, cell) for name, cell in zip(LESSONS, GOOD, strict=True))


def test_a_session_is_read_whole() -> None:
    (row,) = lessons(GOOD).rows
    assert row.session == Session(
        date(2026, 4, 13), time(9), time(12),
        mode=Mode.OFFLINE, half_hours=8, unit="智能体基础", teacher="示例教师",
    )  # fmt: skip


@pytest.mark.parametrize("day", ["2026.4.13", "2026/4/13", "2026年4月13日", "20260413"])
def test_the_day_in_any_spelling(day: str) -> None:
    assert lessons(but(日期=day)).rows[0].session.held_on == date(2026, 4, 13)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"日期": ""}, "session_day_missing"),
        ({"日期": "周一"}, "session_day_unreadable"),
        ({"日期": "2026-04-07"}, "session_outside_the_class"),
        ({"日期": "2026-05-09"}, "session_outside_the_class"),
        ({"起止时间": ""}, "session_time_missing"),
        ({"起止时间": "上午"}, "session_time_unreadable"),
        ({"起止时间": "12:00-9:00"}, "session_time_unreadable"),
        ({"授课方式": "混合"}, "session_mode_unknown"),
        ({"课时": "四"}, "session_hours_unreadable"),
        ({"课时": "0"}, "session_hours_unreadable"),
        ({"课时": "3.25"}, "session_hours_unreadable"),
        ({"课时": "13"}, "session_hours_unreadable"),
        ({"课程单元": ""}, "session_unit_missing"),
        ({"授课教师": ""}, "session_teacher_missing"),
    ],
)
def test_what_is_wrong_with_a_session(changes: dict[str, Out], code: str) -> None:
    reading = lessons(but(**changes), but(日期="2026-04-14"))
    assert [(f.sheet_row, f.code, f.verdict) for f in reading.findings] == [
        (3, code, Verdict.ERROR)
    ]
    assert [row.sheet_row for row in reading.rows] == [4]


def test_overlapping_sessions_of_one_class_the_later_row_is_the_error() -> None:
    reading = lessons(GOOD, but(起止时间="11:30-13:00", 课时="1.5"), but(起止时间="12:00-15:00"))
    ((found),) = reading.findings
    assert (found.sheet_row, found.code, found.params) == (4, "sessions_overlap", {"other": 3})
    assert [row.sheet_row for row in reading.rows] == [3, 5]


def test_a_teacher_in_two_classes_at_once_is_worth_a_word() -> None:
    other = lessons(but(起止时间="10:00-11:00", 课时="1")).rows[0].session
    course = replace(COURSE, elsewhere=(Elsewhere("HP-2026-002-1", other),))
    notes = {note.code: note.params for note in lessons(GOOD, course=course).notes}
    assert notes["teacher_is_elsewhere"]["place"] == "HP-2026-002-1"


def test_hours_that_do_not_fit_or_differ_from_the_plan_are_said() -> None:
    online = but(日期="2026-04-14", 起止时间="9:00-15:00", 授课方式="线上", 课时="6")
    reading = lessons(but(起止时间="9:00-11:00"), online)
    notes = {note.code: note.params for note in reading.notes}
    assert notes["session_is_too_short"] == {"row": 3, "hours": "4", "minutes": 45}
    assert notes["timetable_differs_from_the_plan"]["total"] == "10"
    assert notes["timetable_is_mostly_online"] == {"online": "6", "total": "10"}


def test_attendance_that_falls_away_is_announced() -> None:
    held = lessons(GOOD).rows[0].session
    kept = replace(held, teacher="代课教师")
    course = replace(COURSE, held=(held, replace(held, held_on=date(2026, 4, 15))))
    reading = lessons(but(授课教师=kept.teacher), course=course)
    (gone,) = [note for note in reading.notes if note.code == "held_sessions_fall_away"]
    assert gone.params == {"count": 1}


def test_the_blank_timetable_offers_the_plan_in_sessions_of_four_hours() -> None:
    blank = blank_timetable(UNITS, class_name="HP-2026-001-1")
    with pytest.raises(SheetUnreadable) as refused:
        read_timetable(b"", "t.xlsx", course=COURSE)
    assert refused.value.code == "file_empty"
    reading = read_timetable(blank, "t.xlsx", course=COURSE)
    assert not reading.rows
    assert {f.code for f in reading.findings} == {"session_day_missing", "session_time_missing"}
    assert len({f.sheet_row for f in reading.findings}) == 10


def test_the_sample_timetable_is_good() -> None:
    data = sample_timetable(UNITS, OPENS, ENDS, seed=1, class_name="HP-2026-001-1")
    reading = read_timetable(data, "t.xlsx", course=COURSE)
    assert (len(reading.rows), reading.findings, reading.notes) == (10, (), ())
    assert data == sample_timetable(UNITS, OPENS, ENDS, seed=1, class_name="HP-2026-001-1")


# ── The attendance ──────────────────────────────────────────────────────────────────────────────
def known(number: int, day: int, starts: int = 9, mode: Mode = Mode.OFFLINE) -> KnownSession:
    held = Session(
        date(2026, 4, day), time(starts), time(starts + 3),
        mode=mode, half_hours=8, unit="智能体基础", teacher="示例教师",
    )  # fmt: skip
    return KnownSession(number, held)


SESSIONS = (known(1, 13), known(2, 13, 14), known(3, 14, mode=Mode.ONLINE), known(4, 30))
MEMBERS = (
    Member(11, "张三", "319***********0013"),
    Member(12, "李四", "319***********0021"),
    Member(13, "王五", "319***********0048"),
    Member(14, "王五", "319***********0056"),
)
BOOK = Book(SESSIONS, MEMBERS, recorded=(), today=date(2026, 4, 20), alike=3)
COLUMNS = header("日期 起止时间 授课方式 登记号 姓名 证件号码(脱敏) 到课状态 认定课时 签到时间 "
                 "签退时间 核验方式 修改原因")  # fmt: skip
ROW: dict[str, Out] = {
    "日期": "2026/4/13", "起止时间": "9：00-12：00", "登记号": "11", "姓名": "张三",
    "到课状态": "√",
}  # fmt: skip


def marks(*rows: dict[str, Out], book: Book = BOOK) -> AttendanceReading:
    cells = [[row.get(name) for name in COLUMNS] for row in rows]
    page = Page("考勤表", COLUMNS, cells, titles=("示例班考勤表",))
    return read_attendance(write_pages(page), "a.xlsx", book=book)


def found(*rows: dict[str, Out], book: Book = BOOK) -> list[tuple[int, str]]:
    return [(f.sheet_row, f.code) for f in marks(*rows, book=book).findings]


@pytest.mark.parametrize(
    ("sign", "mark", "credited"),
    [
        ("√", Mark.PRESENT, None), ("到", Mark.PRESENT, "4课时"),
        ("○", Mark.ABSENT, None), ("不到", Mark.ABSENT, "0"),
        ("×", Mark.LEAVE, None), ("告假", Mark.LEAVE, None),
        ("¢", Mark.LATE, "3.5"), ("迟到", Mark.LATE, "3.5"),
        ("△", Mark.LEFT_EARLY, "3.5"), ("早退", Mark.LEFT_EARLY, "3.5"),
    ],
)  # fmt: skip
def test_the_five_marks_in_signs_and_words(sign: str, mark: Mark, credited: str | None) -> None:
    (row,) = marks(ROW | {"到课状态": sign, "认定课时": credited}).rows
    wanted = {Mark.PRESENT: 8, Mark.LATE: 7, Mark.LEFT_EARLY: 7}.get(mark, 0)
    assert (row.session_id, row.learner_id, row.value.mark) == (1, 11, mark)
    assert row.value.half_hours == wanted


def test_a_mark_with_its_times_and_check() -> None:
    (row,) = marks(ROW | {"签到时间": "8:58:03", "签退时间": "12：01", "核验方式": "人脸识别"}).rows
    assert row.value == Value(
        Mark.PRESENT, 8, time(8, 58, 3), out_at=time(12, 1), check_kind=CheckKind.FACE
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"日期": "2026-04-15"}, "session_unknown"),
        ({"日期": "2026-04-30"}, "session_lies_ahead"),
        ({"日期": "昨天"}, "session_day_unreadable"),
        ({"日期": None}, "session_day_missing"),
        ({"起止时间": "10:00-12:00"}, "session_unknown"),
        ({"起止时间": None}, "session_ambiguous"),
        ({"起止时间": "上午"}, "session_time_unreadable"),
        ({"授课方式": "线上"}, "session_mode_differs"),
        ({"登记号": "99"}, "learner_unknown"),
        ({"登记号": "一"}, "learner_unknown"),
        ({"登记号": "12"}, "learner_name_differs"),
        ({"登记号": None, "姓名": "赵六"}, "learner_unknown"),
        ({"登记号": None, "姓名": "王五"}, "learner_ambiguous"),
        ({"到课状态": "也许"}, "mark_unknown"),
        ({"认定课时": "三"}, "credited_unreadable"),
        ({"到课状态": "迟到"}, "credited_missing"),
        ({"到课状态": "○", "认定课时": "4"}, "credited_without_presence"),
        ({"签到时间": "早上"}, "moment_unreadable"),
        ({"签到时间": "12:00", "签退时间": "9:00"}, "moment_unreadable"),
        ({"修改原因": "长" * 201}, "reason_too_long"),
    ],
)
def test_what_is_wrong_with_a_mark(changes: dict[str, Out], code: str) -> None:
    reading = marks(ROW | changes, ROW | {"登记号": "12", "姓名": "李四"})
    assert [(f.sheet_row, f.code, f.verdict) for f in reading.findings] == [
        (3, code, Verdict.ERROR)
    ]
    assert [row.learner_id for row in reading.rows] == [12]


def test_namesakes_are_told_apart_by_the_masked_number() -> None:
    (row,) = marks(
        ROW | {"登记号": None, "姓名": "王五", "证件号码(脱敏)": "319***********0056"}
    ).rows
    assert row.learner_id == 14


def test_the_same_learner_twice_in_a_session() -> None:
    assert found(ROW, ROW, ROW | {"起止时间": "14:00-17:00"}) == [(4, "attendance_twice")]


def test_more_hours_than_the_session_has_are_flagged_not_refused() -> None:
    reading = marks(ROW | {"认定课时": "4.5"})
    assert reading.rows[0].value.half_hours == 8
    (flag,) = reading.findings
    assert (flag.verdict, flag.code) == (Verdict.REPAIRED, "credited_more_than_held")
    assert flag.params == {"written": "4.5", "held": "4"}


def test_an_unusual_check_is_kept_as_other() -> None:
    reading = marks(ROW | {"核验方式": "目测"})
    assert reading.rows[0].value.check_kind == CheckKind.OTHER
    assert reading.findings[0].verdict is Verdict.REPAIRED


def test_a_row_without_a_mark_waits_silently_but_is_counted() -> None:
    reading = marks(ROW, ROW | {"登记号": "12", "姓名": "李四", "到课状态": ""})
    assert (len(reading.rows), reading.findings) == (1, ())
    assert [(n.code, n.params) for n in reading.notes] == [("rows_without_mark", {"count": 1})]


def test_a_correction_needs_its_reason() -> None:
    book = replace(BOOK, recorded=(Recorded(1, 11, Value(Mark.PRESENT, 8)),))
    assert marks(ROW, book=book).rows == ()
    assert found(ROW | {"到课状态": "○"}, book=book) == [(3, "correction_needs_a_reason")]
    (row,) = marks(ROW | {"到课状态": "○", "修改原因": "签到表核对有误"}, book=book).rows
    assert (row.value.mark, row.reason) == (Mark.ABSENT, "签到表核对有误")


def test_everybody_in_the_same_second_is_a_note_on_the_sheet() -> None:
    rows = [
        ROW | {"登记号": str(one.id), "姓名": one.name, "签到时间": "9:00:00"} for one in MEMBERS
    ]
    (note,) = marks(*rows).notes
    assert (note.code, note.params["count"]) == ("came_in_the_same_second", 4)


def test_the_prefilled_sheet_comes_back_as_it_went() -> None:
    recorded = (
        Recorded(1, 11, Value(Mark.LATE, 7, time(9, 20, 5), out_at=time(12), check_kind="card")),
        Recorded(2, 12, Value(Mark.LEAVE, 0)),
    )
    data = attendance_sheet(SESSIONS, MEMBERS, recorded, class_name="HP-2026-001-1")
    fresh = read_attendance(data, "a.xlsx", book=BOOK)
    assert [(row.session_id, row.learner_id, row.value) for row in fresh.rows] == [
        (one.session_id, one.learner_id, one.value) for one in recorded
    ]
    again = read_attendance(data, "a.xlsx", book=replace(BOOK, recorded=recorded))
    assert (again.rows, again.findings) == ((), ())
    said = {note.code: note.params["count"] for note in again.notes}
    assert said == {"rows_without_mark": 4 * 4 - 2, "rows_as_recorded": 2}


def test_the_sample_attendance_is_good_and_not_suspicious() -> None:
    people = tuple(Member(n, f"示例{n}", "") for n in range(1, 31))
    book = replace(BOOK, members=people, alike=5)
    data = sample_attendance(SESSIONS, people, seed=1, until=BOOK.today, class_name="x")
    reading = read_attendance(data, "a.xlsx", book=book)
    assert len(reading.rows) == 3 * 30
    assert reading.findings == ()
    assert {note.code for note in reading.notes} == {"rows_without_mark"}
