"""The house's own mailbox keeps every letter on disk before it says so."""

import asyncio
import mailbox
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from flows.outside.mailbox import ARRIVAL, Keeper, main
from flows.outside.ports import Delivery, Outcome
from flows.outside.smtp import SmtpPostman
from tests.flows.outside.servers import a_letter


@contextmanager
def _running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-m", "flows.outside.mailbox", "--port", "0"]
    with subprocess.Popen(
        [*command, "--maildir", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready.startswith("mailbox ready on 127.0.0.1:")
        try:
            yield process, int(ready.rpartition(":")[2])
        finally:
            process.kill()


def _send(port: int, *keys: str) -> list[Delivery]:
    async def story() -> list[Delivery]:
        async with SmtpPostman(f"smtp://127.0.0.1:{port}") as postman:
            return [await postman.send(a_letter(key)) for key in keys]

    return asyncio.run(story())


def _kept(folder: Path) -> list[tuple[str, str]]:
    letters = mailbox.Maildir(folder, create=False)
    return sorted((str(each["Message-ID"]), str(each[ARRIVAL])) for each in letters)


def test_a_kept_letter_outlives_a_killed_mailbox_and_a_repeat_is_marked(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "mail"
    with _running(folder) as (process, port):
        deliveries = _send(port, "a", "b")
        process.send_signal(signal.SIGKILL)
    assert {each.outcome for each in deliveries} == {Outcome.ACCEPTED}
    with _running(folder) as (_, port):
        _send(port, "a", "c")
    assert _kept(folder) == [
        ("<a@duban.example.invalid>", "1"),
        ("<a@duban.example.invalid>", "2"),
        ("<b@duban.example.invalid>", "1"),
        ("<c@duban.example.invalid>", "1"),
    ]


def test_a_mailbox_ends_quietly_when_it_is_asked_to(tmp_path: Path) -> None:
    with _running(tmp_path / "mail") as (process, port):
        _send(port, "a")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_port_that_is_taken_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--port", str(port), "--maildir", str(tmp_path / "mail")]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"mailbox cannot start on 127.0.0.1:{port}: ")
    assert said.count("\n") == 1


def test_a_letter_that_cannot_be_kept_is_to_come_again(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "mail")
    (tmp_path / "mail" / "tmp").rmdir()
    (tmp_path / "mail" / "tmp").write_text("in the way")

    letter = Envelope()
    letter.original_content = a_letter().as_bytes()

    async def story() -> str:
        loop = asyncio.get_running_loop()
        return await keeper.handle_DATA(SMTP(keeper, loop=loop), Session(loop), letter)

    assert asyncio.run(story()).startswith("451 ")
