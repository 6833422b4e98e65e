"""The database that lives in the data folder: starts, survives kills, and has one owner."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from states.records.embedded import DatabaseDidNotStart, embedded, running
from states.records.folder import DataFolderLocked

_START_AND_WAIT = """
import sys, pathlib
from states.records.embedded import embedded
with embedded(pathlib.Path(sys.argv[1]), unsafe_but_fast=True) as server:
    print(server.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    for part in (tmp_path, *list(tmp_path.parents)[:2]):
        part.chmod(0o711)
    yield tmp_path / "data"
    left = running(tmp_path / "data")
    if left is not None:
        left.stop()


def test_it_has_a_database_for_duban_and_one_for_prefect(folder: Path) -> None:
    with embedded(folder, unsafe_but_fast=True) as server:
        with psycopg.connect(server.url) as db:
            assert db.execute("SELECT current_database(), current_user").fetchone() == (
                "duban",
                "duban",
            )
        with psycopg.connect(server.address("prefect")) as db:
            assert db.execute("SELECT similarity('abc', 'abc')").fetchone() == (1.0,)
        assert server.prefect_url.startswith("postgresql+asyncpg://prefect:")


def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    with embedded(folder) as server, psycopg.connect(server.url) as db:
        db.execute("CREATE TABLE kept AS SELECT '沪' AS word")
    with embedded(folder) as again, psycopg.connect(again.url) as db:
        assert db.execute("SELECT word FROM kept").fetchone() == ("沪",)
        assert again.port == server.port


def test_a_stranger_needs_the_password(folder: Path) -> None:
    with (
        embedded(folder, unsafe_but_fast=True) as server,
        pytest.raises(psycopg.OperationalError, match="password"),
    ):
        psycopg.connect(server.url.replace(server.password, "guess"))
    assert (folder / "postgres.key").stat().st_mode & 0o777 == 0o600


def test_a_second_owner_is_refused_in_one_sentence(folder: Path) -> None:
    with (
        embedded(folder, unsafe_but_fast=True),
        pytest.raises(DataFolderLocked, match="in use by another duban"),
        embedded(folder),
    ):
        pass


def test_a_killed_owner_leaves_a_server_that_the_next_one_adopts(folder: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", _START_AND_WAIT, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with first:
        assert first.stdout is not None
        pid = int(first.stdout.readline())
        first.send_signal(signal.SIGKILL)
    with embedded(folder) as server, psycopg.connect(server.url) as db:
        assert server.pid == pid
        assert db.execute("SELECT 1").fetchone() == (1,)


def test_a_killed_server_starts_again_on_the_same_port(folder: Path) -> None:
    with embedded(folder) as server:
        with psycopg.connect(server.url) as db:
            db.execute("CREATE TABLE kept ()")
        assert server.pid is not None
        postmaster = psutil.Process(server.pid)
        postmaster.kill()
        postmaster.wait()
        server.ensure_running()
        with psycopg.connect(server.url) as db:
            db.execute("SELECT FROM kept")


def test_a_stale_lock_file_with_the_number_of_a_stranger_is_no_obstacle(folder: Path) -> None:
    with embedded(folder, unsafe_but_fast=True) as server:
        lock = server.seat.cluster / "postmaster.pid"
        lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    with embedded(folder, unsafe_but_fast=True) as again:
        assert again.pid not in {None, os.getpid()}


def test_a_damaged_cluster_is_one_sentence_with_the_servers_own_words(folder: Path) -> None:
    with embedded(folder, unsafe_but_fast=True) as server:
        version = server.seat.cluster / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(DatabaseDidNotStart, match="initialized by PostgreSQL version 17"):
        server.ensure_running()


def test_a_command_beside_the_run_finds_the_running_server(folder: Path) -> None:
    assert running(folder) is None
    with embedded(folder, unsafe_but_fast=True) as server:
        beside = running(folder)
        assert beside is not None
        assert beside.url == server.url
    assert running(folder) is None
