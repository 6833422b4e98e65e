"""Two of anything at once: real transactions side by side on a database of their own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from states.errors import BadInput
from states.records import batches, invitations, outbox, secrets, surveys
from states.records.db import engine, transaction
from tests.desks import Class
from tests.house import House, a_house, everything_prints
from tests.keys import MASTERS


@pytest.fixture
def shared(migrated: str) -> Iterator[Engine]:
    secrets.use(b"stories" * 5, MASTERS)
    made = engine(migrated)
    yield made
    made.dispose()


def _house(shared: Engine) -> House:
    with transaction(shared) as session:
        return a_house(session)


def test_two_browsers_with_one_link_give_one_answer(shared: Engine) -> None:
    house = _house(shared)
    with transaction(shared) as session:
        life = Class(session, house).surveying()
        nonce, at = life.nonces()[0], life.at
    token = invitations.token_for(nonce)
    together = Barrier(2)

    def answer(_: int) -> str:
        with transaction(shared) as session:
            keys = surveys.invitation(session, token).questions.keys
            together.wait(timeout=20)
            ratings = dict.fromkeys(keys, 5)
            try:
                surveys.answer(session, token, ratings=ratings, comment="", at=at)
            except BadInput as error:
                return str(error.params["why"])
            return "kept"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(answer, range(2))) == ["kept", "survey_answered"]
    with Session(shared) as session:
        assert (
            session.connection().execute(text("SELECT count(*) FROM survey_answer")).scalar() == 1
        )


def test_two_officers_who_number_at_once_make_one_batch(shared: Engine) -> None:
    house = _house(shared)
    with transaction(shared) as session:
        at = Class(session, house).reported().at
    together = Barrier(2)

    def number(_: int) -> int | None:
        together.wait(timeout=20)
        with transaction(shared) as session:
            return batches.make_batch(session, actor=house.centre, at=at, fit=everything_prints)

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(number, range(2)))
    assert made.count(None) == 1
    with Session(shared) as session:
        serials = session.connection().execute(text("SELECT serial FROM certificate ORDER BY id"))
        assert list(serials.scalars()) == [f"AIP-2026-{n:06}" for n in range(1, 5)]


def test_two_workers_never_lease_the_same_letter(shared: Engine) -> None:
    house = _house(shared)
    with transaction(shared) as session:
        at = Class(session, house).surveying().at
    together = Barrier(2)

    def lease(_: int) -> set[int]:
        with transaction(shared) as session:
            mails = outbox.lease(session, at=at, machine_now=at, limit=4, lease_seconds=60)
            together.wait(timeout=20)
            return {mail.id for mail in mails}

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lease, range(2))
    assert first
    assert not first & second
