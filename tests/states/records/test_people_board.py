"""One person over all routes: what each may see, and why a certificate counts."""

from dataclasses import replace

import pytest
from sqlmodel import Session

from states.actor import Actor
from states.errors import NotFound
from states.records import people_board
from states.records.people_board import PersonView
from states.records.tables import Certificate
from states.rules.routes import Route
from states.rules.stages import Role
from tests.city import City, a_city
from tests.desks import Class, learners


@pytest.fixture
def city(session: Session) -> City:
    return a_city(session)


def person(city: City, learner: int, actor: Actor | None = None) -> PersonView:
    return people_board.person(city.session, actor or city.house.centre, learner)


def neighbour(city: City) -> Actor:
    return replace(city.house.first, office_id=city.there)


def reasons(view: PersonView) -> list[str]:
    return [one.counts for one in view.certificates]


def test_the_first_certificate_with_a_number_counts_and_the_next_no_more(city: City) -> None:
    (one,) = city.gives(Route.TRAINING, 1, city.here)
    city.gives(Route.EVALUATION, 1, None, learners=[one], level="advanced")
    view = person(city, one)
    assert reasons(view) == ["counts", "counted_before"]
    assert {held.year for held in view.certificates} == {2026}
    assert [passage.route for passage in view.passages] == [Route.EVALUATION, Route.EVALUATION]


def test_a_district_goes_before_none_and_a_number_before_waiting(city: City) -> None:
    (one,) = city.gives(Route.EXAM, 1, None)
    city.gives(Route.TRAINING, 1, city.here, learners=[one], level="advanced")
    assert reasons(person(city, one)) == ["counted_before", "counts"]
    (other,) = city.gives(Route.TRAINING, 1, city.here, state="issued")
    assert reasons(person(city, other)) == ["waiting"]


def test_what_is_void_or_held_does_not_count_and_the_chain_is_shown(city: City) -> None:
    (one,) = city.gives(Route.TRAINING, 1, city.here, state="replaced")
    city.gives(Route.TRAINING, 1, city.here, learners=[one])
    first, second = person(city, one).certificates
    row = city.session.get_one(Certificate, _id(city, second.serial))
    row.replaces = _id(city, first.serial)
    city.session.flush()
    view = person(city, one)
    assert reasons(view) == ["void", "counts"]
    assert view.certificates[0].chain == (("replaced_by", second.serial),)
    assert view.certificates[1].chain == (("replaces", first.serial),)


def _id(city: City, serial: str) -> int:
    found = city.session.connection().exec_driver_sql(
        "SELECT id FROM certificate WHERE serial = %s", (serial,)
    )
    return int(found.scalar_one())


def test_a_district_sees_its_own_and_only_that_there_is_more(city: City) -> None:
    (one,) = city.gives(Route.TRAINING, 1, city.here)
    city.gives(Route.EVALUATION, 1, city.there, learners=[one], level="advanced")
    own = person(city, one, city.house.first)
    assert (len(own.certificates), own.more_certificates) == (1, 1)
    assert {held.district.zh for held in own.certificates if held.district} != {"浦东新区"}
    (stranger,) = city.gives(Route.TRAINING, 1, city.there)
    with pytest.raises(NotFound):
        person(city, stranger, city.house.first)
    assert person(city, stranger, neighbour(city)).certificates


def test_who_is_nobody_or_asked_by_nobody_is_not_found(city: City) -> None:
    (one,) = city.gives(Route.TRAINING, 1, city.here)
    with pytest.raises(NotFound):
        person(city, 999_999_999)
    with pytest.raises(NotFound):
        person(city, one, replace(city.house.centre, role=Role.ADMINISTRATOR))


# ── Real classes ────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def life(city: City) -> Class:
    made = Class(city.session, city.house).reported()
    made.receipt(made.batch() or 0)
    return made


def the_learners(life: Class) -> list[int]:
    rows = life.session.connection().exec_driver_sql(
        "SELECT e.learner_id FROM enrolment e WHERE e.class_id = %s ORDER BY e.sheet_row",
        (life.class_id,),
    )
    return list(rows.scalars())


def test_a_passer_of_a_class_with_the_name_and_the_certificate(city: City, life: Class) -> None:
    passed, *_, absent = the_learners(life)
    view = person(city, passed, city.house.first)
    (passage,), (held,) = view.passages, view.certificates
    assert (passage.route, passage.verdict, passage.result) == ("training", "admitted", "pass")
    assert (held.counts, held.number) == ("counts", f"YB{held.serial}")
    assert view.name == "张示例"
    assert view.document_number.startswith("319900")
    assert person(city, absent).certificates == []


def test_a_provider_sees_its_classes_and_nothing_of_others(city: City, life: Class) -> None:
    (passed, *_) = the_learners(life)
    city.gives(Route.EVALUATION, 1, city.there, learners=[passed], level="advanced")
    own = person(city, passed, city.house.provider)
    assert (len(own.passages), own.more_passages) == (1, 0)
    assert (len(own.certificates), own.more_certificates) == (1, 0)
    assert reasons(own) == [""]
    with pytest.raises(NotFound):
        person(city, passed, replace(city.house.provider, office_id=city.there))


def test_the_same_document_in_two_classes_is_one_person(city: City) -> None:
    first = Class(city.session, city.house).filed().enrols(learners(1))
    second = Class(city.session, city.house).filed().enrols(learners(1))
    (one,) = {*the_learners(first), *the_learners(second)}
    assert len(person(city, one).passages) == 2


def test_another_paper_that_looks_alike_is_a_hint_and_no_merging(city: City) -> None:
    """E37."""
    life = Class(city.session, city.house).filed().enrols(learners(2))
    one, other = the_learners(life)
    assert [hint.learner_id for hint in person(city, one, city.house.first).alike] == [other]
    assert person(city, one, city.house.provider).alike == []
