"""Sealed values: opened only where they stand, found again only with the key."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from states.records import vault
from states.records.master_keys import MasterKeyFile, MasterKeyMissing
from states.records.vault import Place, SealBroken

NAME = Place("enrolment", "name")


def test_a_value_opens_in_its_own_row_and_column_only(session: Session) -> None:
    sealed = vault.seal(session, NAME, 7, "欧阳𠮷·示例")
    assert vault.unseal(session, NAME, 7, sealed) == "欧阳𠮷·示例"
    for place, row in ((NAME, 8), (Place("enrolment", "phone"), 7), (Place("learner", "name"), 7)):
        with pytest.raises(SealBroken):
            vault.unseal(session, place, row, sealed)


def test_every_changed_byte_is_noticed(session: Session) -> None:
    sealed = vault.seal(session, NAME, 7, "示例")
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(SealBroken):
            vault.unseal(session, NAME, 7, changed)
    with pytest.raises(SealBroken):
        vault.unseal(session, NAME, 7, sealed[:10])


def test_equal_values_look_different_and_nothing_stays_nothing(session: Session) -> None:
    assert vault.seal(session, NAME, 7, "示例") != vault.seal(session, NAME, 7, "示例")
    assert vault.seal(session, NAME, 7, "") == b""
    assert vault.unseal(session, NAME, 7, b"") == ""


def test_an_index_finds_equal_numbers_and_is_no_plain_digest(session: Session) -> None:
    one = vault.blind_index(session, "319901199501010012")
    assert one == vault.blind_index(session, "319901199501010012")
    assert one != vault.blind_index(session, "319901199501010039")
    assert len(one) == 32


def test_a_key_held_in_a_savepoint_is_held_anew_after_it(session: Session) -> None:
    with session.begin_nested() as savepoint:
        vault.seal(session, NAME, 7, "示例")
        savepoint.rollback()
    vault.seal(session, NAME, 7, "示例")
    held = "SELECT count(*) FROM pg_locks WHERE relation = 'data_key'::regclass AND granted"
    assert session.connection().execute(text(held)).scalar_one() > 0


def test_what_lies_outside_has_a_key_of_its_own() -> None:
    key, locked = vault.lock(b"%PDF-1.7 ...", "attachment:3")
    assert vault.unlock(key, locked, "attachment:3") == b"%PDF-1.7 ..."
    with pytest.raises(SealBroken):
        vault.unlock(key, locked, "attachment:4")


def test_master_keys_lie_in_a_file_for_their_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "master-keys.json"
    first, second = MasterKeyFile(file), MasterKeyFile(file)
    assert file.stat().st_mode & 0o777 == 0o600
    wrapped = first.wrap(b"k" * 32, "data_key:1")
    assert second.unwrap(wrapped, "data_key:1", by=first.active) == b"k" * 32
    with pytest.raises(MasterKeyMissing):
        second.unwrap(wrapped, "data_key:2", by=first.active)
    assert list(file.parent.iterdir()) == [file]


def test_another_process_finds_a_master_key_that_was_added(tmp_path: Path) -> None:
    file = tmp_path / "master-keys.json"
    one, other = MasterKeyFile(file), MasterKeyFile(file)
    old = one.active
    new = one.begin()
    assert other.unwrap(one.wrap(b"k" * 32, "x"), "x", by=new) == b"k" * 32
    one.drop({old})
    assert set(json.loads(file.read_text())["keys"]) == {new}
