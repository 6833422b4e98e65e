"""Twins that fail in good manners, to see what the house does when a foreign system is down."""

from email.message import EmailMessage
from types import TracebackType
from typing import NoReturn, Self

from flows.outside.ports import (
    Delivery,
    FilingAnswer,
    HubReceipt,
    HubUnavailableError,
    Outcome,
    RegisterUnavailableError,
    Scan,
    ScannerUnavailableError,
    checked_batch_code,
    checked_filing_key,
    envelope_of,
)

UNREACHABLE = Delivery(Outcome.DEFERRED, "connection refused")


class FailingPostman:
    """Answers every letter with the same failure; `tried` counts them."""

    def __init__(self, delivery: Delivery = UNREACHABLE) -> None:
        self._delivery = delivery
        self.tried = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to end."""

    async def send(self, message: EmailMessage) -> Delivery:
        """Fail as told. Raises BadLetterError like every postman."""
        envelope_of(message)
        self.tried += 1
        return self._delivery


class FailingHub:
    """Cannot be reached, ever; `tried` counts the attempts."""

    def __init__(self) -> None:
        self.tried = 0

    def put(self, batch_code: str, workbook: bytes) -> None:  # noqa: ARG002  a hub's signature
        """Raise HubUnavailableError, or BadBatchCodeError like every hub."""
        self._fail(batch_code)

    def receipt(self, batch_code: str) -> HubReceipt | None:
        """Raise as `put`."""
        self._fail(batch_code)

    def taken(self, batch_code: str, receipt: HubReceipt) -> None:  # noqa: ARG002
        """Raise as `put`."""
        self._fail(batch_code)

    def _fail(self, batch_code: str) -> NoReturn:
        checked_batch_code(batch_code)
        self.tried += 1
        raise HubUnavailableError(HubUnavailableError.__doc__)


class FailingScanner:
    """Does not answer, ever; `tried` counts the attempts."""

    def __init__(self) -> None:
        self.tried = 0

    def scan(self, content: bytes) -> Scan:  # noqa: ARG002  a scanner's signature
        """Raise ScannerUnavailableError."""
        self.tried += 1
        raise ScannerUnavailableError("connection refused")


class FailingRegister:
    """Cannot be reached, ever; `tried` counts the attempts."""

    def __init__(self) -> None:
        self.tried = 0

    def file(self, key: str, workbook: bytes) -> FilingAnswer:  # noqa: ARG002  a register's signature
        """Raise RegisterUnavailableError, or BadFilingKeyError like every register."""
        checked_filing_key(key)
        self.tried += 1
        raise RegisterUnavailableError("connection refused")
