"""Real parts for every test: one PostgreSQL for the session, one fresh database for each story."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from states.records import secrets
from states.records.db import migrate
from states.records.embedded import Server, embedded, make_database
from states.rules.law import adopt
from tests.keys import MASTERS

_numbers = count(1)


@pytest.fixture(autouse=True)
def keys() -> None:
    """Keys for every story that does not bring its own."""
    secrets.use(b"stories" * 5, MASTERS)


@pytest.fixture(autouse=True)
def calendars() -> Iterator[None]:
    """What one story imports, the next does not count by."""
    yield
    adopt(())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A real server without durability, below the system's temporary folder."""
    # Not pytest's own temporary folder: it is 0700, and as root the server has another user.
    folder = Path(tempfile.mkdtemp(prefix="duban-tests-"))
    folder.chmod(0o711)
    with embedded(folder, unsafe_but_fast=True) as server:
        yield server
    # As root the cluster may have been put elsewhere, out of a private temporary folder.
    shutil.rmtree(server.seat.cluster)
    shutil.rmtree(folder)


Build = Callable[[str], None]
CopyOf = Callable[[str, Build], str]


@pytest.fixture(scope="session")
def models() -> set[str]:
    """The databases that were built once, to be copied."""
    return set()


@pytest.fixture
def copy_of(postgres_server: Server, models: set[str]) -> Iterator[CopyOf]:
    """`copy_of("migrated", migrate)`: the address of a fresh copy of what was built once."""
    made: list[str] = []
    with psycopg.connect(postgres_server.admin_url, autocommit=True) as admin:

        def copied(model: str, build: Build) -> str:
            if model not in models:
                make_database(admin, model, owner="duban")
                build(postgres_server.address(model, "duban"))
                models.add(model)
            made.append(f"copy_{next(_numbers)}")
            admin.execute(f"CREATE DATABASE {made[-1]} OWNER duban TEMPLATE {model}")
            return postgres_server.address(made[-1], "duban")

        yield copied
        for name in made:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def migrated(copy_of: CopyOf) -> str:
    """A fresh database with the newest schema and the keys of the stories."""
    return copy_of("migrated", migrate)


@pytest.fixture
def postgres(postgres_server: Server) -> Iterator[str]:
    """The address of a fresh, empty database."""
    name = f"story_{next(_numbers)}"
    with psycopg.connect(postgres_server.admin_url, autocommit=True) as admin:
        make_database(admin, name, owner="duban")
        yield postgres_server.address(name, "duban")
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say loudly when a whole run did not include the browser."""
    whole = config.args_source is config.ArgsSource.TESTPATHS
    passed = [r for r in terminalreporter.stats.get("passed", []) if "browser" in r.keywords]
    failed = [r for r in terminalreporter.stats.get("failed", []) if "browser" in r.keywords]
    if whole and not passed and not failed:
        terminalreporter.section("THE BROWSER PART DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line("No browser test ran: install Debian's chromium, then `make test`.")
