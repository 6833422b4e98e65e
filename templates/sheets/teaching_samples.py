"""Sample mode: a timetable and an attendance book as an office would send them. All invented."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from states.rules.halves import hours
from states.rules.teaching import CheckKind, KnownSession, Mark, Recorded, Session, Value
from templates.sheets.attendance_book import Member
from templates.sheets.teaching_sheets import Unit, attendance_sheet, in_sessions, write_timetable
from templates.sheets.timetable import MODE_WORD

_SLOTS = ("9：00-12：00", "13:30-16:30", "18:00-21:00")
_SPELLINGS = ("{0:%Y-%m-%d}", "{0.year}.{0.month}.{0.day}", "{0.year}/{0.month}/{0.day}",
              "{0.year}年{0.month}月{0.day}日")  # fmt: skip
_UNUSUAL = 8
"""So many marks of a hundred are not simply "present"."""


def sample_timetable(
    units: Iterable[Unit], opens: date, ends: date, *, seed: int, class_name: str
) -> bytes:
    """The plan's units held from the opening day on, two sessions a day, three when days lack."""
    rng = Random(seed)  # noqa: S311 -- samples, not secrets
    lessons = list(in_sessions(units))
    a_day = 2 if ((ends - opens).days + 1) * 2 >= len(lessons) else 3
    lines = []
    for place, (name, part, mode, teacher) in enumerate(lessons):
        day = rng.choice(_SPELLINGS).format(opens + timedelta(days=place // a_day))
        lines.append(
            (day, _SLOTS[place % a_day], MODE_WORD[mode], name, teacher, f"{hours(part)}课时")
        )
    return write_timetable(lines, class_name=class_name)


def sample_attendance(
    sessions: Sequence[KnownSession],
    members: Sequence[Member],
    *,
    seed: int,
    until: date,
    class_name: str,
) -> bytes:
    """Everybody's marks in the sessions up to a day; a few are late, leave early or are missing."""
    rng = Random(seed)  # noqa: S311 -- samples, not secrets
    held = [one for one in sessions if one.session.held_on <= until]
    marks = [
        Recorded(one.id, member.id, _value(rng, one.session)) for one in held for member in members
    ]
    return attendance_sheet(sessions, members, marks, class_name=class_name)


def _value(rng: Random, session: Session) -> Value:
    mark = Mark.PRESENT
    if rng.randrange(100) < _UNUSUAL:
        mark = rng.choice([one for one in Mark if one is not Mark.PRESENT])
    if mark in (Mark.ABSENT, Mark.LEAVE):
        return Value(mark, 0)
    late, early = (40 if mark is one else 0 for one in (Mark.LATE, Mark.LEFT_EARLY))
    came = _near(session.starts, rng.randrange(-900, 0) + late * 60)
    left = _near(session.ends, rng.randrange(0, 600) - early * 60)
    lost = 0 if mark is Mark.PRESENT else min(2, session.half_hours)
    return Value(mark, session.half_hours - lost, came, out_at=left, check_kind=CheckKind.FACE)


def _near(moment: time, seconds: int) -> time:
    return (datetime.combine(date.min, moment) + timedelta(days=1, seconds=seconds)).time()
