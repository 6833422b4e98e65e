"""Twins that work and reach nobody: they keep what they were given in memory."""

from email.message import EmailMessage
from types import TracebackType
from typing import Self

from flows.outside.ports import (
    Delivery,
    Filed,
    FilingAnswer,
    HubReceipt,
    Outcome,
    Scan,
    checked_batch_code,
    checked_filing_key,
    envelope_of,
)


class NullPostman:
    """Accepts every letter; `sent` holds them in order, repeats included."""

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []

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
        """Keep the letter. Raises BadLetterError."""
        envelope_of(message)
        self.sent.append(message)
        return Delivery(Outcome.ACCEPTED, "kept in memory", 250)


class NullHub:
    """Accepts every batch; `batches` holds the first workbook of each code, `receipts` answers."""

    def __init__(self) -> None:
        self.batches: dict[str, bytes] = {}
        self.receipts: dict[str, HubReceipt] = {}

    def put(self, batch_code: str, workbook: bytes) -> None:
        """Keep the batch unless the code is known. Raises BadBatchCodeError."""
        self.batches.setdefault(checked_batch_code(batch_code), workbook)

    def receipt(self, batch_code: str) -> HubReceipt | None:
        """What a test has put there. Raises BadBatchCodeError."""
        return self.receipts.get(checked_batch_code(batch_code))

    def taken(self, batch_code: str, receipt: HubReceipt) -> None:
        """It is not given out again, unless it was exchanged meanwhile."""
        if self.receipts.get(batch_code) == receipt:
            del self.receipts[batch_code]


class NullScanner:
    """Looks at nothing, and says so: every file is UNSCANNED."""

    def scan(self, content: bytes) -> Scan:  # noqa: ARG002  a scanner's signature
        """Never finds anything out."""
        return Scan.UNSCANNED


class NullRegister:
    """Takes every class for people to type its number in; `filed` holds the first of each key."""

    def __init__(self) -> None:
        self.filed: dict[str, bytes] = {}

    def file(self, key: str, workbook: bytes) -> FilingAnswer:
        """Keep the workbook unless the key is known. Raises BadFilingKeyError."""
        self.filed.setdefault(checked_filing_key(key), workbook)
        return FilingAnswer(Filed.LEFT)
