"""A worker in a process of its own that can be killed at any moment; its letters go nowhere."""

import asyncio
import multiprocessing
import os
import signal
from multiprocessing.process import BaseProcess  # noqa: TC003  an attribute's type
from pathlib import Path

from flows import wiring
from flows.__main__ import work
from flows.outside.null import NullHub, NullPostman
from flows.wiring import Wiring
from states.records import db, secrets
from states.settings import Settings
from tests.keys import MASTERS

_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload([__name__])


class OneWorker:
    """Starts, kills and ends workers, one at a time; what they import is imported once for all."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder
        self._process: BaseProcess | None = None
        self.kills = 0

    @property
    def lives(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def start(self) -> None:
        self._process = _nursery.Process(target=_live, args=(self._url, self._folder), daemon=True)
        self._process.start()

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is put away."""
        if self._process and self._process.pid:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.join()
            self.kills += 1
        self._process = None

    def end(self) -> None:
        """SIGTERM: the work in hand is finished."""
        if self._process:
            self._process.terminate()
            self._process.join(30)
        self._process = None


def _live(url: str, folder: Path) -> None:
    secrets.use(b"k" * 32, MASTERS)
    settings = Settings(data_dir=folder, public_url="https://duban.example.invalid")
    parts = Wiring(settings, db.engine(url), NullPostman, NullHub())
    wiring.use(parts)
    asyncio.run(work(parts))
