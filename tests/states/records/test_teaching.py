"""Timetables and attendance on record: what stands, what was before, and what it comes to."""

from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

import pytest
from sqlmodel import Session, col, select

from states.actions import Outcome, replay
from states.errors import BadInput, NotAllowed
from states.records import reports, teaching
from states.records.classes import class_of
from states.records.projects import load
from states.records.tables import Attendance, ClassSession
from states.records.teaching_board import (
    corrections_of,
    sessions_elsewhere,
    suspicions,
    teaching_of,
)
from states.rules import teaching as rules
from states.rules.facts import ClassEnded
from states.rules.stages import Mode, Stage
from states.rules.teaching import Hours, Mark, Value
from tests.desks import Class, Reading, learners
from tests.house import a_house

PRESENT = Value(Mark.PRESENT, 8)


@dataclass(frozen=True)
class Lesson:
    """A row as the reader of timetables gives it."""

    sheet_row: int
    session: rules.Session


@dataclass(frozen=True)
class Entry:
    """A row as the reader of attendance gives it."""

    sheet_row: int
    session_id: int
    learner_id: int
    value: Value = PRESENT
    reason: str = ""


def lesson(day: int, *, mode: Mode = Mode.OFFLINE, teacher: str = "示例教师") -> rules.Session:
    return rules.Session(
        date(2026, 4, day), time(9), time(12),
        mode=mode, half_hours=8, unit="智能体基础", teacher=teacher,
    )  # fmt: skip


WEEKS = tuple(
    lesson(day, mode=Mode.ONLINE if day % 2 else Mode.OFFLINE) for day in range(9, 19)
)  # fmt: skip
"""Ten sessions, half of them online: 40 class hours."""


class Course(Class):
    """A class that is taught by its timetable."""

    def plans(self, *sessions: rules.Session) -> "Course":
        rows = tuple(Lesson(3 + place, one) for place, one in enumerate(sessions))
        self.outcome = teaching.file_timetable(
            self.session, reading=Reading(rows), filename="t.xlsx", sha256=f"t{hash(rows):x}",
            **self._about(),
        )  # fmt: skip
        return self

    def marks(self, *entries: Entry) -> Outcome:
        self.outcome = teaching.record_attendance(
            self.session, reading=Reading(entries), filename="a.xlsx",
            sha256=f"a{hash(entries):x}", **self._about(),
        )  # fmt: skip
        return self.outcome

    def everybody(self, *sessions: int, value: Value = PRESENT) -> tuple[Entry, ...]:
        """Everybody in these sessions of the timetable, by place from 0."""
        standing = teaching_of(self.session, self.class_id).sessions
        return tuple(
            Entry(3, standing[place].id, one, value) for place in sessions for one in self.known()
        )

    def taught(self) -> tuple[Hours, Hours]:
        found = teaching_of(self.session, self.class_id)
        return found.planned, found.delivered

    def _about(self) -> dict[str, Any]:
        return {
            "project_id": self.id, "class_no": 1, "actor": self.house.provider, "at": self.at,
            "settle": self.settle,
        }  # fmt: skip


@pytest.fixture
def life(session: Session) -> Course:
    course = Course(session, a_house(session))
    course.filed().enrols(learners(6)).wait(days=18)
    return course


def codes(life: Course) -> set[str]:
    return {finding.code for finding in life.outcome.findings}


def test_hours_are_those_of_the_sessions_held(life: Course) -> None:
    life.plans(*WEEKS).marks(*life.everybody(0, 1, 2))
    planned, delivered = life.taught()
    assert planned == Hours(10, 80, 40)
    assert delivered == Hours(3, 24, 16)


def test_a_session_in_which_nobody_was_is_not_held(life: Course) -> None:
    absent = life.plans(*WEEKS).everybody(0, value=Value(Mark.ABSENT, 0))
    life.marks(*absent)
    assert life.taught()[1] == Hours(0, 0, 0)


def test_a_learner_has_the_hours_credited_and_their_online_part(life: Course) -> None:
    life.plans(*WEEKS)
    first, *others = life.known()
    entries = [e for e in life.everybody(0, 1) if e.learner_id in others]
    late = [e for e in life.everybody(0, 1) if e.learner_id == first]
    late[0] = replace(late[0], value=Value(Mark.LATE, 5))
    late[1] = replace(late[1], value=Value(Mark.LEAVE, 0))
    life.marks(*entries, *late)
    found = teaching_of(life.session, life.class_id)
    one = found.hours_of(first)
    assert (one.there, one.half_hours, one.online_half_hours) == (1, 5, 5)
    assert found.hours_of(others[0]).half_hours == 16


def test_e13_delivered_otherwise_than_planned_holds_the_class(life: Course) -> None:
    online = [replace(one, mode=Mode.ONLINE) if place == 1 else one
              for place, one in enumerate(WEEKS)]  # fmt: skip
    life.plans(*online).marks(*life.everybody(*range(10)))
    life.ends()
    assert {"delivered_online_share_is_at_most_half"} <= codes(life)
    assert "delivery_reaches_the_hours" not in codes(life)


def test_e14_half_an_hour_short_by_the_attendance_holds_the_class(life: Course) -> None:
    short = (*WEEKS[:-1], replace(WEEKS[-1], half_hours=7))
    life.plans(*short).marks(*life.everybody(*range(10)))
    life.ends()
    assert {"delivery_reaches_the_hours", "declared_hours_are_the_recorded_ones"} <= codes(life)


def test_the_facts_alone_give_the_stage(life: Course) -> None:
    life.plans(*WEEKS).marks(*life.everybody(*range(10)))
    life.ends().scores(*["pass"] * 6)
    (loaded,) = load(life.session, [life.id])
    assert replay(loaded.recorded, at=life.at) is life.outcome.stage is Stage.RUNNING


def test_a_correction_keeps_the_old_value_and_its_reason(life: Course) -> None:
    life.plans(*WEEKS).marks(*life.everybody(0))
    wrong = life.everybody(0)[0]
    life.marks(replace(wrong, value=Value(Mark.ABSENT, 0), reason="与签到表不符"))
    (kept,) = corrections_of(life.session, life.class_id)
    assert (kept.old, kept.new) == (PRESENT, Value(Mark.ABSENT, 0))
    assert (kept.reason, kept.enrolment_id) == ("与签到表不符", wrong.learner_id)
    found = teaching_of(life.session, life.class_id)
    assert found.marks[wrong.session_id, wrong.learner_id].mark is Mark.ABSENT
    assert len(life.session.exec(select(Attendance)).all()) == 7
    assert life.outcome.seq is not None


def test_the_reason_of_a_correction_is_sealed(life: Course) -> None:
    life.plans(*WEEKS).marks(*life.everybody(0))
    wrong = life.everybody(0)[0]
    life.marks(replace(wrong, value=Value(Mark.ABSENT, 0), reason="与签到表不符"))
    kept = life.session.exec(select(Attendance.reason_sealed)).all()
    assert sum(bool(sealed) for sealed in kept) == 1
    assert not any("与签到表不符".encode() in sealed for sealed in kept)


def test_what_is_recorded_already_is_not_recorded_again(life: Course) -> None:
    life.plans(*WEEKS).marks(*life.everybody(0))
    with pytest.raises(BadInput) as refused:
        life.marks(*(replace(entry, sheet_row=9) for entry in life.everybody(0)))
    assert refused.value.params["why"] == "attendance_unchanged"


def test_the_same_workbook_twice_has_one_effect(life: Course) -> None:
    life.plans(*WEEKS)
    with pytest.raises(BadInput) as refused:
        life.plans(*WEEKS)
    assert refused.value.params["why"] == "same_workbook"
    report = reports.last(life.session, "timetable", class_id=life.class_id)
    assert report is not None
    assert (report.rows, report.imported) == (10, True)


def test_a_later_timetable_supersedes_and_the_old_rows_stay(life: Course) -> None:
    life.plans(*WEEKS).plans(*WEEKS[:8], lesson(20), lesson(21, mode=Mode.ONLINE))
    standing = teaching_of(life.session, life.class_id).sessions
    assert [one.session.held_on.day for one in standing][-2:] == [20, 21]
    gone = col(ClassSession.superseded_seq).is_not(None)
    old = life.session.exec(select(ClassSession).where(gone)).all()
    assert sorted(row.held_on.day for row in old) == [17, 18]


def test_attendance_stays_with_its_session_when_teacher_or_unit_change(life: Course) -> None:
    life.plans(*WEEKS).marks(*life.everybody(0))
    life.plans(replace(WEEKS[0], teacher="代课教师"), *WEEKS[1:])
    assert life.taught()[1] == Hours(1, 8, 8)


def test_attendance_of_a_session_that_moved_counts_no_more(life: Course) -> None:
    life.plans(*WEEKS).marks(*life.everybody(0, 1))
    life.plans(lesson(20, mode=Mode.ONLINE), *WEEKS[1:])
    assert life.taught()[1] == Hours(1, 8, 0)
    (loaded,) = load(life.session, [life.id])
    said = [fact.payload for fact in loaded.recorded if fact.kind == "timetable_filed"]
    assert [one["held_half_hours"] for one in said] == [0, 8]


def test_a_timetable_beyond_all_measure_is_refused(life: Course) -> None:
    months = [replace(WEEKS[0], held_on=date.fromordinal(736000 + n), half_hours=24)
              for n in range(90)]  # fmt: skip
    with pytest.raises(BadInput) as refused:
        life.plans(*months)
    assert refused.value.params["why"] == "timetable_too_long"
    with pytest.raises(BadInput) as refused:
        life.plans()
    assert refused.value.params["why"] == "no_good_row"


def test_a_roster_is_fixed_by_attendance(life: Course) -> None:
    life.plans(*WEEKS).enrols(learners(5))
    life.marks(*life.everybody(0))
    with pytest.raises(NotAllowed) as refused:
        life.enrols(learners(4))
    assert [f.code for f in refused.value.findings] == ["roster_is_fixed_by_attendance"]


def test_a_class_filed_anew_asks_for_its_timetable_again(session: Session) -> None:
    life = Course(session, a_house(session))
    life.filed().enrols(learners(5))
    life.plans(*WEEKS).files(date(2026, 4, 9))
    assert teaching_of(session, life.class_id).sessions == ()


def test_scores_close_the_timetable_but_not_the_attendance(life: Course) -> None:
    life.plans(*WEEKS).marks(*life.everybody(*range(9)))
    ended = ClassEnded(
        class_no=1, ended_on=date(2026, 4, 18), delivered_half_hours=80, online_half_hours=40
    )
    life.says(ended, life.house.provider)
    life.scores(*["pass"] * 6, days=30)
    with pytest.raises(NotAllowed):
        life.plans(*WEEKS[:9])
    life.marks(*life.everybody(9))
    assert life.taught()[1] == Hours(10, 80, 40)


def test_attendance_too_even_is_flagged_and_counts_all_the_same(life: Course) -> None:
    even = replace(PRESENT, in_at=time(9), out_at=time(12))
    life.plans(*WEEKS).marks(*life.everybody(0, value=even))
    klass = class_of(life.session, life.id, 1)
    (flag,) = suspicions(klass, teaching_of(life.session, life.class_id))
    assert (flag.code, flag.params["count"]) == ("came_and_went_together", 6)
    assert life.taught()[1].sessions == 1


def test_other_classes_of_the_provider_are_looked_at_and_nobody_elses(session: Session) -> None:
    house = a_house(session)
    first, second = Course(session, house), Course(session, house)
    for course in (first, second):
        course.filed().enrols(learners(3)).wait(days=7)
    first.plans(WEEKS[0])
    ((place, there),) = sessions_elsewhere(session, class_of(session, second.id, 1))
    assert there == WEEKS[0]
    assert place.endswith("-1")
    assert sessions_elsewhere(session, class_of(session, first.id, 1)) == []
