"""Targets from real certificates: persons once, shares at their edge, quotas and waivers kept."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from states.actor import Actor
from states.errors import BadInput, NotAllowed, NotFound, NotYours
from states.records import quotas, share_board, target_board, waivers
from states.records.quotas import Order
from states.records.tables import Certificate, ShareWaiver
from states.rules.routes import Route
from states.rules.shares import Share, Standing
from states.rules.stages import Role
from states.rules.targets import Colour
from tests.city import SPRING, City, a_city


@pytest.fixture
def city(session: Session) -> City:
    return a_city(session)


def auditor(city: City) -> Actor:
    return replace(city.house.centre, role=Role.AUDITOR)


# ── Persons and certificates ────────────────────────────────────────────────────────────────────
def test_a_person_counts_once_and_certificates_are_counted_beside(city: City) -> None:
    both = city.gives(Route.TRAINING, 3, city.here)
    city.gives(Route.EVALUATION, 3, city.there, learners=both, level="advanced",
               at=SPRING + timedelta(days=1))  # fmt: skip
    found = city.board()
    assert found.city
    assert found.city.tally.total == 3
    assert found.city.tally.certificates == 6
    assert [one.tally.total for one in found.districts] == [3, 0]
    assert [one.tally.certificates for one in found.districts] == [3, 3]


def test_a_person_counts_in_a_district_rather_than_in_none(city: City) -> None:
    both = city.gives(Route.EXAM, 2, None)
    city.gives(Route.TRAINING, 2, city.here, learners=both[:1], level="advanced",
               at=SPRING + timedelta(days=9))  # fmt: skip
    found = city.board(at=SPRING + timedelta(days=9))
    assert found.nowhere
    assert found.nowhere.tally.total == 1
    assert found.districts[0].tally.persons == {Route.TRAINING: 1}
    assert found.city
    assert found.city.tally.total == 2


def test_who_waits_for_a_number_stands_beside_those_who_count(city: City) -> None:
    city.gives(Route.TRAINING, 2, city.here)
    city.gives(Route.TRAINING, 5, city.here, state="issued")
    city.gives(Route.TRAINING, 4, city.here, state="revoked")
    tally = city.board().districts[0].tally
    assert (tally.total, tally.waiting, tally.certificates) == (2, 5, 2)
    assert tally.share == Share(0, 7)


def test_months_and_years_turn_in_shanghai(city: City) -> None:
    city.gives(Route.TRAINING, 1, city.here, at=datetime(2026, 3, 31, 16, tzinfo=UTC))
    city.gives(Route.TRAINING, 1, city.here, at=datetime(2025, 12, 31, 15, tzinfo=UTC))
    tally = city.board().districts[0].tally
    assert tally.months == {(4, Route.TRAINING): 1}
    assert tally.until(3) == 0
    assert tally.until(4) == 1


def test_an_exam_counts_in_the_year_in_which_it_was_held(city: City) -> None:
    after = datetime(2027, 1, 20, tzinfo=UTC)
    city.gives(Route.EXAM, 4, None, at=after, held_on=date(2026, 11, 7))
    old = target_board.board(city.session, city.house.centre, at=after, year=2026)
    assert old.nowhere
    assert old.nowhere.tally.months == {(12, Route.EXAM): 4}
    new = city.board(at=after).nowhere
    assert new
    assert new.tally.total == 0


def test_a_reprint_counts_where_the_first_certificate_counted(city: City) -> None:
    (one,) = city.gives(Route.TRAINING, 1, city.here, state="replaced")
    for months, state in ((4, "replaced"), (9, "accepted")):
        later = SPRING + timedelta(days=30 * months)
        city.gives(Route.TRAINING, 1, city.here, learners=[one], at=later, state=state)
    chain = city.session.exec(select(Certificate).order_by(col(Certificate.id))).all()
    for before, after in pairwise(chain):
        after.replaces = before.id
    city.session.flush()
    now = SPRING + timedelta(days=300)
    old = target_board.board(city.session, city.house.centre, at=now, year=2026)
    assert old.districts[0].tally.months == {(5, Route.TRAINING): 1}
    assert city.board(at=now).districts[0].tally.total == 0


def test_the_forecast_leaves_the_exam_out(city: City) -> None:
    city.gives(Route.TRAINING, 90, city.here)
    city.gives(Route.EXAM, 50, city.here)
    one = city.board().districts[0]
    assert one.forecast == 140 + 90 * (365 - 130) // 90
    late = city.board(at=SPRING + timedelta(days=91)).districts[0]
    assert late.forecast == 140


# ── Who sees what ───────────────────────────────────────────────────────────────────────────────
def test_a_district_sees_itself_and_the_auditor_the_city(city: City) -> None:
    city.gives(Route.TRAINING, 1, city.here)
    city.gives(Route.TRAINING, 8, city.there)
    own = city.board(city.house.first)
    assert [one.district.code for one in own.districts] == ["HP"]
    assert (own.city, own.nowhere) == (None, None)
    whole = city.board(auditor(city))
    assert whole.city
    assert whole.city.tally.total == 9
    with pytest.raises(NotYours):
        city.board(city.house.provider)


# ── The share ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("contest", "total", "refused"),
    [(299, 999, 0), (300, 1000, 0), (301, 1001, 1)],
    ids=["E43", "E44", "E45"],
)
def test_the_share_is_exact_at_its_edge(city: City, contest: int, total: int, refused: int) -> None:
    city.gives(Route.TRAINING, 700, city.here)
    city.gives(Route.CONTEST, 290, city.here, state="issued")
    more = {city.here: contest - 290, None: 5}
    (effect,) = share_board.effect(city.session, Route.CONTEST, more, year=2026)
    assert (effect.after.contest, effect.after.total) == (contest, total)
    assert effect.allowed is not bool(refused)
    if refused:
        with pytest.raises(BadInput) as error:
            city.share(more=contest - 290)
        assert error.value.params["why"] == "share_needs_waiver"


def test_a_district_with_contests_alone_is_over(city: City) -> None:  # E46
    city.gives(Route.CONTEST, 7, city.here)
    one = city.board().districts[0]
    assert (one.tally.share, one.standing, one.room) == (Share(7, 0), Standing.OVER, -7)


def test_a_certificate_without_a_district_stands_outside(city: City) -> None:
    city.gives(Route.CONTEST, 3, city.here)
    city.gives(Route.EVALUATION, 97, None)
    assert city.share().before == Share(3, 0)


def test_other_routes_are_never_refused(city: City) -> None:
    city.gives(Route.CONTEST, 7, city.here)
    assert city.share(Route.TRAINING, more=1).after == Share(7, 1)


# ── Quotas ──────────────────────────────────────────────────────────────────────────────────────
def imports(city: City, numbers: Mapping[int, int], **more: str) -> int:
    told = {"source": "示例文件", "note": "", "sha256": "0" * 64} | more
    order = Order(2026, numbers, **told)
    return quotas.import_quotas(city.session, order, actor=city.house.centre, at=SPRING)


def test_a_revision_stands_and_the_earlier_version_stays_readable(city: City) -> None:
    first = imports(city, {city.here: 100, city.there: 200})
    second = imports(city, {city.here: 120, city.there: 170})
    known = quotas.versions(city.session, auditor(city), 2026)
    assert [(one.id, one.total) for one in known] == [(second, 290), (first, 300)]
    earlier = quotas.numbers_of(city.session, city.house.centre, first)
    assert earlier == {city.here: 100, city.there: 200}
    assert [one.quota for one in city.board().districts] == [120, 170]
    assert city.board().quotas == 290


def test_a_district_against_the_calendar(city: City) -> None:
    imports(city, {city.here: 100})
    city.gives(Route.TRAINING, 30, city.here)
    here, there = city.board().districts
    assert (here.colour, there.colour) == (Colour.GREEN, None)
    assert city.board(at=SPRING + timedelta(days=90)).districts[0].colour is Colour.RED


def test_quotas_need_the_centre_a_source_and_a_district(city: City) -> None:
    order = Order(2026, {city.here: 1}, "示例文件", "", "")
    for actor in (city.house.first, auditor(city)):
        with pytest.raises(NotYours):
            quotas.import_quotas(city.session, order, actor=actor, at=SPRING)
    with pytest.raises(BadInput):
        imports(city, {city.here: 1}, source=" ")
    with pytest.raises(BadInput):
        imports(city, {})
    with pytest.raises(NotYours):
        quotas.versions(city.session, city.house.first, 2026)
    with pytest.raises(NotFound):
        quotas.numbers_of(city.session, city.house.centre, 999_999)


# ── Waivers ─────────────────────────────────────────────────────────────────────────────────────
def test_two_persons_let_a_district_pass_and_the_register_says_so(city: City) -> None:
    city.gives(Route.TRAINING, 60, city.here)
    city.gives(Route.CONTEST, 25, city.here)
    number = city.asks(up_to=40)
    with pytest.raises(BadInput):
        city.share(more=5)
    city.decides(number, city.house.second)
    assert city.share(more=15).allowed, "40 of 100"
    with pytest.raises(BadInput):
        city.share(more=16)
    (line,) = waivers.register(city.session, city.house.first, 2026)
    assert (line.share, line.up_to, line.granted) == (Share(25, 60), 40, True)
    assert line.reason == "区内赛事集中在上半年"
    assert city.board().districts[0].up_to == 40


def test_who_asked_cannot_let_it_pass(city: City) -> None:
    number = city.asks()
    with pytest.raises(NotAllowed):
        city.decides(number, city.house.first)
    with pytest.raises(IntegrityError):
        city.session.execute(
            text(
                "UPDATE share_waiver SET granted = true, decided_by = asked_by, decided_at = now()"
            )
        )


def test_a_refused_waiver_lets_nothing_pass_and_is_decided_once(city: City) -> None:
    city.gives(Route.CONTEST, 1, city.here)
    number = city.asks()
    city.decides(number, city.house.centre, granted=False)
    with pytest.raises(BadInput):
        city.decides(number, city.house.second)
    with pytest.raises(BadInput):
        city.share(more=1)
    assert city.asks(up_to=100) != number


def test_one_request_is_open_at_a_time_with_a_reason_and_a_share_above_the_limit(
    city: City,
) -> None:
    for up_to, reason in ((30, "示例"), (101, "示例"), (40, "  ")):
        with pytest.raises(BadInput):
            city.asks(up_to, reason)
    city.asks()
    with pytest.raises(BadInput):
        city.asks()


def test_waivers_are_the_districts_own(city: City) -> None:
    number = city.asks()
    neighbour = replace(city.house.second, office_id=city.there)
    with pytest.raises(NotFound):
        city.decides(number, neighbour)
    assert waivers.register(city.session, neighbour, 2026) == []
    assert len(waivers.register(city.session, auditor(city), 2026)) == 1
    for stranger in (city.house.examiner, auditor(city)):
        with pytest.raises(NotYours):
            city.decides(number, stranger)
    kept = city.session.get_one(ShareWaiver, number)
    assert "区内".encode() not in kept.reason_sealed
