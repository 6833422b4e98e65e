"""Calendars that are imported: what they move, who may, and that everybody counts alike."""

from datetime import date, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from states import actions
from states.errors import BadInput, NotYours
from states.records import adoption, calendars
from states.records.acts import latest
from states.rules.dossier import SHANGHAI
from states.rules.law import the_law
from states.rules.workdays import CalendarYear
from tests.house import House, a_house, a_plan

CHRISTMAS = datetime(2026, 12, 25, 10, 0, tzinfo=SHANGHAI)
OF_2027 = CalendarYear(
    source="示例通知",
    coverage_start=date(2027, 1, 1),
    coverage_end=date(2027, 12, 31),
    holidays={"元旦": (date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3), date(2027, 1, 4))},
    makeup_workdays={"元旦": (date(2027, 1, 9),)},
)


@pytest.fixture
def house(session: Session) -> House:
    return a_house(session)


@pytest.fixture
def proposed(session: Session, house: House) -> int:
    """A plan handed in on Christmas 2026: its review is due beyond the calendar."""
    plan = a_plan(opens_on=date(2027, 3, 1))
    return actions.propose(
        session, plan, district_id=house.district_id, actor=house.provider, at=CHRISTMAS
    ).project_id


def review(session: Session) -> tuple[date, bool]:
    found = session.connection().execute(
        text("SELECT due_on, provisional FROM timer WHERE duty = 'review'")
    )
    row = found.one()
    return row.due_on, row.provisional


def imports(session: Session, house: House, year: CalendarYear = OF_2027) -> int:
    return calendars.import_year(session, year, sha256="x", actor=house.centre, at=CHRISTMAS)


def test_beyond_the_calendar_a_deadline_is_provisional_and_the_next_year_moves_it(
    session: Session, house: House, proposed: int
) -> None:
    before, provisional = review(session)
    assert provisional
    (moved,) = calendars.preview(session, OF_2027, actor=house.centre, at=CHRISTMAS)
    assert (moved.duty, moved.before, moved.was_provisional) == ("review", before, True)
    assert review(session) == (before, True), "a preview saves nothing"
    assert imports(session, house) == 1
    actions.settle(session, [proposed], at=CHRISTMAS)
    assert review(session) == (moved.after, False)
    assert moved.after > before


def test_a_deadline_that_ends_before_the_year_is_left_alone(session: Session, house: House) -> None:
    summer = datetime(2026, 6, 1, 10, 0, tzinfo=SHANGHAI)
    actions.propose(
        session, a_plan(opens_on=date(2026, 9, 1)), district_id=house.district_id,
        actor=house.provider, at=summer,
    )  # fmt: skip
    assert calendars.preview(session, OF_2027, actor=house.centre, at=summer) == []
    assert imports(session, house) == 0


def test_every_process_counts_by_the_newest_import(session: Session, house: House) -> None:
    assert the_law().calendar.coverage_end == date(2026, 12, 31)
    imports(session, house)
    adoption.refresh(session)
    assert the_law().calendar.coverage_end == date(2027, 12, 31)
    amended = OF_2027.model_copy(update={"makeup_workdays": {}})
    assert the_law().calendar.is_working_day(date(2027, 1, 9))
    imports(session, house, amended)
    adoption.refresh(session)
    assert not the_law().calendar.is_working_day(date(2027, 1, 9))
    assert [one.year for one in calendars.versions(session)] == [amended, OF_2027]


def test_only_the_centre_imports_and_the_ledger_keeps_it(session: Session, house: House) -> None:
    for who in (house.first, house.provider):
        with pytest.raises(NotYours):
            calendars.import_year(session, OF_2027, sha256="x", actor=who, at=CHRISTMAS)
        with pytest.raises(NotYours):
            calendars.preview(session, OF_2027, actor=who, at=CHRISTMAS)
    imports(session, house)
    (act,) = [one for one in latest(session) if one.name == calendars.IMPORTED]
    assert act.detail == {"year": 2027, "projects": 0}


def test_a_year_that_leaves_a_gap_or_is_in_already_is_refused(
    session: Session, house: House
) -> None:
    after_next = OF_2027.model_copy(
        update={"coverage_start": date(2028, 1, 1), "coverage_end": date(2028, 12, 31)}
    )
    with pytest.raises(BadInput) as caught:
        imports(session, house, after_next)
    assert caught.value.params["why"] == "calendar_leaves_a_gap"
    imports(session, house)
    with pytest.raises(BadInput) as caught:
        imports(session, house)
    assert caught.value.params["why"] == "calendar_is_in"
