"""As root, the database has a user of its own, who cannot go everywhere."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from states.records.embedded import embedded, running
from states.records.seat import DataFolderUnreachable, take_seat

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user")


@pytest.fixture
def private(tmp_path: Path) -> Iterator[Path]:
    tmp_path.chmod(0o700)
    folder = tmp_path / "data"
    yield folder
    note = folder / "postgres.is-in"
    if note.exists():
        shutil.rmtree(note.read_text().strip())


def test_below_a_private_folder_the_cluster_lives_elsewhere_and_permissions_stay(
    private: Path,
) -> None:
    with embedded(private, unsafe_but_fast=True) as first, psycopg.connect(first.url) as db:
        db.execute("CREATE TABLE kept ()")
        assert running(private) is not None
    with embedded(private, unsafe_but_fast=True) as again, psycopg.connect(again.url) as db:
        db.execute("SELECT FROM kept")
        assert not again.seat.cluster.is_relative_to(private)
    assert private.parent.stat().st_mode & 0o777 == 0o700


def test_programs_out_of_reach_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reachable = Path("/var/tmp/duban-test-seat")  # noqa: S108 - removed below
    monkeypatch.setattr("states.records.seat._ELSEWHERE", reachable)
    tmp_path.chmod(0o700)
    programs = tmp_path / "install" / "bin"
    programs.mkdir(parents=True)
    (programs / "postgres").write_text("a program")
    seat = take_seat(tmp_path, programs)
    assert (seat.programs / "postgres").read_text() == "a program"
    assert seat.programs.is_relative_to(reachable)
    shutil.rmtree(reachable)


def test_no_place_at_all_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("states.records.seat._ELSEWHERE", Path("/proc/nowhere"))
    tmp_path.chmod(0o700)
    with pytest.raises(DataFolderUnreachable, match="Choose another folder"):
        take_seat(tmp_path, tmp_path)
