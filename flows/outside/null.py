"""Twins that work and reach nobody: they keep what they were given in memory."""

from email.message import EmailMessage
from types import TracebackType
from typing import Self

from flows.outside.ports import Delivery, Outcome, checked_batch_code, envelope_of


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
    """Accepts every batch; `batches` holds the first workbook of each code."""

    def __init__(self) -> None:
        self.batches: dict[str, bytes] = {}

    def put(self, batch_code: str, workbook: bytes) -> None:
        """Keep the batch unless the code is known. Raises BadBatchCodeError."""
        self.batches.setdefault(checked_batch_code(batch_code), workbook)
