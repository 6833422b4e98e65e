"""Hours by what was taught: the attendance counts where there is any (C02-C04, A04)."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from states.rules.admission import objections as refusals
from states.rules.dossier import Dossier, Recorded
from states.rules.facts import ClassEnded, ClassOpened, Fact, RosterImported
from states.rules.facts_of_teaching import AttendanceRecorded, TimetableFiled
from states.rules.findings import Finding, Weight
from states.rules.folding import fold
from states.rules.guards import RULES
from states.rules.law import the_law
from states.rules.stages import Mode, Stage
from states.rules.teaching import Session, fits_into_its_time, overlapped, teacher_elsewhere
from tests.house import a_plan

NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)
PLAN = a_plan()
OPENED = ClassOpened(
    class_no=1, class_id=1, opens_on=PLAN.opens_on, ends_on=PLAN.ends_on,
    regime="2026-67", standard="2025", bank="2025", reason="opened_under_the_notice",
)  # fmt: skip
SHARE, REACHED = "delivered_online_share_is_at_most_half", "delivery_reaches_the_hours"


def timetable(**held: int) -> TimetableFiled:
    return TimetableFiled(
        class_no=1, sheet_sha256="0" * 64, sessions=10, planned_half_hours=80,
        planned_online_half_hours=40, **_so_far(**held),
    )  # fmt: skip


def attendance(held: int, online: int) -> AttendanceRecorded:
    return AttendanceRecorded(
        class_no=1, sheet_sha256="1" * 64, marks=300, corrected=0, **_so_far(held, online)
    )


def _so_far(held: int = 0, online: int = 0) -> dict[str, Any]:
    return {
        "held_sessions": held // 8, "held_half_hours": held, "held_online_half_hours": online,
    }  # fmt: skip


def ended(delivered: int = 80, online: int = 40) -> ClassEnded:
    return ClassEnded(
        class_no=1, ended_on=PLAN.ends_on,
        delivered_half_hours=delivered, online_half_hours=online,
    )  # fmt: skip


def a_dossier(*facts: Fact) -> Dossier:
    recorded = [
        Recorded(seq, fact.kind, fact.model_dump(mode="json"), 1, NOON)
        for seq, fact in enumerate((PLAN, OPENED, *facts), 1)
    ]
    return fold(recorded, stage=Stage.RUNNING, at=NOON, today=NOON.date())


def objections(rule: str, *facts: Fact) -> list[Finding]:
    return list(RULES[rule].check(a_dossier(*facts), the_law()))


@pytest.mark.parametrize(
    ("case", "online", "total", "fine"),
    [
        ("E08: 20 of 40", 40, 80, True),
        ("E09: 20.5 of 40", 41, 80, False),
        ("E10: 0 of 40", 0, 80, True),
        ("E11: 40 of 40", 80, 80, False),
        ("E12: 21 of 42", 42, 84, True),
        ("E13: 22 of 40", 44, 80, False),
    ],
)
def test_the_recorded_share_is_judged(case: str, online: int, total: int, *, fine: bool) -> None:
    found = objections(SHARE, timetable(), attendance(total, online), ended(80, 0))
    assert (not found) is fine, case
    assert all(flag.clause == "C04" and flag.weight is Weight.MUST for flag in found)


def test_e14_thirty_nine_and_a_half_recorded_hours_fail_whatever_was_declared() -> None:
    (found,) = objections(REACHED, timetable(), attendance(79, 39), ended(80, 39))
    assert (found.clause, found.weight) == ("C02", Weight.MUST)
    assert found.params == {"delivered": "39.5", "wanted": "40"}


def test_without_attendance_what_was_declared_counts() -> None:
    assert not objections(REACHED, timetable(), ended(80, 40))
    assert objections(REACHED, timetable(), ended(79, 39))
    assert not objections("declared_hours_are_the_recorded_ones", timetable(), ended(79, 39))


def test_another_total_than_recorded_is_worth_a_word_with_both_figures() -> None:
    told = (timetable(), attendance(80, 36), ended(82, 40))
    (total,) = objections("declared_hours_are_the_recorded_ones", *told)
    assert (total.weight, total.clause) == (Weight.NOTE, "C02")
    assert total.params == {"declared": "41", "recorded": "40"}
    (online,) = objections("declared_online_hours_are_the_recorded_ones", *told)
    assert (online.weight, online.clause) == (Weight.NOTE, "C04")
    assert online.params == {"declared": "20", "recorded": "18"}


def test_the_course_is_not_judged_before_it_ends() -> None:
    for rule in (SHARE, REACHED, "declared_hours_are_the_recorded_ones"):
        assert not objections(rule, timetable(), attendance(8, 8))


def test_a_new_timetable_takes_away_the_hours_it_no_longer_has() -> None:
    told = (timetable(), attendance(80, 40), timetable(held=72, online=40), ended())
    (found,) = objections(REACHED, *told)
    assert found.params["delivered"] == "36"


def test_attendance_needs_a_timetable_and_fixes_the_roster() -> None:
    book = the_law().regimes["2026-67"]
    rule = book.fact_rules[attendance(8, 0).kind]
    (found,) = refusals(attendance(8, 0), 1, a_dossier(), rule=rule)
    assert found.code == "attendance_needs_a_timetable"
    roster = RosterImported(
        class_no=1, sheet_sha256="2" * 64, admitted=30, manual_review=0, refused=0
    )
    taught = a_dossier(timetable(), attendance(8, 0))
    (found,) = refusals(roster, 1, taught, rule=book.fact_rules[roster.kind])
    assert found.code == "roster_is_fixed_by_attendance"


def at(starts: time, ends: time, *, day: int = 13, teacher: str = "示例教师") -> Session:
    return Session(
        date(2026, 4, day), starts, ends,
        mode=Mode.OFFLINE, half_hours=8, unit="智能体基础", teacher=teacher,
    )  # fmt: skip


def test_sessions_overlap_when_they_share_a_moment() -> None:
    morning = at(time(9), time(12))
    assert overlapped(at(time(11, 59), time(13)), [morning]) == morning
    assert overlapped(at(time(12), time(15)), [morning]) is None
    assert overlapped(at(time(9), time(12), day=14), [morning]) is None


def test_a_teacher_is_in_one_place_at_a_time() -> None:
    here = at(time(9), time(12))
    assert teacher_elsewhere(here, [at(time(10), time(11))]) is not None
    assert teacher_elsewhere(here, [at(time(10), time(11), teacher="另一教师")]) is None


def test_four_class_hours_of_45_minutes_take_three_hours() -> None:
    assert fits_into_its_time(at(time(9), time(12)), 45)
    assert not fits_into_its_time(at(time(9), time(11, 59)), 45)
