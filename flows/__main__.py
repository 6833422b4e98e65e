"""The worker: sees that nothing waits longer than it may. `python -m flows`, any number of them.

It listens on PostgreSQL, knows the next due moment by the office's clock, and awaits a flow in this
process only when there is work. SIGTERM ends it after the piece of work in hand.
"""

import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime

import psycopg
from prefect.settings import (
    PREFECT_API_REQUEST_TIMEOUT,
    PREFECT_CLIENT_MAX_RETRIES,
    temporary_settings,
)
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from flows import wiring
from flows.conductor import PREFECT, conduct
from flows.deliver_mail import free_dead_leases
from flows.deployments import CALENDAR, FLOWS, attend
from flows.lookout import Errand, look_around
from flows.outside.hub import BadHubUrlError
from flows.outside.register import BadRegistryUrlError
from flows.outside.smtp_url import BadSmtpUrlError
from flows.scan_attachments import sweep_orphans
from flows.wiring import NoDatabase, Wiring
from states.records import secrets
from states.records.db import WAKE_CHANNEL, transaction
from states.records.folder import NoMaildir
from states.rules.patience import BadPatienceError
from states.settings import Settings
from templates.letter_signature import UnusableDkimKey
from templates.sheets.aggregation import UnusableLayout

BEAT_SECONDS = 10.0
AGAIN_SECONDS = 2.0
"""After a failure of PostgreSQL or of a whole sweep."""
BREATH_SECONDS = 0.3
"""Between two runs of one flow: letters and facts that come in a row share one."""

_log = logging.getLogger("duban.worker")

_BEAT = text("""
INSERT INTO heartbeat (part, at, detail) VALUES ('worker', :at, CAST(:detail AS jsonb))
ON CONFLICT (part) DO UPDATE SET at = excluded.at, detail = excluded.detail
""")


class Worker:
    """One process's share of the work."""

    def __init__(self, parts: Wiring) -> None:
        self._parts = parts
        self._stop = asyncio.Event()
        self._call = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Work until `stop`; the work in hand is finished."""
        with suppress(SQLAlchemyError):
            await asyncio.to_thread(free_dead_leases, self._parts)
        await asyncio.to_thread(sweep_orphans, self._parts)
        helpers = [
            asyncio.create_task(each) for each in (self._listen(), self._beat(), attend(self._call))
        ]
        try:
            while not self._stop.is_set():
                await self._turn()
        finally:
            self._parts.stopping.set()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    def stop(self) -> None:
        """Take no new work."""
        self._stop.set()
        self._parts.stopping.set()
        self._call.set()

    async def _turn(self) -> None:
        self._call.clear()
        try:
            view = await asyncio.to_thread(
                look_around,
                self._parts.bind,
                CALENDAR,
                prefect=PREFECT.is_here,
                bounces=self._parts.settings.bounces,
            )
        except SQLAlchemyError as error:
            _log.warning("the database does not answer: %s", type(error).__name__)
            await self._sleep(AGAIN_SECONDS)
            return
        for errand in view.errands:
            if errand.flow not in self._busy and not self._stop.is_set():
                self._busy[errand.flow] = asyncio.create_task(self._do(errand))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._call.wait(), view.seconds)

    async def _do(self, errand: Errand) -> None:
        try:
            tally = await conduct(FLOWS[errand.flow], errand.title, errand.labels)
            _log.info("%s: %d done, %d failed", errand.title, tally.handled, tally.failed)
            # Nothing to do means that another worker does it: leave it to them for a moment.
            await self._sleep(BREATH_SECONDS if tally.handled else AGAIN_SECONDS)
        except Exception:  # noqa: BLE001  # one sweep's trouble is not the worker's
            _log.exception("%s failed", errand.title)
            await self._sleep(AGAIN_SECONDS)
        finally:
            del self._busy[errand.flow]
            self._call.set()

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def _listen(self) -> None:
        """Wait for calls, and look once whenever the line was down."""
        while True:
            with suppress(psycopg.Error, OSError):
                async with await psycopg.AsyncConnection.connect(
                    psycopg_url(self._parts), autocommit=True, connect_timeout=5
                ) as line:
                    await line.execute(f"LISTEN {WAKE_CHANNEL}")
                    self._call.set()
                    async for _ in line.notifies():
                        self._call.set()
            await asyncio.sleep(1)

    async def _beat(self) -> None:
        started = datetime.now(UTC).isoformat()
        while True:
            with suppress(SQLAlchemyError):
                await asyncio.to_thread(self._beat_once, started)
            await asyncio.sleep(BEAT_SECONDS)

    def _beat_once(self, started: str) -> None:
        here = "true" if PREFECT.is_here else "false"
        detail = (
            f'{{"host": "{wiring.host()}", "pid": {os.getpid()}, "since": "{started}", '
            f'"prefect": {here}}}'
        )
        with transaction(self._parts.bind) as session:
            session.execute(_BEAT, {"at": datetime.now(UTC), "detail": detail})


def psycopg_url(parts: Wiring) -> str:
    """The engine's address as libpq spells it."""
    url = parts.bind.url.set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


async def work(parts: Wiring) -> None:
    """Run one worker until SIGTERM or SIGINT."""
    worker = Worker(parts)
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, worker.stop)
    await worker.run()


def main() -> int:
    """Run the worker; 1 with one clear line when it cannot start."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    settings = Settings()
    try:
        parts = wiring.wire(settings)
    except (
        NoDatabase, BadSmtpUrlError, BadRegistryUrlError, BadHubUrlError, UnusableLayout,
        BadPatienceError, NoMaildir, UnusableDkimKey,
    ) as error:  # fmt: skip
        sys.stderr.write(f"worker cannot start: {error}\n")
        return 1
    secrets.use(settings.secret_key(), settings.master_keys())
    wiring.use(parts)
    # A server that hangs must not hold the work for a minute.
    with temporary_settings({PREFECT_API_REQUEST_TIMEOUT: 10.0, PREFECT_CLIENT_MAX_RETRIES: 2}):
        asyncio.run(work(parts))
    parts.bind.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
