"""A virus scanner, a register and a hub on loopback, as the real ones would answer."""

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
    return _form(kind, body)["workbook"]


def _form(kind: str, body: bytes) -> dict[str, bytes]:
    """The parts of a form by their names."""
    whole = b"content-type: " + kind.encode() + b"\r\n\r\n" + body
    parts = {}
    for part in BytesParser(policy=HTTP).parsebytes(whole).iter_parts():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        parts[str(part.get_param("name", header="content-disposition"))] = content
    return parts


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


class _Hub(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Keep a batch once for each key; a second content for a code changes nothing."""
        server = self._server()
        body = self.rfile.read(int(self.headers["content-length"]))
        form = _form(self.headers["content-type"], body)
        server.asked.append((self.headers["idempotency-key"], self.headers["authorization"]))
        status, said = server.answers.pop(0) if server.answers else (201, b"{}")
        if status < 300:
            server.kept.setdefault(form["batch"].decode(), form["workbook"])
        self._say(status, said)

    def do_GET(self) -> None:
        """The receipt of /batches/<code>/receipt: 202 while there is none, 404 for a stranger."""
        server = self._server()
        *_, code, last = self.path.split("/")
        assert last == "receipt"
        if server.answers:
            self._say(*server.answers.pop(0))
        elif code in server.receipts:
            self._say(200, server.receipts[code], server.kind)
        else:
            self._say(202 if code in server.kept else 404, b"")

    def _server(self) -> "Hub":
        assert isinstance(self.server, Hub)
        return self.server

    def _say(self, status: int, content: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """A test says what it has to say itself."""


class Hub(ThreadingHTTPServer):
    """Takes batches and gives receipts back, or the answers that it was told to, before that."""

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Hub)
        self.answers = list(answers)
        self.kept: dict[str, bytes] = {}
        self.receipts: dict[str, bytes] = {}
        self.kind = "text/csv; charset=utf-8"
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/batches"
