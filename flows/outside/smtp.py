"""The real postman: SMTP by aiosmtplib, every way of failing turned into one of four outcomes."""

import asyncio
import ssl
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from types import TracebackType
from typing import Self

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from flows.outside.ports import Delivery, Envelope, Outcome, envelope_of
from flows.outside.smtp_url import SmtpServer, parse
from templates.letter_signature import LetterSigner

COMMAND_SECONDS = 30.0
FINAL_SECONDS = 600.0
"""RFC 5321 4.5.3.2.6: ten minutes for the answer to the final dot; less breeds duplicates."""

_CLOSING = 421
_REFUSING = range(500, 600)
_CREDENTIALS = frozenset({530, 534, 535, 538})
_NO_ROUTE_NOW = "5.4.4"
"""An enhanced code that says permanent and is not: name servers that fail for an hour give it."""
_TELL = ("NOTIFY=FAILURE,DELAY",)
"""RFC 3461: of success nobody need be told."""
# Header lines and bodies in 7 bits: nothing depends on what this server offers.
_SEVEN_BITS = WIRE.clone(cte_type="7bit")


class SmtpPostman:
    """Carries letters over one connection, made at the first letter and kept for the batch.

    When the server has dropped the idle connection meanwhile, one new one is made. Letters
    given at the same time wait for each other.
    """

    def __init__(
        self,
        url: str,
        *,
        command_seconds: float = COMMAND_SECONDS,
        final_seconds: float = FINAL_SECONDS,
        signer: LetterSigner | None = None,
    ) -> None:
        """Raises BadSmtpUrlError. `final_seconds` is the patience after the final dot."""
        self._signer = signer
        self._server = parse(url)
        self._command_seconds = command_seconds
        self._final_seconds = final_seconds
        self._client: aiosmtplib.SMTP | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Say goodbye if somebody still listens."""
        client, self._client = self._client, None
        if client is None or not client.is_connected:
            return
        try:
            await client.quit()
        except (SMTPException, OSError):
            pass  # every letter has its answer already
        finally:
            client.close()

    async def send(self, message: EmailMessage) -> Delivery:
        """Send one letter. Raises BadLetterError for our own mistakes, never for the server's."""
        envelope = envelope_of(message)
        content = message.as_bytes(policy=_SEVEN_BITS)
        if self._signer:
            content = await asyncio.to_thread(self._signer.sign, content)
        async with self._turn:
            return await self._send(envelope, content)

    async def _send(self, envelope: Envelope, content: bytes) -> Delivery:
        try:
            client = await self._address(envelope)
        except (SMTPException, OSError) as error:
            await self._forget_or_reset()
            return _before_data(error)
        try:
            answer = await client.data(content, timeout=self._final_seconds)
        except SMTPResponseException as error:
            await self._forget_or_reset()
            return _by_code(error.code, error.message)
        except (SMTPException, OSError) as error:
            self._forget()
            return Delivery(Outcome.UNKNOWN, _words(error))
        return Delivery(Outcome.ACCEPTED, answer.message, answer.code)

    async def _address(self, envelope: Envelope) -> aiosmtplib.SMTP:
        """A connection whose server has agreed to sender and recipient."""
        kept = self._client is not None and self._client.is_connected
        try:
            return await self._agree(envelope)
        except SMTPServerDisconnected:
            if not kept:
                raise
        except SMTPResponseException as error:
            if not kept or error.code != _CLOSING:
                raise
        self._forget()
        return await self._agree(envelope)

    async def _agree(self, envelope: Envelope) -> aiosmtplib.SMTP:
        client = await self._connected()
        reports = client.supports_extension("dsn")
        about = [f"ENVID={envelope.id}", "RET=HDRS"] if reports and envelope.id else []
        await client.mail(envelope.sender, options=about)
        await client.rcpt(envelope.recipient, options=_TELL if reports else [])
        return client

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is None or not self._client.is_connected:
            self._client = await _connect(self._server, self._command_seconds)
        return self._client

    async def _forget_or_reset(self) -> None:
        """Clear the server's half-written envelope, so that the next letter starts clean."""
        try:
            if self._client is not None and self._client.is_connected:
                await self._client.rset()
        except (SMTPException, OSError):
            self._forget()

    def _forget(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


async def _connect(server: SmtpServer, seconds: float) -> aiosmtplib.SMTP:
    starttls = {"starttls": True, "starttls_if_offered": None}.get(server.security, False)
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        local_hostname=server.helo,
        timeout=seconds,
        use_tls=server.security == "tls",
        start_tls=starttls,
        tls_context=server.tls_context(),
    )
    await client.connect()
    if client.is_ehlo_or_helo_needed:
        await _greet(client)
    return client


async def _greet(client: aiosmtplib.SMTP) -> None:
    """Ask what the server can do, before the first letter; old ones only take HELO."""
    try:
        await client.ehlo()
    except SMTPHeloError:
        await client.helo()


def _before_data(error: SMTPException | OSError) -> Delivery:
    """The server has no body yet, so nothing is unknown."""
    match error:
        case SMTPAuthenticationError() | SMTPSenderRefused() | SMTPHeloError():
            ours = error.code in _REFUSING
            return Delivery(Outcome.DEFERRED, error.message, error.code, alarm=ours)
        case SMTPConnectError() | SMTPServerDisconnected() | SMTPTimeoutError():
            code = error.code if isinstance(error, SMTPResponseException) else None
            badly_set = isinstance(error.__cause__, ssl.SSLError)
            return Delivery(Outcome.DEFERRED, _words(error), code, alarm=badly_set)
        case SMTPResponseException():
            return _by_code(error.code, error.message)
        case _:
            # No common AUTH method, no STARTTLS where it is demanded, a certificate not trusted.
            return Delivery(Outcome.DEFERRED, _words(error), alarm=True)


def _by_code(code: int, answer: str) -> Delivery:
    if code in _CREDENTIALS:
        return Delivery(Outcome.DEFERRED, answer, code, alarm=True)
    refused = code in _REFUSING and not answer.startswith(_NO_ROUTE_NOW)
    return Delivery(Outcome.REFUSED if refused else Outcome.DEFERRED, answer, code)


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
