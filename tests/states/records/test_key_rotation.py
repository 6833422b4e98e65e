"""Keys change under load: nothing is lost, nothing fails to open, the old keys are gone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from states.records import key_rotation, secrets, vault
from states.records.classes import roster_of
from states.records.db import engine, migrate, transaction
from states.records.enrolments import learners_for_scores
from states.records.master_keys import MasterKeyFile
from tests.desks import Class, learners
from tests.house import House, a_house

_KEYS = text("SELECT purpose, count(*), max(id) FROM data_key GROUP BY purpose ORDER BY purpose")


@pytest.fixture
def shared(postgres: str, tmp_path: Path) -> Iterator[Engine]:
    secrets.use(b"stories" * 5, MasterKeyFile(tmp_path / "master-keys.json"))
    migrate(postgres)
    made = engine(postgres)
    yield made
    made.dispose()


def a_class(shared: Engine, house: House | None = None) -> tuple[House, int]:
    with transaction(shared) as session:
        house = house or a_house(session)
        life = Class(session, house).filed().enrols(learners(8))
        return house, life.class_id


def numbers(shared: Engine, class_id: int) -> set[str]:
    with Session(shared) as session:
        assert {one.name for one in roster_of(session, class_id)} == {"张示例"}
        return set(learners_for_scores(session, class_id))


def test_all_keys_change_under_load_and_no_value_is_lost(shared: Engine) -> None:
    house, first = a_class(shared)
    wanted, done = numbers(shared, first), Event()

    def writes() -> list[int]:
        made = []
        while not done.is_set():
            made.append(a_class(shared, house)[1])
        return made

    def reads() -> int:
        for times in count():
            assert numbers(shared, first) == wanted
            if done.is_set():
                return times
        return 0

    with ThreadPoolExecutor(5) as pool:
        writers = [pool.submit(writes) for _ in range(2)]
        readers = [pool.submit(reads) for _ in range(2)]
        try:
            for _ in range(3):
                key_rotation.rotate_fields(shared)
                key_rotation.rotate_index(shared)
                key_rotation.rotate_master(shared)
        finally:
            done.set()
        written = [class_id for writer in writers for class_id in writer.result()]
        assert all(reader.result() > 0 for reader in readers)
    assert all(numbers(shared, class_id) == wanted for class_id in written)
    with Session(shared) as session:
        people = session.connection().execute(text("SELECT count(*) FROM learner")).scalar_one()
        assert people == len(wanted)  # the index still knows everybody: nobody became two
        kept = [tuple(row) for row in session.connection().execute(_KEYS)]
        assert kept == [("field", 1, 7), ("index", 1, 8)]


def test_a_run_broken_off_is_run_again_and_goes_on(
    shared: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, class_id = a_class(shared)
    wanted = numbers(shared, class_id)
    monkeypatch.setattr(key_rotation, "AT_ONCE", 3)

    def breaks(place: str, _: int) -> None:
        if place == "enrolment.name":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        key_rotation.rotate_fields(shared, breaks)
    assert numbers(shared, class_id) == wanted  # half under the old key, half under the new
    assert key_rotation.reseal(shared) > 0
    assert key_rotation.reseal(shared) == 0
    assert numbers(shared, class_id) == wanted
    with Session(shared) as session:
        assert tuple(session.connection().execute(_KEYS).all()[0]) == ("field", 1, 3)


def test_a_retired_key_opens_nothing(shared: Engine) -> None:
    _, class_id = a_class(shared)
    sealed = text("SELECT id, name_sealed FROM enrolment WHERE class_id = :id ORDER BY id LIMIT 1")
    with Session(shared) as session:
        before = session.connection().execute(sealed, {"id": class_id}).one()
    key_rotation.rotate_fields(shared)
    vault.forget_ring(shared)
    with Session(shared) as session, pytest.raises(vault.SealBroken):
        vault.unseal(session, vault.Place("enrolment", "name"), before.id, before.name_sealed)


def test_every_sealed_column_is_known_to_the_rotation() -> None:
    places = {(one.place.table, one.column) for one in key_rotation.sealed_columns()}
    assert {("learner", "number_sealed"), ("enrolment", "name_sealed")} <= places
    assert {("certificate", "name_sealed"), ("request_key", "answer_sealed")} <= places
    assert len(places) >= 13


def test_a_master_key_of_memory_cannot_be_changed(session: Session) -> None:
    with pytest.raises(TypeError):
        key_rotation.rotate_master(session.connection().engine)
