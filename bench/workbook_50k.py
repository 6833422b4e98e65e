"""A workbook of 50,000 learners: how long its trial and its import take, and in how much memory.

`make bench-workbook` runs the very code of the web against an embedded PostgreSQL. It prints, and
judges by the exit code, whether each stays below 60 seconds and 500 MB in every process.
"""

import logging
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import psutil
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import Session

from api import sample
from api.desk import Workbook
from api.marks import marked_workbook
from api.sample_offices import actors
from api.trials import Trials
from states.actor import Actor
from states.records import db, secrets, uploads
from states.records.classes import class_of
from states.records.embedded import Server, embedded
from states.records.scope import find
from states.records.uploads import HandedIn
from states.settings import Settings
from templates.sheets.samples import sample_roster

ROWS, SECONDS, MEGABYTES = 50_000, 60, 500
PROVIDER, PROJECT = "p003", "HP-2026-004"
_READ_ASIDE = re.compile(r"with (\d+) KiB")


@dataclass
class Measured:
    """One step: seconds, and megabytes at the peak of each process that took part."""

    step: str
    seconds: float = 0.0
    peaks: dict[str, int] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return self.seconds < SECONDS and max(self.peaks.values()) < MEGABYTES

    def __str__(self) -> str:
        peaks = ", ".join(f"{name} {megabytes} MB" for name, megabytes in self.peaks.items())
        return (
            f"{self.step:7} {self.seconds:6.1f} s   {peaks}   {'ok' if self.good else 'TOO MUCH'}"
        )


class Listener(logging.Handler):
    """Hears from the reading room how much its process took."""

    peak = 0

    def emit(self, record: logging.LogRecord) -> None:
        if told := _READ_ASIDE.search(record.getMessage()):
            self.peak = max(self.peak, int(told[1]) // 1024)


def main() -> int:
    """Build, try, import, mark; 1 when a goal is missed."""
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root the server is another user
        with embedded(folder) as server:
            steps = list(measure(server, settings_for(server, folder)))
    sys.stdout.writelines(f"{step}\n" for step in steps)
    return 0 if all(step.good for step in steps) else 1


def settings_for(server: Server, folder: Path) -> Settings:
    told = Settings(database_url=SecretStr(server.url), data_dir=folder, sample_mode=True)
    secrets.use(told.secret_key(), told.master_keys())
    db.migrate(server.url)
    sample.fill(told)
    return told


def measure(server: Server, settings: Settings) -> Iterator[Measured]:
    bind = db.engine(server.url)
    trials = Trials(bind, settings)
    sheet, actor = a_roster(bind)
    with measured("trial", server) as step:
        token = trials.hand_in(sheet, actor, to_the_end=True).token
    yield step
    with measured("marked", server) as marking, db.transaction(bind) as session:
        upload = uploads.find(session, actor, token)
        marked_workbook(upload, uploads.content(session, upload.id), "zh")
    with measured("import", server) as step:
        trials.go_on(upload, actor, to_the_end=True)
    yield from (step, marking)
    with db.transaction(bind) as session:
        stands = uploads.find(session, actor, token)
    if stands.state != "imported" or stands.result["accepted"] != ROWS:
        raise RuntimeError(f"the workbook was not imported: {stands.state}")
    bind.dispose()


def a_roster(bind: Engine) -> tuple[HandedIn, Actor]:
    """50,000 learners for a class of the sample programme, made in a process of its own."""
    with Session(bind) as session:
        actor = actors(session)[PROVIDER]
        klass = class_of(session, find(session, actor, PROJECT).id, 1)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as beside:
        data = beside.submit(written, klass.opens_on).result()
    book = Workbook("五万人花名册.xlsx", data)
    return HandedIn("roster", klass.id, book.filename, book.data, book.sha256), actor


def written(opens: date) -> bytes:
    return sample_roster(opens, ROWS, seed=50)


@contextmanager
def measured(name: str, server: Server) -> Iterator[Measured]:
    step, listener = Measured(name), Listener()
    room = logging.getLogger("templates.sheets.reading_room")
    room.addHandler(listener)
    room.setLevel(logging.INFO)
    Path("/proc/self/clear_refs").write_text("5")  # the kernel forgets the peak so far
    began = time.monotonic()
    yield step
    step.seconds = time.monotonic() - began
    room.removeHandler(listener)
    step.peaks = {"web": peak_of("self"), "reader": listener.peak, "database": of_backends(server)}


def of_backends(server: Server) -> int:
    """The largest process of the database; shared memory counts in each."""
    pid = int((server.seat.cluster / "postmaster.pid").read_text().splitlines()[0])
    return max(peak_of(str(one.pid)) for one in psutil.Process(pid).children())


def peak_of(process: str) -> int:
    """Megabytes resident at the peak (Linux)."""
    told = Path(f"/proc/{process}/status").read_text("ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", told)[1]) // 1024  # type: ignore[index]


if __name__ == "__main__":
    sys.exit(main())
