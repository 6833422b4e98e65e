"""Results that arrive after the year: they count in the year of their exam or evaluation (C27)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, select

from states import case_actions
from states.actor import Actor
from states.records import batches, certificate_board, lists, people_board, receipts, target_board
from states.records.claims import ClaimRow
from states.records.lists import PasserList
from states.records.tables import Certificate, RouteCase
from states.records.target_board import Tally
from states.rules.cases.facts import ListConfirmed
from states.rules.routes import Level, Route
from states.rules.stages import Role
from tests.desks import ReceiptRow
from tests.house import House, _office, _person, a_house
from tests.route_house import a_number

JANUARY = datetime(2027, 1, 18, 4, tzinfo=UTC)
SHEET = "a" * 64
OFFICES = {
    Route.EXAM: ("exam_authority", Role.EXAM_AUTHORITY),
    Route.EVALUATION: ("evaluation_body", Role.EVALUATOR),
}


def passers(count: int, *, first: int) -> list[ClaimRow]:
    return [
        ClaimRow(
            sheet_row=2 + order, name=f"考生{order}", document="resident_id_card",
            number=a_number(first + order), level=Level.ADVANCED, result="合格", awarded=True,
        )
        for order in range(count)
    ]  # fmt: skip


def collects(session: Session, route: Route, rows: Sequence[ClaimRow], *, year: int) -> int:
    """A list of a year goes its whole way in January of 2027; answers its case."""
    kind, role = OFFICES[route]
    office = _office(session, kind, f"X{year}", name="示例")
    first, second = (_person(session, office, role, number=year + order) for order in (0, 100))
    given = PasserList(route, "上年度合格名单", year, rows, 0, "名单.xlsx", SHEET, ())
    case = lists.hand_in(session, given, actor=first, at=JANUARY)
    fact = ListConfirmed(sheet_sha256=SHEET)
    case_actions.record(session, case.case_id, fact, actor=second, at=JANUARY)
    _accepted(session, route, first)
    return case.case_id


def _accepted(session: Session, route: Route, actor: Actor) -> None:
    made = batches.make_batch(session, actor=actor, at=JANUARY, fit=lambda _: "", route=route) or 0
    answers = [
        ReceiptRow(place, row.serial, certificate_number=f"YB{row.serial}")
        for place, row in enumerate(certificate_board.batch_rows(session, made))
    ]
    receipts.import_receipt(
        session, batch_id=made, rows=answers, filename="回执.xlsx", sha256="3" * 64, actor=actor,
        at=JANUARY,
    )  # fmt: skip


@pytest.fixture
def house(session: Session) -> House:
    return a_house(session)


def nowhere(session: Session, house: House, *, year: int) -> Tally:
    """What belongs to no district, on the board of a year."""
    found = target_board.board(session, house.centre, at=JANUARY, year=year).nowhere
    return found.tally if found else Tally()


@pytest.mark.parametrize("route", OFFICES)
def test_a_list_of_2026_that_comes_in_january_counts_in_2026(
    session: Session, house: House, route: Route
) -> None:
    case = collects(session, route, passers(3, first=1), year=2026)
    then, now = (nowhere(session, house, year=year) for year in (2026, 2027))
    assert (then.persons[route], then.certificates) == (3, 3)
    assert then.months == {(12, route): 3}, "after the year's end it stands in December"
    assert (now.total, now.certificates) == (0, 0)
    told = session.get_one(RouteCase, case)
    assert (told.year, told.held_on) == (2026, None), "no day was invented"


def test_a_list_of_2027_counts_in_2027(session: Session, house: House) -> None:
    collects(session, Route.EXAM, passers(2, first=10), year=2027)
    assert nowhere(session, house, year=2026).total == 0
    assert nowhere(session, house, year=2027).months == {(1, Route.EXAM): 2}


def test_the_persons_page_names_the_same_year(session: Session, house: House) -> None:
    collects(session, Route.EXAM, passers(1, first=20), year=2026)
    learner = session.exec(select(Certificate.learner_id)).one()
    (held,) = people_board.person(session, house.centre, learner).certificates
    assert (held.year, held.counts, held.issued_on) == (2026, "counts", date(2027, 1, 18))
