"""Attendance too even to be true is flagged; honest attendance is not."""

from datetime import date, time

from states.rules.anomalies import Seen, anomalies
from states.rules.findings import Finding, Weight
from states.rules.stages import Mode
from states.rules.teaching import Mark, Session, Value
from states.rules.words import say

ALIKE = 5
NINE = time(9, 0, 13)


def a_session(day: int = 13) -> Session:
    return Session(
        date(2026, 4, day), time(9), time(12),
        mode=Mode.OFFLINE, half_hours=8, unit="智能体基础", teacher="示例教师",
    )  # fmt: skip


def seen(count: int, *, came: time | None, left: time | None = None, day: int = 13) -> list[Seen]:
    value = Value(Mark.PRESENT, 8, came, out_at=left)
    return [Seen(a_session(day), learner, value) for learner in range(count)]


def flags(*marks: Seen) -> list[Finding]:
    return list(anomalies(marks, alike=ALIKE))


def test_five_in_the_same_second_are_flagged_and_four_are_not() -> None:
    (flag,) = flags(*seen(5, came=NINE))
    assert (flag.code, flag.clause, flag.weight) == ("came_in_the_same_second", "C13", Weight.NOTE)
    assert flag.params == {"day": "2026-04-13", "starts": "09:00", "count": 5, "time": "09:00:13"}
    assert not flags(*seen(4, came=NINE))


def test_a_second_apart_is_not_the_same_second() -> None:
    apart = [
        Seen(a_session(), learner, Value(Mark.PRESENT, 8, time(9, 0, learner)))
        for learner in range(20)
    ]
    assert not flags(*apart)


def test_a_minute_of_a_paper_list_is_suspicious_only_when_it_is_everybodys() -> None:
    everybody = seen(8, came=time(9))
    assert [flag.params["count"] for flag in flags(*everybody)] == [8]
    late = Seen(a_session(), 9, Value(Mark.LATE, 7, time(9, 20)))
    assert not flags(*everybody, late)
    missing = Seen(a_session(), 9, Value(Mark.ABSENT, 0))
    assert flags(*everybody, missing)


def test_coming_and_going_together_is_said_once() -> None:
    (flag,) = flags(*seen(6, came=NINE, left=time(12, 0, 1)))
    assert (flag.code, flag.params["count"]) == ("came_and_went_together", 6)


def test_every_flag_has_its_words() -> None:
    always = [mark for day in (13, 14) for mark in seen(6, came=NINE, left=time(12), day=day)]
    for flag in flags(*always, *seen(6, came=NINE, day=15)):
        assert say("row", flag.code, "zh", **flag.params) != say(
            "row", flag.code, "en", **flag.params
        )


def test_everybody_always_at_the_same_times() -> None:
    every_day = [mark for day in (13, 14, 15) for mark in seen(6, came=NINE, day=day)]
    found = {flag.code: flag for flag in flags(*every_day)}
    assert set(found) == {"came_in_the_same_second", "everybody_always_at_the_same_times"}
    assert found["everybody_always_at_the_same_times"].params == {"sessions": 3, "count": 6}


def test_one_absence_and_it_is_not_everybody() -> None:
    every_day = [mark for day in (13, 14) for mark in seen(6, came=NINE, day=day)]
    every_day[0] = Seen(a_session(13), 0, Value(Mark.ABSENT, 0))
    assert {flag.code for flag in flags(*every_day)} == {"came_in_the_same_second"}


def test_attendance_without_times_says_nothing() -> None:
    every_day = [mark for day in (13, 14) for mark in seen(9, came=None, day=day)]
    assert not flags(*every_day)
