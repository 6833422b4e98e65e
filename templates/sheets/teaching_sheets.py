"""课程表 and 考勤表 to download: with the plan's units, and with every session and learner."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import time

from states.rules.halves import hours
from states.rules.stages import Mode
from states.rules.teaching import KnownSession, Recorded, Session, Value
from templates.sheets.attendance_book import CHECK_WORD, MARK_WORD, Member
from templates.sheets.timetable import MODE_WORD
from templates.sheets.writer import Out, Page, header, write_pages

Unit = tuple[str, int, Mode, str]
"""Name, half hours, mode and teacher of a unit of the plan."""
MOST_AT_ONCE = 8
"""A unit is offered in sessions of up to four class hours (programme, section 11)."""
_SESSIONS = header("节次 日期 起止时间 授课方式 课程单元 授课教师 课时 备注")
_MARKS = header(
    "班级编号 日期 节次 起止时间 授课方式 课程单元 授课教师 登记号 姓名 证件号码(脱敏) 到课状态 "
    "认定课时 签到时间 签退时间 核验方式 修改原因"
)
_WIDTHS = {
    "班级编号": 16, "节次": 6, "起止时间": 16, "授课方式": 10, "课程单元": 28, "登记号": 8,
    "证件号码(脱敏)": 22, "到课状态": 10, "认定课时": 10, "修改原因": 24, "课时": 8, "备注": 20,
}  # fmt: skip
_TITLE = "人工智能推介官（基础）培训班"


def blank_timetable(units: Iterable[Unit], *, class_name: str) -> bytes:
    """A 课程表 with the plan's units: only days and times are left to fill in."""
    lines = [
        ("", "", MODE_WORD[mode], name, teacher, hours(part))
        for name, part, mode, teacher in in_sessions(units)
    ]
    return write_timetable(lines, class_name=class_name)


def in_sessions(units: Iterable[Unit]) -> Iterator[Unit]:
    """The units in parts of up to four class hours."""
    for name, half_hours, mode, teacher in units:
        for taught in range(0, half_hours, MOST_AT_ONCE):
            yield name, min(half_hours - taught, MOST_AT_ONCE), mode, teacher


def write_timetable(lines: Sequence[Sequence[Out]], *, class_name: str) -> bytes:
    """Lines of day, time, mode, unit, teacher and hours as a workbook."""
    page = Page(
        name="课程表",
        header=_SESSIONS,
        rows=((place, *line) for place, line in enumerate(lines, start=1)),
        titles=(f"{_TITLE}课程表", f"班级：{class_name}"),
        widths=_WIDTHS,
        choices={"授课方式": tuple(MODE_WORD.values())},
    )
    return write_pages(page)


def attendance_sheet(
    sessions: Sequence[KnownSession],
    members: Sequence[Member],
    recorded: Iterable[Recorded],
    *,
    class_name: str,
) -> bytes:
    """One line for every session and learner, with the marks that stand already."""
    known = {(one.session_id, one.learner_id): one.value for one in recorded}
    lines = (
        (class_name, *_of_session(place, one.session), str(member.id), member.name, member.masked,
         *_of_value(known.get((one.id, member.id))))
        for place, one in enumerate(sessions, start=1)
        for member in members
    )  # fmt: skip
    page = Page(
        name="考勤表",
        header=_MARKS,
        rows=lines,
        titles=(f"{_TITLE}考勤表", "到 √  不到 ○  告假 ×  迟到 ¢  早退 △"),
        widths=_WIDTHS,
        choices={"到课状态": tuple(MARK_WORD.values()), "核验方式": tuple(CHECK_WORD.values())},
    )
    return write_pages(page)


def _of_session(place: int, session: Session) -> tuple[Out, ...]:
    return (
        session.held_on.isoformat(), str(place), span(session), MODE_WORD[session.mode],
        session.unit, session.teacher,
    )  # fmt: skip


def _of_value(value: Value | None) -> tuple[Out, ...]:
    if value is None:
        return ("",) * 6
    check = next((word for kind, word in CHECK_WORD.items() if kind == value.check_kind), "")
    times = (_moment(value.in_at), _moment(value.out_at))
    return (MARK_WORD[value.mark], hours(value.half_hours), *times, check, "")


def span(session: Session) -> str:
    """09:00-12:00."""
    return f"{session.starts:%H:%M}-{session.ends:%H:%M}"


def _moment(moment: time | None) -> str:
    return moment.isoformat("seconds") if moment else ""
