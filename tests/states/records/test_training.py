"""A training copy: chosen while empty, marked for ever, and never made of real projects."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from states.errors import BadInput
from states.records import clock, training
from states.rules.facts import Kind
from tests.house import Life, a_house, a_plan


def test_an_empty_installation_becomes_one_and_stays_one(session: Session) -> None:
    assert not training.prepare(session, wanted=False)
    assert training.prepare(session, wanted=True)
    assert training.prepare(session, wanted=False), "what it is stands in the database"
    for statement in ("DELETE FROM virtual_clock", "TRUNCATE virtual_clock"):
        refused = pytest.raises(IntegrityError, match="never becomes a production")
        with refused, session.begin_nested():
            session.execute(text(statement))
    assert clock.is_virtual(session)


def test_a_database_with_real_projects_is_refused(session: Session) -> None:
    Life(session, a_house(session)).proposed()
    with pytest.raises(BadInput) as caught:
        training.prepare(session, wanted=True)
    assert caught.value.params["why"] == "clock_on_real_data"
    assert not training.prepare(session, wanted=False)
    with pytest.raises(BadInput):
        clock.move(session, by=timedelta(days=1))


def test_what_the_flows_did_after_a_shift_is_told(session: Session) -> None:
    house = a_house(session)
    training.prepare(session, wanted=True)
    before = clock.move(session, to=datetime.now(UTC) + timedelta(days=1))
    day = before.date()
    life = Life(session, house, at=before)
    life.approved(a_plan(opens_on=day + timedelta(days=7))).opened(on=day + timedelta(days=7))
    assert training.shifts(session) == []
    to = clock.move(session, by=timedelta(days=8))
    training.note_shift(session, before=before, to=to, actor=house.centre)
    life.at = to
    life.wait(days=0)
    (shift,) = training.shifts(session)
    done = training.done_after(session, shift)
    assert [(move.from_stage, move.to_stage) for move in done.moves] == [("approved", "running")]
    assert ("open", 1) in done.deeds
    assert "project_running" in {name for name, *_ in done.letters}
    assert done.open == 0
    assert Kind.CLASS_OPENED not in {name for name, _ in done.deeds}, "that was a person's deed"
