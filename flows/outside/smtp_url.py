"""Where the mail server is and how to speak with it, read from one URL."""

import ssl
from dataclasses import dataclass, field
from functools import cache
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

Security = Literal["plain", "starttls", "starttls_if_offered", "tls"]
_OPTIONS = frozenset({"starttls", "verify", "ca", "helo"})
_DEFAULT_PORTS = {"smtp": 25, "smtps": 465}


class BadSmtpUrlError(ValueError):
    """The mail server is written smtp[s]://[user:password@]host[:port][?starttls=1]."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """One mail server. The password is kept out of every repr, and so out of logs."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    verify: bool = True
    ca: str | None = None
    helo: str = "localhost"

    def tls_context(self) -> ssl.SSLContext | None:
        """TLS 1.2 or later, verified unless the URL says verify=0. None for plain SMTP."""
        return None if self.security == "plain" else _context(self.ca, verify=self.verify)


@cache
def _context(ca: str | None, *, verify: bool) -> ssl.SSLContext:
    """Made once: reading all authorities of the machine takes longer than sending a letter."""
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def parse(url: str) -> SmtpServer:
    """Read smtp://user:pw@host:port?starttls=1 (or smtps://).

    starttls: 1 demanded, 0 never; unsaid, it is taken when offered, and demanded when there is
    a password. verify=0 skips the certificate, ca=FILE trusts that authority, helo=NAME greets so.
    Raises BadSmtpUrlError, whose text never holds the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadSmtpUrlError(BadSmtpUrlError.__doc__) from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.path not in {"", "/"}:
        raise BadSmtpUrlError(BadSmtpUrlError.__doc__)
    options = _options(parts)
    return SmtpServer(
        host=parts.hostname,
        port=port or _DEFAULT_PORTS[parts.scheme],
        security=_security(parts, options),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        verify=_switch(options, "verify") is not False,
        ca=options.get("ca"),
        helo=options.get("helo", "localhost"),
    )


def _options(parts: SplitResult) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = options.keys() - _OPTIONS
    if unknown:
        raise BadSmtpUrlError(f"unknown option in the mail server's URL: {min(unknown)}")
    return options


def _switch(options: dict[str, str], name: str) -> bool | None:
    if name not in options:
        return None
    if options[name] not in {"0", "1"}:
        raise BadSmtpUrlError(f"{name} is 0 or 1")
    return options[name] == "1"


def _security(parts: SplitResult, options: dict[str, str]) -> Security:
    starttls = _switch(options, "starttls")
    if parts.scheme == "smtps":
        return "tls"
    if starttls is None:
        # A password must not depend on what an unverified greeting offers.
        return "starttls" if parts.password else "starttls_if_offered"
    return "starttls" if starttls else "plain"
