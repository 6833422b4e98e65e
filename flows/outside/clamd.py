"""A virus scanner of one's own: ClamAV's daemon over TCP, which sees the bytes and keeps none."""

import socket
import struct
from collections.abc import Iterator
from typing import Final

from flows.outside.ports import Scan, ScannerUnavailableError

_CHUNK: Final = 64 * 1024
_LONGEST_ANSWER: Final = 4096


class ClamdScanner:
    """Speaks INSTREAM to `address` ("host:port"); nothing has to be readable by the daemon."""

    def __init__(self, address: str, *, seconds: float = 60.0) -> None:
        host, _, port = address.rpartition(":")
        self._place, self._seconds = (host, int(port)), seconds

    def scan(self, content: bytes) -> Scan:
        """Send one file and read the verdict. Raises ScannerUnavailableError."""
        try:
            with socket.create_connection(self._place, timeout=self._seconds) as line:
                for part in _spoken(content):
                    line.sendall(part)
                return _verdict(_answer(line))
        except OSError as error:
            raise ScannerUnavailableError(type(error).__name__) from error


def _spoken(content: bytes) -> Iterator[bytes]:
    """The command, the content in pieces with their lengths, and a piece of no length."""
    yield b"zINSTREAM\0"
    for at in range(0, len(content), _CHUNK):
        piece = content[at : at + _CHUNK]
        yield struct.pack("!I", len(piece)) + piece
    yield struct.pack("!I", 0)


def _answer(line: socket.socket) -> str:
    """What it says up to the zero byte, or to the end of the line."""
    said = b""
    while b"\0" not in said and len(said) < _LONGEST_ANSWER and (more := line.recv(1024)):
        said += more
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(said: str) -> Scan:
    if said.endswith(": OK"):
        return Scan.CLEAN
    if said.endswith(" FOUND"):
        return Scan.INFECTED
    # Too large, out of memory, or cut off: nobody has looked.
    raise ScannerUnavailableError("no verdict")
