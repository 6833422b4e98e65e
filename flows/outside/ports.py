"""What Duban asks of foreign systems, in its own words: postman, hub, scanner, register."""

import re
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from states.rules.legible import one_line

ANSWER_LENGTH = 200
_ADDRESS = re.compile(r"[!#-;=?A-~]+@[A-Za-z0-9.\-\[\]:]+")
_STEM = re.compile(r"<([A-Za-z0-9._-]{1,64})@")
_BATCH_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
REASONS_LENGTH = 2000


class Outcome(StrEnum):
    """What became of one letter.

    ACCEPTED: the server has taken it over. REFUSED: never repeat, tell the owner of the address.
    DEFERRED: nobody has it, repeat later. UNKNOWN: it may have been taken, repeat with the same
    Message-ID.
    """

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One letter's outcome with the server's answer, on one line and shortened.

    `code` is the SMTP reply code, None when no server answered. `alarm` says that our own
    set-up is at fault (password, sender address): tell the operator, not the recipient.
    """

    outcome: Outcome
    answer: str = ""
    code: int | None = None
    alarm: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "answer", one_line(self.answer, ANSWER_LENGTH))

    @property
    def is_to_be_repeated(self) -> bool:
        """Whether the letter must be sent again (always with the same Message-ID)."""
        return self.outcome in {Outcome.DEFERRED, Outcome.UNKNOWN}


class Postman(Protocol):
    """Carries letters, one recipient each. Enter it once for a batch."""

    async def __aenter__(self) -> Self:
        """Begin a batch. Costs nothing until the first letter."""
        ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the batch; never hides an error of the caller."""
        ...

    async def send(self, message: EmailMessage) -> Delivery:
        """Send one letter. Raises BadLetterError for our own mistakes, never for the server's."""
        ...


@dataclass(frozen=True, slots=True)
class HubReceipt:
    """What 证书归集 answered, as it came: an xlsx or csv whose reasons may name people."""

    filename: str
    content: bytes


class CertificateHub(Protocol):
    """Where finished 证书归集 workbooks are handed over, and what comes back (C22)."""

    def put(self, batch_code: str, workbook: bytes) -> None:
        """Hand over one batch, once: a second put of the same code changes nothing.

        Raises BadBatchCodeError; HubUnavailableError when the batch must come again later;
        HubRefusedError when it must not come again as it is.
        """
        ...

    def receipt(self, batch_code: str) -> HubReceipt | None:
        """The answer to a batch as long as it was not `taken`; None when there is none yet.

        Raises BadBatchCodeError, HubUnavailableError.
        """
        ...

    def taken(self, batch_code: str, receipt: HubReceipt) -> None:
        """The receipt was imported. Raises HubUnavailableError; then it only comes again."""
        ...


class Scan(StrEnum):
    """What a look for viruses found; UNSCANNED where nobody can look."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"


class Scanner(Protocol):
    """Looks for viruses in what people upload."""

    def scan(self, content: bytes) -> Scan:
        """Look at one file. Raises ScannerUnavailableError when it must come again later."""
        ...


class Filed(StrEnum):
    """What became of a class handed to the city's training information system (C14).

    REGISTERED: it has its number. PENDING: ask again later with the same key. LEFT: handed over to
    people, who will type the number in. REFUSED: for the reasons given; never repeat it as it is.
    """

    REGISTERED = "registered"
    PENDING = "pending"
    LEFT = "left"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FilingAnswer:
    """The city's answer. `reasons` may name learners: seal them, never log them."""

    outcome: Filed
    number: str = ""
    registered_on: date | None = None
    reasons: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "reasons", self.reasons.strip()[:REASONS_LENGTH])


class TrainingRegister(Protocol):
    """上海市职业培训信息管理系统, where classes and their learners are filed (C14)."""

    def file(self, key: str, workbook: bytes) -> FilingAnswer:
        """Hand over one class; a repeat with the same key is the same request.

        Raises BadFilingKeyError; RegisterUnavailableError when it must come again later.
        """
        ...


class BadLetterError(ValueError):
    """The letter cannot be sent as it is written."""


class BadBatchCodeError(ValueError):
    """A batch code is 1 to 64 letters, digits, dots, dashes and underscores."""


class HubUnavailableError(Exception):
    """The certificate hub cannot be reached; the batch waits and is handed over later."""


class HubRefusedError(Exception):
    """The hub takes no such batch; `reasons` may name people: seal them, never log them."""

    def __init__(self, reasons: str) -> None:
        super().__init__()
        self.reasons = reasons.strip()[:REASONS_LENGTH]


class ScannerUnavailableError(Exception):
    """The virus scanner does not answer; the file stays locked away and is looked at later."""


class BadFilingKeyError(ValueError):
    """A filing key is 1 to 64 letters, digits, dots, dashes and underscores."""


class RegisterUnavailableError(Exception):
    """The city's system does not take the class now; it waits and is sent later."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands on the outside of a letter: two bare ASCII addresses.

    `id` comes back with a bounce (RFC 3461 ENVID): the stem of the Message-ID, empty where that
    could not stand on an envelope as it is.
    """

    sender: str
    recipient: str
    id: str = ""


def envelope_of(message: EmailMessage) -> Envelope:
    """The envelope of a letter that every postman may carry.

    Raises BadLetterError unless it has one sender, one recipient in To alone, and a Message-ID
    (without which a repeat could not be told from a second letter).
    """
    if not message["Message-ID"]:
        raise BadLetterError("a letter needs a Message-ID")
    if message["Cc"] or message["Bcc"]:
        raise BadLetterError("a letter has one recipient and no copies")
    return Envelope(_only_address(message, "From"), _only_address(message, "To"), _stem(message))


def _stem(message: EmailMessage) -> str:
    found = _STEM.match(str(message["Message-ID"]).strip())
    return found[1] if found else ""


def checked_batch_code(code: str) -> str:
    """The code itself, safe as a file name. Raises BadBatchCodeError."""
    if not _BATCH_CODE.fullmatch(code):
        raise BadBatchCodeError(BadBatchCodeError.__doc__)
    return code


def checked_filing_key(key: str) -> str:
    """The key itself, safe as a file name and in a header. Raises BadFilingKeyError."""
    if not _BATCH_CODE.fullmatch(key):
        raise BadFilingKeyError(BadFilingKeyError.__doc__)
    return key


def _only_address(message: EmailMessage, header: str) -> str:
    addresses = tuple(message[header].addresses) if message[header] else ()
    if len(addresses) != 1:
        raise BadLetterError(f"a letter has exactly one address in {header}")
    spec: str = addresses[0].addr_spec
    if not _ADDRESS.fullmatch(spec):
        raise BadLetterError(f"the address in {header} is not a plain ASCII address")
    return spec
