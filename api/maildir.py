"""Shows what was mailed: reads the Maildir of the house's mailbox, knows no SMTP, marks nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.headerregistry import BaseHeader
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default as modern
from email.utils import parsedate_to_datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

HTML_POLICY: Final = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""Content-Security-Policy to serve `MailView.html` with, if it is served as a page of its own."""

SANDBOX: Final = "allow-popups allow-popups-to-escape-sandbox"
"""Value of `<iframe sandbox=…>`: no script, no forms, no origin; a link opens a new window."""

_ARRIVAL = "X-Duban-Arrival"
_KEY = re.compile(r"[A-Za-z0-9][\w.,=:+\-]*")
_LINK = re.compile(r"https?://[^\s<>\"]+")
_REMEMBERED = 20_000


class NoSuchMailError(LookupError):
    """There is no such mail in the mailbox."""


@dataclass(frozen=True, slots=True)
class MailSummary:
    """One line of the list. `arrival` above 1 marks a repeat of the same Message-ID."""

    key: str
    subject: str
    to: str
    date: datetime | None
    arrival: int

    @property
    def is_repeat(self) -> bool:
        """Whether this letter had arrived before (its first answer was lost)."""
        return self.arrival > 1


@dataclass(frozen=True, slots=True)
class MailView:
    """One letter. `html` is foreign: only inside a sandboxed frame, never into the page."""

    key: str
    subject: str
    to: str
    date: datetime | None
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    links: tuple[str, ...]
    arrival: int


def list_messages(
    folder: Path, *, limit: int = 50, offset: int = 0, query: str = ""
) -> list[MailSummary]:
    """Newest first. `query` is looked for in subject and recipient, in any case."""
    if query:
        return list(islice(_matching(folder, query), offset, offset + limit))
    return [_summary(path) for path in _newest_first(folder)[offset : offset + limit]]


def count_messages(folder: Path, *, query: str = "") -> int:
    """How many letters there are, or match."""
    if not query:
        return len(_newest_first(folder))
    return sum(1 for _ in _matching(folder, query))


def read_message(folder: Path, key: str) -> MailView:
    """The letter whole. Raises NoSuchMailError."""
    path = _path_of(folder, key)
    message = message_from_bytes(path.read_bytes(), policy=modern)
    text = _part(message, "plain")
    summary = _summarise(path, message)
    return MailView(
        key=key,
        subject=summary.subject,
        to=summary.to,
        date=summary.date,
        text=text,
        html=_part(message, "html"),
        headers=tuple((name, str(value)) for name, value in message.items()),
        links=tuple(dict.fromkeys(_LINK.findall(text))),
        arrival=summary.arrival,
    )


def _matching(folder: Path, query: str) -> Iterator[MailSummary]:
    sought = query.casefold()
    for path in _newest_first(folder):
        summary = _summary(path)
        if sought in f"{summary.subject} {summary.to}".casefold():
            yield summary


def _newest_first(folder: Path) -> list[Path]:
    rooms = (folder / "new", folder / "cur")
    paths = [path for room in rooms if room.is_dir() for path in room.iterdir()]
    return sorted(paths, key=_arrived_at, reverse=True)


def _arrived_at(path: Path) -> tuple[int, int, str]:
    """Seconds and microseconds of arrival, as every Maildir name tells them: 17.M23P4Q5.host."""
    told = re.match(r"(\d+)\.(?:M(\d+))?", path.name)
    return (int(told[1]), int(told[2] or 0), path.name) if told else (0, 0, path.name)


@lru_cache(maxsize=_REMEMBERED)
def _summary(path: Path) -> MailSummary:
    """Remembered, since a letter in a Maildir never changes and a list of thousands is slow."""
    with path.open("rb") as file:
        return _summarise(path, BytesHeaderParser(policy=modern).parse(file))


def _summarise(path: Path, message: EmailMessage) -> MailSummary:
    arrival = str(message[_ARRIVAL] or "1")
    return MailSummary(
        key=path.name,
        subject=str(message["Subject"] or ""),
        to=str(message["To"] or message["Delivered-To"] or ""),
        date=_date(message["Date"]),
        arrival=int(arrival) if arrival.isdecimal() else 1,
    )


def _date(header: BaseHeader | None) -> datetime | None:
    try:
        return parsedate_to_datetime(str(header)) if header else None
    except ValueError:
        return None


def _path_of(folder: Path, key: str) -> Path:
    """Only names that a Maildir gives, never a path that a visitor wrote."""
    if _KEY.fullmatch(key):
        for room in ("new", "cur"):
            path = folder / room / key
            if path.is_file():
                return path
    raise NoSuchMailError(NoSuchMailError.__doc__)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    try:
        return str(part.get_content()) if part is not None else ""
    except (LookupError, ValueError):
        return ""  # a charset nobody knows
