"""Many at the edge of the share at once: none passes unseen (C39)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from states.errors import BadInput
from states.records import secrets, share_board
from states.records.db import engine, transaction
from states.rules.routes import Route
from states.rules.shares import Share
from tests.city import City, a_city
from tests.keys import MASTERS

ISSUERS, AT_ONCE = 40, 8


@pytest.fixture
def shared(migrated: str) -> Iterator[Engine]:
    secrets.use(b"stories" * 5, MASTERS)
    made = engine(migrated)
    yield made
    made.dispose()


def test_of_forty_issuers_beside_seventy_others_thirty_pass(shared: Engine) -> None:
    with transaction(shared) as session:
        city = a_city(session)
        city.gives(Route.TRAINING, 70, city.here, state="issued")

    def issue(number: int) -> bool:
        with transaction(shared) as session:
            mine = City(session, city.house, city.here, city.there, count(1000 * (number + 1)))
            try:
                share_board.hold_share(session, Route.CONTEST, {city.here: 1}, year=2026)
            except BadInput:
                return False
            mine.gives(Route.CONTEST, 1, city.here, state="issued")
            return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(issue, range(ISSUERS))).count(True) == 30
    with Session(shared) as session:
        (now,) = share_board.effect(session, Route.CONTEST, {city.here: 0}, year=2026)
    assert now.before == Share(30, 70)
