"""The house's own mail server: takes every letter, sends none on, keeps all in a Maildir.

Run as `python -m flows.outside.mailbox --host 127.0.0.1 --port 2525 --maildir DIR`. It prints one
line when it is ready and ends on SIGTERM after the letters in hand are kept and answered.
"""

import argparse
import asyncio
import logging
import mailbox
import os
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from email import message_from_binary_file, message_from_bytes
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

ARRIVAL = "X-Duban-Arrival"
"""Counts the arrivals of one Message-ID: 1, and 2 or more for a repeat after a lost answer."""

_TAKEN = "250 2.0.0 kept"
_LATER = "451 4.3.0 the mailbox cannot be written, try again later"
_LAST_ANSWERS_SECONDS = 0.2


class Keeper:
    """Keeps letters: the answer 250 is given after the letter has reached the disk."""

    def __init__(self, folder: Path) -> None:
        """Open or make the Maildir and learn what has arrived before. Raises OSError."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._maildir = mailbox.Maildir(folder, create=True)
        self._arrivals = Counter(_known_ids(folder))
        self._turn = asyncio.Lock()

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002  aiosmtpd's signature
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        """Keep one letter and answer for it."""
        content = envelope.original_content or b""
        async with self._turn:
            try:
                await asyncio.to_thread(self._keep, content, envelope.rcpt_tos)
            except OSError:
                logging.getLogger(__name__).exception("a letter could not be kept")
                return _LATER
        return _TAKEN

    async def at_rest(self) -> None:
        """Wait until the letter in hand is kept."""
        async with self._turn:
            pass

    def _keep(self, content: bytes, recipients: Sequence[str]) -> None:
        key = _message_id(content)
        mark = f"{ARRIVAL}: {self._arrivals[key] + 1}\r\n"
        marks = mark + "".join(f"Delivered-To: {each}\r\n" for each in recipients)
        self._maildir.add(marks.encode("utf-8") + content)
        _sync(self._folder / "new")
        self._arrivals[key] += 1


def _known_ids(folder: Path) -> list[str]:
    paths = [path for room in ("new", "cur") for path in (folder / room).iterdir()]
    return [_message_id_of_file(path) for path in paths]


def _message_id_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return str(message_from_binary_file(file)["Message-ID"])


def _message_id(content: bytes) -> str:
    return str(message_from_bytes(content)["Message-ID"])


def _sync(folder: Path) -> None:
    """The letter's name is in the folder; without this a power cut could forget the name."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


async def serve(host: str, port: int, folder: Path) -> None:
    """Take letters until SIGTERM or SIGINT. Port 0 lets the system choose. Raises OSError."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    keeper = Keeper(folder)
    server = await loop.create_server(
        lambda: SMTP(keeper, hostname="localhost", ident="Duban mailbox", loop=loop), host, port
    )
    bound = server.sockets[0].getsockname()
    sys.stdout.write(f"mailbox ready on {bound[0]}:{bound[1]}\n")
    sys.stdout.flush()
    await stop.wait()
    server.close()
    await keeper.at_rest()
    # The answer to the last letter is on its way through aiosmtpd; an answer lost is a repeat.
    await asyncio.sleep(_LAST_ANSWERS_SECONDS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server; 0 after a signal, 1 with one clear line when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m flows.outside.mailbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--maildir", type=Path, required=True)
    given = parser.parse_args(arguments)
    try:
        asyncio.run(serve(given.host, given.port, given.maildir))
    except OSError as error:
        sys.stderr.write(f"mailbox cannot start on {given.host}:{given.port}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
