"""`duban run`: one command that starts every part of the house and keeps it standing."""

import asyncio
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import typer
from pydantic import SecretStr

from api import sample
from api.signing import SigningKeyUnusable, signer_from
from api.supervisor import Part, Supervisor, end_leftovers
from states.errors import BadInput
from states.records import db, secrets, training
from states.records.embedded import DatabaseDidNotStart, Server, embedded
from states.records.folder import (
    DataFolderLocked,
    NoMaildir,
    is_free,
    kept_port,
    locked,
    maildir_at,
)
from states.records.seat import DataFolderUnreachable
from states.rules.patience import BadPatienceError, patience_from
from states.settings import Settings
from templates.letter_signature import UnusableDkimKey, signer_of
from templates.sheets.aggregation import UnusableLayout, layout_from

_STATES = {
    "starting": "启动中 starting",
    "ready": "就绪 ready",
    "restarting": "已退出，将重启 died, restarting",
    "stopped": "已停止 stopped",
}
_NAMES = {
    "postgres": "数据库 database",
    "web": "网页 web",
    "prefect": "调度 Prefect",
    "worker": "流程 worker",
    "mailbox": "信箱 mailbox",
    "samples": "示例数据 samples",
}
# It must phone nobody, and ask nobody.
_QUIET_PREFECT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_CLI_PROMPT": "false",
}
# The web gets both cores until it answers; the others are not worth more delay than this.
_WEB_FIRST_SECONDS = 8.0
_DATABASE_LOOK_SECONDS = 2.0


class PortTaken(RuntimeError):
    """端口已被占用。 Another program listens on the port."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"端口 {port} 已被占用 · Port {port} on {host} is taken; choose another with --port."
        )


class DatabaseUnreachable(RuntimeError):
    """无法连接数据库。 DUBAN_DATABASE_URL names a server that does not answer."""

    def __init__(self, error: Exception) -> None:
        said = " ".join(str(error).split())
        super().__init__(f"无法连接数据库 · The database of DUBAN_DATABASE_URL: {said}")


class NoTrainingCopy(RuntimeError):
    """数据库中已有正式项目。 A database with real projects never becomes a training copy."""

    def __init__(self) -> None:
        super().__init__(
            "数据库中已有正式项目，不能作为演练或示例环境启动 · This database holds real projects: "
            "it cannot be started with --training or --demo. Use another --data folder."
        )


def run(settings: Settings) -> int:
    """Start everything, keep it running until SIGINT or SIGTERM; answers the exit code.

    What stands in the way (port, folder, database) is one line on stderr and code 1.
    """
    # Until the event loop takes over, a polite end must still stop the database.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with locked(settings.data_dir):
            return _run_alone(settings)
    except (
        PortTaken,
        DatabaseUnreachable,
        NoTrainingCopy,
        SigningKeyUnusable,
        UnusableLayout,
        BadPatienceError,
        NoMaildir,
        UnusableDkimKey,
        DatabaseDidNotStart,
        DataFolderLocked,
        DataFolderUnreachable,
    ) as error:
        typer.echo(f"duban: {error}", err=True)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)


def _run_alone(settings: Settings) -> int:
    folder = settings.data_dir.resolve()
    # Better said here than by a web and a worker that do not start.
    signer_from(settings)
    layout_from(settings.aggregation_layout)
    patience_from(settings.mail_retries, settings.mail_give_up)
    maildir_at(settings.bounces)
    signer_of(
        settings.dkim_key,
        settings.dkim_selector,
        settings.dkim_domain,
        sender=settings.mail_from,
    )
    secrets.use(settings.secret_key(), settings.master_keys())
    for name in end_leftovers(folder):
        _say(name, "stopped", "上次遗留 left by a killed run")
    if not is_free(settings.port, settings.host):
        raise PortTaken(settings.host, settings.port)
    with _database(settings, folder) as (complete, server):
        if complete.sample_mode and sample.fill(complete):
            _say("samples", "ready", "")
        asyncio.run(_House(_told_its_kind(complete), server).stand())
    (folder / "run.json").unlink()
    return 0


@contextmanager
def _database(settings: Settings, folder: Path) -> Iterator[tuple[Settings, Server | None]]:
    """Settings with the addresses of running, migrated databases in them."""
    started = time.monotonic()
    if settings.database_url and (settings.prefect_api_url or settings.prefect_database_url):
        _migrate(settings.database_url.get_secret_value())
        yield _filled(settings, folder), None
        return
    with embedded(folder) as server:
        own = settings.database_url or SecretStr(server.url)
        _migrate(own.get_secret_value())
        took = time.monotonic() - started
        _say("postgres", "ready", f"127.0.0.1:{server.port} · {took:.1f} s")
        yield _filled(settings, folder, server), server


def _told_its_kind(settings: Settings) -> Settings:
    """With `training` as the database says it is. Raises NoTrainingCopy."""
    if settings.database_url is None:
        raise RuntimeError("DUBAN_DATABASE_URL is not set")
    wanted = settings.training or settings.sample_mode
    bind = db.engine(settings.database_url.get_secret_value(), pool_size=1)
    try:
        with db.transaction(bind) as session:
            is_one = training.prepare(session, wanted=wanted)
    except BadInput as error:
        raise NoTrainingCopy from error
    finally:
        bind.dispose()
    if is_one:
        typer.echo("演练环境 a training copy: 日期可调 its date can be moved")
    return settings.model_copy(update={"training": is_one})


def _migrate(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(error) from error
    db.migrate(url)


def _filled(settings: Settings, folder: Path, server: Server | None = None) -> Settings:
    """Every address that the children need, of parts we shall start where none was given."""
    found: dict[str, object] = {"data_dir": folder}
    if server is not None:
        found["database_url"] = settings.database_url or SecretStr(server.url)
        found["prefect_database_url"] = settings.prefect_database_url or SecretStr(
            server.prefect_url
        )
    if settings.prefect_api_url is None:
        found["prefect_api_url"] = f"http://127.0.0.1:{kept_port(folder, 'prefect')}/api"
    if settings.smtp_url is None:
        found["smtp_url"] = SecretStr(f"smtp://127.0.0.1:{kept_port(folder, 'mailbox')}")
    return settings.model_copy(update=found)


class _House:
    """The parts of one run and the order in which they start and stop."""

    def __init__(self, settings: Settings, server: Server | None) -> None:
        self._settings, self._server = settings, server
        self._supervisor = Supervisor(settings.data_dir, _say)
        self._given = settings.as_environment()

    async def stand(self) -> None:
        """Start all, and stop all when a signal asks for it."""
        asked_to_stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
        helpers = [asyncio.create_task(self._open()), asyncio.create_task(self._watch_database())]
        await asked_to_stop.wait()
        typer.echo("正在停止 stopping …")
        for helper in helpers:
            helper.cancel()
        await self._supervisor.stop("web", "worker")
        await self._supervisor.stop("mailbox", "prefect")

    async def _open(self) -> None:
        web = self._supervisor.start(self._web())
        with suppress(TimeoutError):
            await asyncio.wait_for(web.ready.wait(), _WEB_FIRST_SECONDS)
        for part in (self._mailbox(), self._prefect(), self._worker()):
            if part is not None:
                self._supervisor.start(part)
        await web.ready.wait()
        typer.echo(f"\n  打开 Open {self._settings.base_url}   (Ctrl-C 停止 stops)\n")

    async def _watch_database(self) -> None:
        """The embedded server watches its own processes; we watch the first of them."""
        while self._server is not None:
            self._supervisor.show("postgres", pid=self._server.pid, port=self._server.port)
            if self._server.pid is None:
                _say("postgres", "restarting", "")
                await self._restart_database(self._server)
            await asyncio.sleep(_DATABASE_LOOK_SECONDS)

    async def _restart_database(self, server: Server) -> None:
        try:
            await asyncio.to_thread(server.ensure_running)
        except DatabaseDidNotStart as error:
            typer.echo(f"duban: {error}", err=True)
        else:
            _say("postgres", "ready", f"127.0.0.1:{server.port}")

    def _web(self) -> Part:
        host, port = self._settings.host, self._settings.port
        command, shown = web_command(self._settings), f"http://{host}:{port}"
        return Part("web", command, self._given, port=port, host=host, url=shown)

    def _worker(self) -> Part:
        told = {"PREFECT_API_URL": self._given["DUBAN_PREFECT_API_URL"]}
        # Without a server it must say so, not quietly start one of its own that schedules nothing.
        told |= {"PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false"}
        told |= {"PREFECT_HOME": str(self._settings.data_dir / "prefect")}
        return Part("worker", ("flows",), self._given | told | _QUIET_PREFECT)

    def _mailbox(self) -> Part | None:
        port = kept_port(self._settings.data_dir, "mailbox")
        url = f"smtp://127.0.0.1:{port}"
        if self._given["DUBAN_SMTP_URL"] != url:
            return None
        where = ("--host", "127.0.0.1", "--port", str(port))
        maildir = ("--maildir", str(self._settings.mailbox_dir))
        command = ("flows.outside.mailbox", *where, *maildir)
        return Part("mailbox", command, self._given, port=port, url=url)

    def _prefect(self) -> Part | None:
        port = kept_port(self._settings.data_dir, "prefect")
        url = f"http://127.0.0.1:{port}"
        if self._given["DUBAN_PREFECT_API_URL"] != f"{url}/api":
            return None
        command = ("prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port))
        told = {
            "PREFECT_API_DATABASE_CONNECTION_URL": self._given["DUBAN_PREFECT_DATABASE_URL"],
            "PREFECT_HOME": str(self._settings.data_dir / "prefect"),
            # Prefect unpacks its pages there; by default that is inside the installed package.
            "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(self._settings.data_dir / "prefect" / "ui"),
            "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        }
        return Part("prefect", command, _QUIET_PREFECT | told, port=port, url=url)


def web_command(settings: Settings) -> tuple[str, ...]:
    """The module that serves the web, with its arguments."""
    where = ("--host", settings.host, "--port", str(settings.port))
    # Said always: else uvicorn asks the environment whom to believe.
    trust = ("--proxy-headers", "--forwarded-allow-ips", settings.trusted_proxies)
    leave = ("--timeout-graceful-shutdown", "5", "--no-access-log")
    return ("uvicorn", "api.main:app", *where, *trust, *leave)


def _say(name: str, state: str, detail: str) -> None:
    line = f"{_NAMES.get(name, name):<14} {_STATES[state]}"
    typer.echo(f"{line} · {detail}" if detail else line)


if __name__ == "__main__":
    sys.exit(run(Settings()))
