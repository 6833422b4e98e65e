"""A mail server that drops, hangs and defers at random, in a process of its own.

`python -m tests.flows.hostile_server --seed 7 --log FILE` prints its port. Every letter that it has
kept becomes a line of the log before anything is answered: the Message-ID, and `answered` or not.
"""

import argparse
import asyncio
import os
import random
import sys
from contextlib import suppress
from email import message_from_bytes

HANG_SECONDS = 30.0
MOODS = {
    "drop before DATA": 4,
    "hang before DATA": 2,
    "defer the recipient": 5,
    "drop after DATA": 4,
    "hang after DATA": 3,
    "defer after DATA": 4,
    "keep and drop": 1,
    "take": 77,
}
"""In hundredths. A hang is ended by the kill of the one who waits, as a rule."""


class Hostile:
    """Speaks SMTP with anybody, in a new mood for each letter."""

    def __init__(self, seed: int, log: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311  a story to be played again
        self._log = log

    async def speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await self._converse(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _say(writer, "220 hostile")
        mood = "take"
        while line := (await reader.readline()).decode().strip().upper():
            match line[:4]:
                case "MAIL":
                    mood = self._mood()
                    await _say(writer, "250 ok")
                case "RCPT":
                    if not await _recipient(mood, writer):
                        return
                case "DATA":
                    await _say(writer, "354 go on")
                    body = await reader.readuntil(b"\r\n.\r\n")
                    if not await self._body(mood, body, writer):
                        return
                case "QUIT":
                    await _say(writer, "221 bye")
                    return
                case _:
                    await _say(writer, "250 ok")

    async def _body(self, mood: str, body: bytes, writer: asyncio.StreamWriter) -> bool:
        if mood == "drop after DATA":
            writer.transport.abort()
            return False
        if mood == "defer after DATA":
            await _say(writer, "452 4.3.1 full, come again")
            return True
        self._keep(body, answered=mood != "keep and drop")
        if mood == "keep and drop":
            writer.transport.abort()
            return False
        if mood == "hang after DATA":
            await asyncio.sleep(HANG_SECONDS)
        await _say(writer, "250 2.0.0 kept")
        return True

    def _keep(self, body: bytes, *, answered: bool) -> None:
        message = message_from_bytes(body)
        said = "answered" if answered else "dropped"
        os.write(self._log, f"{message['Message-ID']} {message['To']} {said}\n".encode())

    def _mood(self) -> str:
        return self._dice.choices(list(MOODS), weights=list(MOODS.values()))[0]


async def _recipient(mood: str, writer: asyncio.StreamWriter) -> bool:
    if mood == "drop before DATA":
        writer.transport.abort()
        return False
    if mood == "hang before DATA":
        await asyncio.sleep(HANG_SECONDS)
    await _say(writer, "451 4.7.1 greylisted" if mood == "defer the recipient" else "250 ok")
    return True


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(f"{line}\r\n".encode())
    await writer.drain()


async def serve(seed: int, log: str) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    hostile = Hostile(seed, handle)
    server = await asyncio.start_server(hostile.speak, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--log", required=True)
    given = parser.parse_args()
    asyncio.run(serve(given.seed, given.log))
