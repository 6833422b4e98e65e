"""The supervisor: parts come back after a kill, stop when asked, and leave nobody behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from api.supervisor import Part, Supervisor, end_leftovers
from states.records.folder import kept_port


class _Diary:
    """What the supervisor said, and a way to wait for a line of it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._written: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def write(self, name: str, state: str, _detail: str) -> None:
        self.lines.append(f"{name} {state}")
        self._written[self.lines[-1]].set()

    async def has(self, line: str) -> None:
        await self._written[line].wait()


_Story = Callable[[Supervisor, _Diary], Awaitable[None]]


def _a_web_part(folder: Path) -> Part:
    port = kept_port(folder, "web")
    command = ("http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder))
    return Part("web", command, {}, port=port, url=f"http://127.0.0.1:{port}")


@asynccontextmanager
async def _supervised(folder: Path, diary: _Diary) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(folder, diary.write)
    yield supervisor
    await supervisor.stop(*supervisor.children)


def _play(folder: Path, story: _Story) -> list[str]:
    diary = _Diary()

    async def scene() -> None:
        async with asyncio.timeout(30), _supervised(folder, diary) as supervisor:
            await story(supervisor, diary)

    asyncio.run(scene())
    return diary.lines


def test_a_part_is_ready_when_its_port_answers(tmp_path: Path) -> None:
    async def story(supervisor: Supervisor, diary: _Diary) -> None:
        supervisor.start(_a_web_part(tmp_path))
        await diary.has("web ready")
        shown = json.loads((tmp_path / "run.json").read_text())["parts"]["web"]
        assert shown["state"] == "ready"
        assert psutil.pid_exists(shown["pid"])

    assert _play(tmp_path, story) == ["web starting", "web ready", "web stopped"]


def test_a_killed_part_comes_back_under_another_number(tmp_path: Path) -> None:
    async def story(supervisor: Supervisor, diary: _Diary) -> None:
        web = supervisor.start(_a_web_part(tmp_path))
        await web.ready.wait()
        first = web.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await diary.has("web restarting")
        await web.ready.wait()
        assert web.pid != first

    assert "web restarting" in _play(tmp_path, story)


def test_the_words_of_a_part_that_cannot_start_are_in_its_log(tmp_path: Path) -> None:
    async def story(supervisor: Supervisor, diary: _Diary) -> None:
        supervisor.start(Part("odd", ("no_such_module",), {}))
        await diary.has("odd restarting")

    _play(tmp_path, story)
    assert "No module named no_such_module" in (tmp_path / "logs" / "odd.log").read_text()


def test_what_a_killed_run_left_is_ended_and_strangers_are_not(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "input()"]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE) as left,
        subprocess.Popen(command, stdin=subprocess.PIPE) as stranger,
    ):
        parts = {
            "web": {"pid": left.pid, "born": psutil.Process(left.pid).create_time()},
            "worker": {"pid": stranger.pid, "born": 1.0},
            "mailbox": {"pid": None, "born": None},
            "postgres": {"pid": stranger.pid},
        }
        (tmp_path / "run.json").write_text(json.dumps({"parts": parts}))
        assert end_leftovers(tmp_path) == ["web"]
        assert not psutil.pid_exists(left.pid)
        assert stranger.poll() is None
        stranger.kill()
    assert end_leftovers(tmp_path) == []
