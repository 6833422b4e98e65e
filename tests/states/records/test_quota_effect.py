"""How far a batch brings a district towards its quota: in persons, each of them once (C37, C38)."""

from sqlmodel import Session

from states.records.quota_effect import QuotaEffect, towards
from states.records.quotas import Order, import_quotas
from states.rules.routes import Route
from tests.city import SPRING, City, a_city


def asks(city: City, number: int) -> None:
    order = Order(2026, {city.here: number}, "示例文件", "", "x")
    import_quotas(city.session, order, actor=city.house.centre, at=SPRING)


def test_a_person_who_counts_already_is_not_added_and_nobody_twice(session: Session) -> None:
    city = a_city(session)
    counted = city.gives(Route.TRAINING, 3, city.here)
    waiting = city.gives(Route.TRAINING, 1, city.here, state="issued")
    asks(city, 10)
    fresh = city.people(2)
    people = {city.here: [*fresh, fresh[0], counted[0], *waiting], None: city.people(1)}
    (one,) = towards(session, people, year=2026)
    assert (one.before, one.coming, one.after, one.quota) == (3, 3, 6, 10)


def test_a_district_without_a_quota_is_told_so_and_another_year_counts_apart(
    session: Session,
) -> None:
    city = a_city(session)
    city.gives(Route.TRAINING, 3, city.here)
    asks(city, 10)
    (one,) = towards(session, {city.here: city.people(1)}, year=2027)
    assert one == QuotaEffect(one.zh, one.en, 2027, before=0, coming=1, quota=None)
    assert towards(session, {}, year=2026) == []
