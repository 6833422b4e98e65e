"""One active certificate per person and level; serials without a gap, whoever numbers at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from states.actor import Actor
from states.errors import BadInput, NotYours
from states.records import batches, certificate_board, chain
from states.records.db import engine, transaction
from states.records.tables import (
    Appointment,
    Certificate,
    Office,
    Person,
    Project,
    RouteCase,
)
from states.rules.routes import Route
from states.rules.stages import Role, Stage
from tests.desks import Class
from tests.house import NOON, House, a_house, everything_prints
from tests.route_house import awarded


def stored(session: Session) -> list[Certificate]:
    session.expire_all()
    return list(session.exec(select(Certificate).order_by(col(Certificate.id))))


@contextmanager
def refused(why: str) -> Iterator[None]:
    with pytest.raises(BadInput) as told:
        yield
    assert told.value.params["why"] == why


@pytest.fixture
def house(session: Session) -> House:
    return a_house(session)


@pytest.fixture
def twice(session: Session, house: House) -> tuple[Class, Class, int]:
    """Two classes with the very same passers, reported in one month; and the batch made of them."""
    one, other = Class(session, house).surveyed(), Class(session, house).reported()
    one.at = other.at
    return one, other, other.batch() or 0


def officer(session: Session, house: House) -> Actor:
    """A second person at the centre."""
    person = Person(name="示例6", email="person6@office.example.invalid")
    session.add(person)
    session.flush()
    assert house.centre.office_id
    held = Appointment(
        person_id=person.id, office_id=house.centre.office_id, role=Role.CENTRE,
        since=date(2025, 1, 1),
    )  # fmt: skip
    session.add(held)
    session.flush()
    return Actor(person.id, house.centre.office_id, Role.CENTRE, "story")


def test_E35_a_second_certificate_of_one_person_is_held_with_a_link(  # noqa: N802
    session: Session, twice: tuple[Class, Class, int]
) -> None:
    one, other, _ = twice
    first = {c.learner_id: c for c in stored(session) if c.state == "issued"}
    held = [c for c in stored(session) if c.state == "held"]
    assert {c.learner_id for c in held} == set(first)
    assert all(c.held_for == first[c.learner_id].id for c in held)
    assert {(c.serial, c.batch_id) for c in held} == {(None, None)}
    assert {c.project_id for c in first.values()} == {one.id}
    assert {c.project_id for c in held} == {other.id}


def test_a_project_whose_passers_all_hold_one_already_comes_to_its_end(
    session: Session, twice: tuple[Class, Class, int]
) -> None:
    _, other, _ = twice
    other.wait(days=0)
    assert session.get_one(Project, other.id).stage == Stage.CERTIFIED
    shown = certificate_board.of_project(session, other.id)
    assert all(row.state == "held" and row.held_for and not row.serial for row in shown)


def test_a_held_one_is_numbered_when_the_first_is_void(
    session: Session, house: House, twice: tuple[Class, Class, int]
) -> None:
    one, _, batch = twice
    one.receipt(batch)
    void = next(c for c in stored(session) if c.state == "accepted")
    change = chain.ask(
        session, void.id, chain.REVOKE, reason="成绩作废", actor=house.centre, at=one.at
    )
    chain.decide(session, void.id, change, agree=True, actor=officer(session, house), at=one.at)
    assert one.batch() is not None
    own = [c for c in stored(session) if c.learner_id == void.learner_id]
    assert [(c.state, bool(c.serial)) for c in own] == [("revoked", True), ("issued", True)]
    assert one.batch() is None


def test_a_correction_has_a_successor_and_the_old_one_keeps_its_name(
    session: Session, house: House, twice: tuple[Class, Class, int]
) -> None:
    one, _, batch = twice
    one.receipt(batch)
    old = next(row for row in certificate_board.batch_rows(session, batch))
    change = chain.ask(
        session, old.id, chain.CORRECT, reason="登记有误", name="章示例", actor=house.centre,
        at=one.at,
    )  # fmt: skip
    with refused("second_person_needed"):
        chain.decide(session, old.id, change, agree=True, actor=house.centre, at=one.at)
    chain.decide(session, old.id, change, agree=True, actor=officer(session, house), at=one.at)
    again = one.batch()
    assert again
    (new,) = certificate_board.batch_rows(session, again)
    assert (new.name, new.replaces, new.number) == ("章示例", old.serial, None)
    before = certificate_board.by_serial(session, old.serial)
    assert (before.name, before.state, before.number) == ("张示例", "replaced", old.number)
    (told,) = chain.changes_of(session, old.id)
    assert (told.state, told.reason, told.successor) == ("done", "登记有误", new.serial)


def test_what_does_not_stand_is_not_changed_and_nothing_is_asked_twice(
    session: Session, house: House, twice: tuple[Class, Class, int]
) -> None:
    one, _, batch = twice
    waiting = next(c for c in stored(session) if c.state == "issued")

    def ask(reason: str = "遗失", actor: Actor = house.centre) -> int:
        return chain.ask(session, waiting.id, chain.REPLACE, reason=reason, actor=actor, at=one.at)

    with refused("certificate_does_not_stand"):
        ask()
    one.receipt(batch)
    with pytest.raises(NotYours):
        ask(actor=house.first)
    with refused("reason_missing"):
        ask("  ")
    change = ask()
    with refused("change_is_open"):
        ask()
    chain.decide(session, waiting.id, change, agree=False, actor=officer(session, house), at=one.at)
    assert {c.state for c in stored(session) if c.id == waiting.id} == {"accepted"}
    assert ask()


@pytest.fixture
def shared(migrated: str) -> Iterator[Engine]:
    made = engine(migrated, pool_size=24)
    yield made
    made.dispose()


def a_list(session: Session, number: int, people: int) -> Actor:
    """An evaluation body with one confirmed list."""
    body = Office(kind="evaluation_body", code=f"E{number:03}", name_zh="上海示例评价", name_en="E")
    person = Person(name="示例", email=f"e{number}@office.example.invalid")
    session.add_all([body, person])
    session.flush()
    case = RouteCase(
        code=f"EV-{number}", route=Route.EVALUATION, title="示例", office_id=body.id,
        stage="confirmed", filed_at=NOON, stage_since=NOON,
    )  # fmt: skip
    session.add(case)
    session.flush()
    awarded(session, case.id, range(people), level="advanced")
    return Actor(person.id, body.id, Role.EVALUATOR, "story")


def test_two_hundred_who_issue_at_once_leave_no_hole_and_no_double(shared: Engine) -> None:
    with transaction(shared) as session:
        people = [a_list(session, number, people=1 + number % 3) for number in range(200)]

    def issues(actor: Actor) -> int | None:
        with transaction(shared) as session:
            return batches.make_batch(
                session, actor=actor, at=NOON, fit=everything_prints, route=Route.EVALUATION
            )

    with ThreadPoolExecutor(20) as pool:
        made = list(pool.map(issues, [*people, *people]))
    assert sum(batch is not None for batch in made) == 200
    with Session(shared) as session:
        found = session.connection().execute(text("SELECT serial FROM certificate ORDER BY serial"))
        serials = list(found.scalars())
    assert serials == [f"AIP-2026-{n:06}" for n in range(1, len(serials) + 1)]
    assert len(serials) == sum(1 + number % 3 for number in range(200))
