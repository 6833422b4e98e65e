"""What is recorded of the teaching itself: the timetable of a class, and who was there."""

from typing import Literal

from states.rules.kinds import Count, HalfHours, Kind, OfClass


class _Taught(OfClass):
    """From which workbook, and what the attendance of the whole class comes to with it.

    The sessions and the marks stand elsewhere; here is what the rules need, so that the facts
    alone give the stage. Hours are halves of a class hour.
    """

    sheet_sha256: str
    held_sessions: Count
    held_half_hours: HalfHours
    held_online_half_hours: HalfHours


class TimetableFiled(_Taught):
    """课程表: the sessions of a class; a later one supersedes it whole (C02-C04)."""

    kind: Literal[Kind.TIMETABLE_FILED] = Kind.TIMETABLE_FILED
    sessions: Count
    planned_half_hours: HalfHours
    planned_online_half_hours: HalfHours


class AttendanceRecorded(_Taught):
    """考勤表: how many marks were entered, and how many of them correct an earlier one."""

    kind: Literal[Kind.ATTENDANCE_RECORDED] = Kind.ATTENDANCE_RECORDED
    marks: Count
    corrected: Count
