"""One person in several classes, districts and papers: what the records say at the roster."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import insert
from sqlmodel import Session

from states.records import acquaintances
from states.records.acquaintances import Alike
from states.records.classes import class_of
from states.records.tables import ClassSession, Office
from states.rules.facts import Terminated
from states.rules.findings import SYSTEM_DEFAULT, Finding, Weight
from states.rules.stages import Mode
from tests.desks import Class, RosterRow, learners
from tests.house import House, a_house, a_plan

LATER = date(2026, 6, 1)
PERSON = learners(1)


@pytest.fixture
def house(session: Session) -> House:
    return a_house(session)


def a_class(session: Session, house: House, *, on: date = date(2026, 4, 8)) -> Class:
    return Class(session, house).filed(a_plan(opens_on=on), on=on)


def known(klass: Class, rows: Sequence[RosterRow] = PERSON) -> list[tuple[int, Finding]]:
    view = class_of(klass.session, klass.id, 1)
    found = acquaintances.known(klass.session, rows, view)
    return [(row, finding) for row, findings in found.items() for finding in findings]


def in_another_district(session: Session, house: House) -> House:
    office = Office(kind="district", code="XH", name_zh="徐汇区", name_en="Xuhui")
    session.add(office)
    session.flush()
    there = office.id
    first, second = (replace(one, office_id=there) for one in (house.first, house.second))
    return replace(house, district_id=there, first=first, second=second)


def meets(klass: Class, *starts: datetime) -> None:
    """A timetable with one session of four hours at each of these times."""
    rows = [
        {
            "class_id": klass.class_id, "held_on": at.date(), "starts": at.time(),
            "ends": (at + timedelta(hours=4)).time(), "mode": Mode.OFFLINE, "half_hours": 8,
            "unit": "示例单元", "teacher": "示例教师", "fact_seq": 1,
        }
        for at in starts
    ]  # fmt: skip
    klass.session.connection().execute(insert(ClassSession), rows)


def test_a_roster_of_strangers_has_nothing_to_hear(session: Session, house: House) -> None:
    klass = a_class(session, house)
    assert known(klass, learners(5)) == []
    klass.enrols(learners(5))
    assert known(klass, learners(5)) == []  # the class itself does not count


def test_E34_one_person_in_two_classes_at_the_same_time_is_a_conflict(  # noqa: N802
    session: Session, house: House
) -> None:
    first = a_class(session, house).enrols(PERSON)
    second = a_class(session, house, on=date(2026, 4, 20))
    ((row, finding),) = known(second, learners(3))
    assert (row, finding.code, finding.weight) == (3, "enrolled_at_the_same_time", Weight.SHOULD)
    assert finding.params == {
        "klass": f"{first.outcome.code}/1", "opens": "2026-04-08", "ends": "2026-05-08",
    }  # fmt: skip
    assert finding.clause == SYSTEM_DEFAULT


def test_E34_of_another_district_only_the_days_are_told(session: Session, house: House) -> None:  # noqa: N802
    a_class(session, in_another_district(session, house)).enrols(PERSON)
    ((_, finding),) = known(a_class(session, house))
    assert finding.code == "enrolled_at_the_same_time_in_another_district"
    assert finding.params == {"opens": "2026-04-08", "ends": "2026-05-08"}


def test_E34_two_timetables_decide_better_than_days(session: Session, house: House) -> None:  # noqa: N802
    monday = datetime.combine(date(2026, 4, 13), time(9))
    first, second = a_class(session, house).enrols(PERSON), a_class(session, house)
    meets(first, monday)
    assert [f.code for _, f in known(second)] == ["enrolled_at_the_same_time"]  # one timetable
    meets(second, monday + timedelta(hours=4), monday + timedelta(days=1))
    assert [f.code for _, f in known(second)] == ["enrolled_elsewhere"]
    meets(second, monday + timedelta(hours=2))
    assert [f.code for _, f in known(second)] == ["enrolled_at_the_same_time"]


def test_another_class_that_goes_on_at_other_times_is_only_said(
    session: Session, house: House
) -> None:
    a_class(session, house).enrols(PERSON)
    ((_, finding),) = known(a_class(session, house, on=LATER))
    assert (finding.code, finding.weight) == ("enrolled_elsewhere", Weight.NOTE)


def test_who_was_refused_or_whose_project_ended_is_free(session: Session, house: House) -> None:
    first = a_class(session, house).enrols(PERSON)
    first.wait(days=7).says(Terminated(text="示例"), house.first)
    assert known(a_class(session, house)) == []
    assert known(a_class(session, house), [replace(PERSON[0], verdict="refused")]) == []


def test_E35_who_holds_a_certificate_of_the_level_is_left_to_a_person(  # noqa: N802
    session: Session, house: House
) -> None:
    first = Class(session, house).reported()
    assert first.batch() is not None
    passed, failed = learners(6)[0], learners(6)[4]
    second = a_class(session, house, on=date(2026, 9, 1))
    ((row, finding),) = known(second, [passed, failed])
    assert (row, finding.code, finding.clause) == (3, "certificate_is_held", "A24")
    assert finding.weight is Weight.SHOULD


def test_E37_one_person_under_two_papers_is_suggested_and_never_merged(  # noqa: N802
    session: Session, house: House
) -> None:
    card = replace(PERSON[0], name="阿依·古丽")
    passport = replace(card, name="阿依•古丽", document="passport", number="E00000001")
    first, second = a_class(session, house).enrols((card,)), a_class(session, house, on=LATER)
    assert known(second, [passport]) == []
    second.enrols((passport,))
    count = session.connection().exec_driver_sql("SELECT count(*) FROM learner").scalar()
    assert count == 2
    view = class_of(session, second.id, 1)
    (hint,) = acquaintances.alike(session, view)
    assert (hint.document_kind, hint.klass) == (card.document, f"{first.outcome.code}/1")


@pytest.mark.parametrize(
    "change",
    [{"name": "王𠮷"}, {"birth": date(1995, 1, 2)}, {"phone": "13800000001"}, {"phone": ""}],
)
def test_E37_whoever_differs_in_one_of_the_three_is_somebody_else(  # noqa: N802
    session: Session, house: House, *, change: dict[str, object]
) -> None:
    card = replace(PERSON[0], name="王吉")
    other = replace(card, sheet_row=4, document="passport", number="E00000001", **change)  # type: ignore[arg-type]
    klass = a_class(session, house).enrols((card, other))
    assert acquaintances.alike(session, class_of(session, klass.id, 1)) == []


def test_E37_in_one_class_both_are_pointed_at(session: Session, house: House) -> None:  # noqa: N802
    other = replace(PERSON[0], sheet_row=4, document="passport", number="E00000001")
    klass = a_class(session, house).enrols((*PERSON, other))
    here = f"{klass.outcome.code}/1"
    hints = acquaintances.alike(session, class_of(session, klass.id, 1))
    assert [(hint.document_kind, hint.klass) for hint in hints] == [
        ("passport", here), ("resident_id_card", here),
    ]  # fmt: skip


def test_E37_somebody_in_another_district_stays_unnamed(session: Session, house: House) -> None:  # noqa: N802
    passport = replace(PERSON[0], document="passport", number="E00000001")
    a_class(session, in_another_district(session, house)).enrols((passport,))
    klass = a_class(session, house).enrols(PERSON)
    (hint,) = acquaintances.alike(session, class_of(session, klass.id, 1))
    assert hint == Alike(hint.enrolment_id, "passport", "")
