"""A stored file is whole or not there, is named by its bytes, and goes when no row names it."""

import os
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from states.records.file_store import YOUNG, FileMissing, FileStore


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def stored(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("files/*/*"))


def grow_old(folder: Path) -> None:
    for path in folder.glob("files/*/*"):
        then = path.stat().st_mtime - (YOUNG + timedelta(minutes=1)).total_seconds()
        os.utime(path, (then, then))


def test_a_file_is_named_by_its_bytes_and_nobody_else_may_read_it(
    store: FileStore, tmp_path: Path
) -> None:
    name = store.put(b"locked")
    assert name == sha256(b"locked").hexdigest()
    assert stored(tmp_path) == [name]
    (path,) = tmp_path.glob(f"files/{name[:2]}/{name}")
    assert path.stat().st_mode & 0o077 == 0
    assert store.get(name) == b"locked"


def test_bytes_that_were_changed_are_not_given_out(store: FileStore, tmp_path: Path) -> None:
    name = store.put(b"locked")
    (tmp_path / "files" / name[:2] / name).write_bytes(b"locket")
    with pytest.raises(FileMissing):
        store.get(name)


def test_what_is_dropped_is_gone_and_may_be_dropped_again(store: FileStore) -> None:
    name = store.put(b"locked")
    store.drop(name)
    store.drop(name)
    with pytest.raises(FileMissing):
        store.get(name)


def test_a_sweep_takes_old_files_without_a_row_and_dead_drafts(
    store: FileStore, tmp_path: Path
) -> None:
    kept, orphan = store.put(b"kept"), store.put(b"orphan")
    draft = tmp_path / "files" / kept[:2] / ".draft-abc"
    draft.write_bytes(b"half an uplo")
    assert store.sweep({kept}) == 0
    grow_old(tmp_path)
    young = store.put(b"its row is about to be committed")
    assert store.sweep({kept}) == 2
    assert stored(tmp_path) == sorted([kept, young])
    assert orphan not in stored(tmp_path)


def test_a_store_that_was_never_used_has_nothing_to_sweep(store: FileStore) -> None:
    assert store.sweep(set()) == 0
