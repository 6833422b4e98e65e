"""Keeps child processes alive: starts, watches, restarts with back-off, and stops them in order."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

# Seconds. A child that lived for a minute is taken for healthy: its next restart is at once again.
_FIRST_PAUSE, _LONGEST_PAUSE, _HEALTHY_AFTER = 0.5, 30.0, 60.0
_LONG_LOG = 10_000_000  # bytes
_PROBE_EVERY, _MAY_TAKE_TO_STOP = 0.1, 10.0


@dataclass(frozen=True)
class Part:
    """One child: a Python module with its arguments, and the port that shows it is ready."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    port: int | None = None
    host: str = "127.0.0.1"
    url: str | None = None


@dataclass
class Child:
    """What is known of a part now; the file `run.json` shows it to others."""

    part: Part
    state: str = "waiting"
    pid: int | None = None
    born: float | None = None
    restarts: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def shown(self) -> dict[str, object]:
        """The entry in run.json; never holds a secret."""
        return {
            "state": self.state,
            "pid": self.pid,
            "born": self.born,
            "restarts": self.restarts,
            "port": self.part.port,
            "url": self.part.url,
        }


class Supervisor:
    """Runs parts until told to stop. `say(name, state, detail)` is called at each change."""

    def __init__(self, data_dir: Path, say: Callable[[str, str, str], None]) -> None:
        self.children: dict[str, Child] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._data_dir = data_dir
        self._say = say
        self._strangers: dict[str, dict[str, object]] = {}

    def start(self, part: Part) -> Child:
        """Begin to keep one part alive."""
        child = self.children[part.name] = Child(part)
        self._tasks[part.name] = asyncio.create_task(self._keep(child), name=part.name)
        return child

    async def stop(self, *names: str) -> None:
        """Stop these parts at the same time and wait for their ends."""
        await asyncio.gather(*(self._end(name) for name in names if name in self._tasks))

    async def _keep(self, child: Child) -> None:
        pause = _FIRST_PAUSE
        while True:
            started = time.monotonic()
            code = await self._live_once(child)
            if time.monotonic() - started > _HEALTHY_AFTER:
                pause = _FIRST_PAUSE
            self._change(child, "restarting", f"exit {code}, {pause:g} s · {self._log(child)}")
            child.restarts += 1
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _live_once(self, child: Child) -> int:
        process = await self._spawn(child)
        probe = asyncio.create_task(self._watch_for_ready(child))
        try:
            return await process.wait()
        except asyncio.CancelledError:
            await _end_group(process)
            raise
        finally:
            probe.cancel()
            child.ready.clear()

    async def _spawn(self, child: Child) -> asyncio.subprocess.Process:
        with _fresh(self._log(child)).open("ab") as log:
            # A session of its own: Ctrl-C reaches only us, and we stop the parts in order.
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *child.part.command),
                env={**os.environ, "PYTHONUNBUFFERED": "1", **child.part.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        child.pid, child.born = process.pid, _born(process.pid)
        self._change(child, "starting", "")
        return process

    async def _watch_for_ready(self, child: Child) -> None:
        started = time.monotonic()
        if child.part.port is not None:
            await _answers(child.part.host, child.part.port)
        child.ready.set()
        where = child.part.url or f"pid {child.pid}"
        self._change(child, "ready", f"{where} · {time.monotonic() - started:.1f} s")

    async def _end(self, name: str) -> None:
        task = self._tasks.pop(name)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        self._change(self.children[name], "stopped", "")

    def _log(self, child: Child) -> Path:
        return self._data_dir / "logs" / f"{child.part.name}.log"

    def _change(self, child: Child, state: str, detail: str) -> None:
        child.state = state
        self._write()
        self._say(child.part.name, state, detail)

    def show(self, name: str, **entry: object) -> None:
        """Put into run.json what somebody else keeps alive (the database)."""
        if self._strangers.get(name) != entry:
            self._strangers[name] = entry
            self._write()

    def _write(self) -> None:
        """Tell other processes how things stand, all at once or not at all."""
        parts = {name: child.shown() for name, child in self.children.items()}
        draft = self._data_dir / ".run.json"
        shown = {"supervisor": os.getpid(), "parts": parts | self._strangers}
        draft.write_text(json.dumps(shown, indent=1))
        draft.replace(self._data_dir / "run.json")


def _fresh(log: Path) -> Path:
    """The log to append to; a long one is put aside first, so two files are kept at most."""
    log.parent.mkdir(exist_ok=True)
    if log.exists() and log.stat().st_size > _LONG_LOG:
        log.replace(log.with_suffix(".log.1"))
    return log


async def _answers(host: str, port: int) -> None:
    """Wait until somebody listens there."""
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            return await writer.wait_closed()
        await asyncio.sleep(_PROBE_EVERY)


async def _end_group(process: asyncio.subprocess.Process) -> None:
    """Ask the child to end, then make it and its own children end."""
    with suppress(ProcessLookupError):
        process.terminate()
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), _MAY_TAKE_TO_STOP)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _born(pid: int) -> float | None:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None


def end_leftovers(data_dir: Path) -> list[str]:
    """End the parts that a killed run left behind; answers their names.

    A number alone proves nothing (it may be a stranger's by now): the moment of birth must fit.
    """
    file = data_dir / "run.json"
    if not file.exists():
        return []
    parts: dict[str, dict[str, float]] = json.loads(file.read_text())["parts"]
    left = {name: _same_process(part) for name, part in parts.items()}
    found = {name: process for name, process in left.items() if process}
    family = [p for process in found.values() for p in (process, *_descendants(process))]
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(family, timeout=_MAY_TAKE_TO_STOP)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    file.unlink()
    return list(found)


def _same_process(part: Mapping[str, float]) -> psutil.Process | None:
    # The database has no birth here: it is adopted, not ended. A part that waits has no number.
    with suppress(psutil.Error, TypeError, KeyError):
        process = psutil.Process(int(part["pid"]))
        if abs(process.create_time() - part["born"]) < 1:
            return process
    return None


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
