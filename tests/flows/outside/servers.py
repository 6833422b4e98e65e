"""Real SMTP servers on loopback for the stories, one misbehaviour each."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


def a_letter(key: str = "1", to: str = "reviewer@district.example.invalid") -> EmailMessage:
    """A small letter in Chinese."""
    message = EmailMessage()
    message["From"] = "duban@office.example.invalid"
    message["To"] = to
    message["Subject"] = "请审核培训方案"
    message["Message-ID"] = f"<{key}@duban.example.invalid>"
    message.set_content("您好：\n请审核。\n")
    return message


class Server:
    """Takes everything. `taken` holds each body that the server has read to its end."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.recipients: list[str] = []
        self.sessions: list[SMTP] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope.original_content or b"")
        self.recipients += envelope.rcpt_tos
        return await self.answer()

    async def answer(self) -> str:
        return "250 2.0.0 queued"

    def hang_up(self) -> None:
        for each in self.sessions:
            if isinstance(each.transport, asyncio.Transport):
                each.transport.abort()


class RefusesRecipients(Server):
    """Answers RCPT with the lines given, one after another, then agrees."""

    def __init__(self, *lines: str) -> None:
        super().__init__()
        self.lines = list(lines)

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        *rest: str,
    ) -> str:
        if self.lines:
            return self.lines.pop(0)
        envelope.rcpt_tos.append(rest[0])
        return "250 2.1.5 ok"


class RefusesSenders(Server):
    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line

    async def handle_MAIL(self, *_: object) -> str:  # noqa: N802
        return self.line


class AnswersData(Server):
    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line

    async def answer(self) -> str:
        return self.line


class HangsAfterData(Server):
    async def answer(self) -> str:
        await asyncio.Event().wait()
        raise AssertionError


class DropsAfterData(HangsAfterData):
    async def answer(self) -> str:
        self.hang_up()
        return await super().answer()


class DropsBeforeData(HangsAfterData):
    async def handle_MAIL(self, *_: object) -> str:  # noqa: N802
        self.hang_up()
        return await self.answer()


@asynccontextmanager
async def listening(
    handler: Server,
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    password: bool = False,
) -> AsyncIterator[int]:
    """Serve on a free loopback port and give its number; `password`: ask for one, take none."""
    loop = asyncio.get_running_loop()

    def one_session() -> SMTP:
        session = SMTP(
            handler,
            loop=loop,
            hostname="localhost",
            tls_context=starttls,
            authenticator=_nobody if password else None,
            auth_require_tls=False,
        )
        handler.sessions.append(session)
        return session

    server = await loop.create_server(one_session, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        handler.hang_up()
        await _ended(handler)


def _nobody(*_: object) -> AuthResult:
    return AuthResult(success=False, handled=False)


async def _ended(handler: Server) -> None:
    tasks = [each._handler_coroutine for each in handler.sessions]
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


class OffersReports:
    """Takes everything, offers DSN (RFC 3461), and keeps the commands as they came."""

    def __init__(self, *, ehlo: bool = True) -> None:
        self.ehlo = ehlo
        self.commands: list[str] = []

    async def speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 localhost\r\n")
        while line := (await reader.readline()).decode().strip():
            self.commands.append(line)
            verb = line[:4].upper()
            if verb == "QUIT":
                break
            writer.write(self._answer(verb))
            if verb == "DATA":
                while (await reader.readline()) != b".\r\n":
                    pass
                writer.write(b"250 2.0.0 queued\r\n")
        writer.write(b"221 bye\r\n")
        await writer.drain()
        writer.close()

    def _answer(self, verb: str) -> bytes:
        if verb == "EHLO":
            return b"250-localhost\r\n250 DSN\r\n" if self.ehlo else b"502 what?\r\n"
        return b"354 go on\r\n" if verb == "DATA" else b"250 ok\r\n"


@asynccontextmanager
async def offering(server: OffersReports) -> AsyncIterator[int]:
    """Serve on a free loopback port and give its number."""
    listener = await asyncio.start_server(server.speak, "127.0.0.1", 0)
    async with listener:
        yield listener.sockets[0].getsockname()[1]
