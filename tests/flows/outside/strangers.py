"""A virus scanner and a training register on loopback, as the real ones would answer."""

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer, StreamRequestHandler, ThreadingTCPServer
from threading import Thread

# The harmless file that every scanner knows, in pieces, so that no scanner takes this one away.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!" + b"$H+H*"


@contextmanager
def serving(server: BaseServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Clamd(StreamRequestHandler):
    def handle(self) -> None:
        """One INSTREAM: pieces with their lengths, then the verdict."""
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        server = self.server
        assert isinstance(server, Clamd)
        server.seen.append(content)
        self.wfile.write(server.verdict(content) + b"\0")


class Clamd(ThreadingTCPServer):
    """Finds the harmless test file, or answers what it was told to. `seen` holds all it read."""

    allow_reuse_address = True

    def __init__(self, answer: bytes = b"") -> None:
        super().__init__(("127.0.0.1", 0), _Clamd)
        self.seen: list[bytes] = []
        self._answer = answer

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def verdict(self, content: bytes) -> bytes:
        found = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
        return self._answer or found


class _Register(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Read the form, and answer the same to a repeat of the same key."""
        server = self.server
        assert isinstance(server, Register)
        body = self.rfile.read(int(self.headers["content-length"]))
        key = self.headers["idempotency-key"]
        server.asked.append((key, self.headers.get("authorization", "")))
        if key not in server.kept:
            server.kept[key] = _workbook(self.headers["content-type"], body)
        status, said = server.answer(key)
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """A test says what it has to say itself."""


def _workbook(kind: str, body: bytes) -> bytes:
    whole = b"content-type: " + kind.encode() + b"\r\n\r\n" + body
    (part,) = BytesParser(policy=HTTP).parsebytes(whole).iter_parts()
    assert part.get_param("name", header="content-disposition") == "workbook"
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


class Register(ThreadingHTTPServer):
    """Numbers every class, or gives the answers it was told to, one after another, then numbers."""

    def __init__(self, *answers: tuple[int, object]) -> None:
        super().__init__(("127.0.0.1", 0), _Register)
        self.kept: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []
        self._answers = list(answers)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/classes"

    def answer(self, key: str) -> tuple[int, object]:
        if self._answers:
            return self._answers.pop(0)
        number = f"SH-{list(self.kept).index(key) + 1:04}"
        return 201, {"number": number, "registered_on": "2026-04-09"}
