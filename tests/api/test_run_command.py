"""`duban run` as people type it: what stands in the way is one line on stderr and no traceback."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.rehearse import temporary_folder
from states.records.folder import kept_port, locked

# What a real installation's environment says must not reach these stories.
_SILENT = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")}
_MAY_TAKE = 60.0


@pytest.fixture
def folder() -> Iterator[Path]:
    """Open to the database's own user, so that nothing of it is put elsewhere and left there."""
    with temporary_folder(keep=False) as found:
        yield found


def _refused(folder: Path, *more: str, **environment: str) -> str:
    """Run the command in a process of its own; answers its line on stderr."""
    entry = "from api.cli import main; main()"
    command = (sys.executable, "-c", entry, "run", "--data", str(folder), *more)
    ended = subprocess.run(
        command,
        env=_SILENT | environment,
        capture_output=True,
        text=True,
        timeout=_MAY_TAKE,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert "Traceback" not in ended.stderr
    return ended.stderr


def _free(folder: Path) -> tuple[str, str]:
    return "--port", str(kept_port(folder, "web"))


def test_a_taken_port(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"Port {port} on 127.0.0.1 is taken" in _refused(folder, "--port", str(port))


def test_a_folder_in_use(folder: Path) -> None:
    with locked(folder):
        assert "in use by another duban" in _refused(folder, *_free(folder))


@pytest.mark.parametrize("prefect", ["", "http://127.0.0.1:1/api"], ids=["own", "another"])
def test_an_unreachable_database(folder: Path, prefect: str) -> None:
    nobody = kept_port(folder, "nobody")
    told = {"DUBAN_DATABASE_URL": f"postgresql://duban:hush@127.0.0.1:{nobody}/duban"}
    if prefect:
        told["DUBAN_PREFECT_API_URL"] = prefect
    said = _refused(folder, *_free(folder), **told)
    assert "DUBAN_DATABASE_URL" in said
    assert "Connection refused" in said
    assert "hush" not in said
