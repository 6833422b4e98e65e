"""Timetables and attendance as somebody hands them in: read aside, then filed or recorded."""

from api.desk import Desk, Taken, Workbook, taken
from states.errors import BadInput
from states.records import teaching, teaching_board
from states.records.classes import ClassView, roster_of
from states.records.projects import load
from states.records.rosters import ADMITTED
from states.records.tables import Project
from states.records.teaching_board import teaching_of
from states.rules.binding import the_plan
from states.rules.deadlines import shanghai_day
from states.rules.facts import Kind
from states.rules.identity import mask_number
from states.rules.law import the_law
from states.rules.teaching import Hours
from templates.sheets.attendance import read_attendance
from templates.sheets.attendance_book import Book, Member
from templates.sheets.reader import Progress, silent
from templates.sheets.reading_room import read_aside
from templates.sheets.timetable import Course, Elsewhere, read_timetable


def take_timetable(  # noqa: PLR0917  as every import is asked for
    desk: Desk,
    code: str,
    no: int,
    workbook: Workbook,
    *,
    seen_moves: int | None = None,
    progress: Progress = silent,
) -> Taken:
    """File 课程表. Raises SheetUnreadable, and what `teaching.file_timetable` raises."""
    project, klass = desk.class_for(Kind.TIMETABLE_FILED, code, no)
    course = _course(desk, project, klass)
    reading = read_aside(
        read_timetable, workbook.data, workbook.filename, course=course, progress=progress
    )
    if not reading.rows:
        return desk.only_reported(teaching.TIMETABLE, klass, workbook, reading=reading)
    outcome = teaching.file_timetable(
        desk.session,
        project_id=project.id,
        class_no=no,
        reading=reading,
        filename=workbook.filename,
        sha256=workbook.sha256,
        actor=desk.actor,
        at=desk.at,
        settle=desk.settle,
        seen_moves=seen_moves,
    )
    return taken(reading, len(reading.rows), outcome)


def take_attendance(  # noqa: PLR0917  as every import is asked for
    desk: Desk,
    code: str,
    no: int,
    workbook: Workbook,
    *,
    seen_moves: int | None = None,
    progress: Progress = silent,
) -> Taken:
    """Record 考勤表.

    Raises SheetUnreadable, BadInput(why="no_timetable"), and what `teaching.record_attendance`
    raises.
    """
    project, klass = desk.class_for(Kind.ATTENDANCE_RECORDED, code, no)
    book = book_of(desk, klass)
    reading = read_aside(
        read_attendance, workbook.data, workbook.filename, book=book, progress=progress
    )
    if not reading.rows:
        return desk.only_reported(teaching.ATTENDANCE, klass, workbook, reading=reading)
    outcome = teaching.record_attendance(
        desk.session,
        project_id=project.id,
        class_no=no,
        reading=reading,
        filename=workbook.filename,
        sha256=workbook.sha256,
        actor=desk.actor,
        at=desk.at,
        settle=desk.settle,
        seen_moves=seen_moves,
    )
    return taken(reading, len(reading.rows), outcome)


def book_of(desk: Desk, klass: ClassView) -> Book:
    """The sessions and learners that an attendance sheet speaks of. Raises BadInput."""
    taught = teaching_of(desk.session, klass.id)
    if not taught.sessions:
        raise BadInput(why="no_timetable")
    members = (
        Member(one.id, one.name, mask_number(one.document_number))
        for one in roster_of(desk.session, klass.id)
        if one.verdict == ADMITTED
    )
    return Book(
        sessions=taught.sessions,
        members=tuple(members),
        recorded=taught.recorded,
        today=shanghai_day(desk.at),
        alike=the_law().regimes[klass.regime].limits.anomalies.same_times,
    )


def _course(desk: Desk, project: Project, klass: ClassView) -> Course:
    """By the rules pinned to the class and the plan as last submitted."""
    law, taught = the_law(), teaching_of(desk.session, klass.id)
    (loaded,) = load(desk.session, [project.id])
    plan = the_plan(loaded.dossier(desk.at, shanghai_day(desk.at)))
    elsewhere = teaching_board.sessions_elsewhere(desk.session, klass)
    return Course(
        opens=klass.opens_on,
        ends=klass.ends_on,
        planned=Hours(0, plan.total_half_hours, plan.online_half_hours),
        online_share=law.regimes[klass.regime].limits.online_share,
        minutes=law.standards[klass.standard].class_hour_minutes,
        held=tuple(one.session for one in taught.sessions if one.id in taught.held),
        elsewhere=tuple(Elsewhere(*one) for one in elsewhere),
    )
