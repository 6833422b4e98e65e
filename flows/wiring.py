"""What the flows of this process work with, handed in once at process start.

Never in a flow's parameters: Prefect keeps those in clear.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event

from sqlalchemy import Engine

from flows.outside.clamd import ClamdScanner
from flows.outside.hub import FolderHub, HttpHub
from flows.outside.null import NullRegister, NullScanner
from flows.outside.ports import CertificateHub, Postman, Scanner, TrainingRegister
from flows.outside.register import FolderRegister, HttpRegister
from flows.outside.smtp import SmtpPostman
from states.records import db
from states.records.embedded import running
from states.records.folder import kept_port, maildir_at
from states.rules.patience import USUAL, Patience, patience_from
from states.settings import Settings
from templates.letter_signature import LetterSigner, signer_of
from templates.sheets.aggregation import AggregationLayout, aggregation_layout, layout_from

COMMAND_SECONDS, FINAL_SECONDS = 20.0, 60.0
"""How long one letter may take at most; the lease of a letter is longer than both together."""


def utc_now() -> datetime:
    """The machine's own clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Wiring:
    """Database, foreign systems, what they are told, and the wish of the process to end.

    `patience` and `machine_now` say when a letter is tried again.
    """

    settings: Settings
    bind: Engine
    postman: Callable[[], Postman]
    hub: CertificateHub
    scanner: Scanner = field(default_factory=NullScanner)
    register: TrainingRegister = field(default_factory=NullRegister)
    layout: AggregationLayout = field(default_factory=aggregation_layout)
    patience: Patience = USUAL
    machine_now: Callable[[], datetime] = utc_now
    stopping: Event = field(default_factory=Event)


class NotWired(RuntimeError):
    """A process that runs flows did not say what they work with."""


class NoDatabase(RuntimeError):
    """DUBAN_DATABASE_URL is not set, and no `duban run` keeps a database in the data folder."""


_held: list[Wiring] = []


def use(wiring: Wiring) -> None:
    """Keep the wiring for this process; a later call replaces it."""
    _held[:] = [wiring]


def wired() -> Wiring:
    """The wiring. Raises NotWired."""
    if not _held:
        raise NotWired(NotWired.__doc__)
    return _held[0]


def wire(settings: Settings) -> Wiring:
    """The real parts that the settings name.

    Raises NoDatabase, BadSmtpUrlError, BadRegistryUrlError, BadHubUrlError, UnusableLayout,
    BadPatienceError, NoMaildir, UnusableDkimKey.
    """
    mail, signer = smtp_url(settings), letter_signer(settings)

    def postman() -> Postman:
        return SmtpPostman(
            mail, command_seconds=COMMAND_SECONDS, final_seconds=FINAL_SECONDS, signer=signer
        )

    postman()
    patience = patience_from(settings.mail_retries, settings.mail_give_up)
    maildir_at(settings.bounces)
    register, hub = training_register(settings), certificate_hub(settings)
    layout = layout_from(settings.aggregation_layout)
    bind = db.engine(database_url(settings), pool_size=5)
    scanner = virus_scanner(settings)
    return Wiring(settings, bind, postman, hub, scanner, register, layout, patience)


def letter_signer(settings: Settings) -> LetterSigner | None:
    """Signs letters where a key is named. Raises UnusableDkimKey."""
    return signer_of(
        settings.dkim_key,
        settings.dkim_selector,
        settings.dkim_domain,
        sender=settings.mail_from,
    )


def virus_scanner(settings: Settings) -> Scanner:
    """ClamAV's daemon where one is named; without it files say that nobody looked."""
    return ClamdScanner(settings.clamd) if settings.clamd else NullScanner()


def training_register(settings: Settings) -> TrainingRegister:
    """The city's system where its address is known, else a folder. Raises BadRegistryUrlError."""
    if not settings.registry_url:
        return FolderRegister(settings.registry_dir)
    token = settings.registry_token
    return HttpRegister(settings.registry_url, token.get_secret_value() if token else "")


def certificate_hub(settings: Settings) -> CertificateHub:
    """证书归集 where its address is known, else a folder. Raises BadHubUrlError."""
    if not settings.hub_url:
        return FolderHub(settings.hub_dir)
    token = settings.hub_token
    return HttpHub(settings.hub_url, token.get_secret_value() if token else "")


def database_url(settings: Settings) -> str:
    """Where the database is: as set, or the embedded server of the data folder."""
    if settings.database_url:
        return settings.database_url.get_secret_value()
    server = running(settings.data_dir)
    if server is None:
        raise NoDatabase(NoDatabase.__doc__)
    return server.url


def smtp_url(settings: Settings) -> str:
    """Where the mail goes: as set, or the catch-all mailbox of the data folder."""
    if settings.smtp_url:
        return settings.smtp_url.get_secret_value()
    return f"smtp://127.0.0.1:{kept_port(settings.data_dir, 'mailbox')}"


def host() -> str:
    """This machine's name, for heartbeats and tags."""
    return socket.gethostname()
