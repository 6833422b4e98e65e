"""The city's training information system (C14): by HTTP where it is open, else a folder.

A house without a connection leaves each workbook in a folder for somebody to upload by hand.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import httpx

from flows.outside.hub import write_once
from flows.outside.ports import (
    Filed,
    FilingAnswer,
    RegisterUnavailableError,
    checked_filing_key,
)
from flows.outside.web import XLSX, asked, bearer, body_of, is_safe, reasons_in

_REFUSALS: Final = frozenset({400, 422})
_LONGEST_ANSWER: Final = 64 * 1024
_LONGEST_NUMBER: Final = 120


class BadRegistryUrlError(ValueError):
    """DUBAN_REGISTRY_URL must be https://…; plain http is for this machine only."""


class FolderRegister:
    """Keeps each workbook as `<key>.xlsx`, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, key: str, workbook: bytes) -> FilingAnswer:
        """Write it whole or not at all. Raises as TrainingRegister.file does."""
        target = self._folder / f"{checked_filing_key(key)}.xlsx"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_once(target, workbook)
        except OSError as error:
            raise RegisterUnavailableError(type(error).__name__) from error
        return FilingAnswer(Filed.LEFT)


class HttpRegister:
    """POSTs the workbook to `url`; docs/files.md says what the other side answers."""

    def __init__(self, url: str, token: str = "", *, seconds: float = 30.0) -> None:
        if not is_safe(url):
            raise BadRegistryUrlError(BadRegistryUrlError.__doc__)
        self._url, self._seconds, self._headers = url, seconds, bearer(token)

    def file(self, key: str, workbook: bytes) -> FilingAnswer:
        """Send it and read the answer. Raises as TrainingRegister.file does."""
        sheet = (f"{checked_filing_key(key)}.xlsx", workbook, XLSX)
        headers = self._headers | {"idempotency-key": key}
        try:
            with asked(
                "POST", self._url, seconds=self._seconds, headers=headers, files={"workbook": sheet}
            ) as answer:
                return _read(answer.status_code, body_of(answer, _LONGEST_ANSWER))
        except httpx.HTTPError as error:
            raise RegisterUnavailableError(type(error).__name__) from error


def _read(status: int, body: bytes) -> FilingAnswer:
    if status == httpx.codes.ACCEPTED:
        return FilingAnswer(Filed.PENDING)
    if status in _REFUSALS:
        return FilingAnswer(Filed.REFUSED, reasons=reasons_in(body))
    if not httpx.codes.is_success(status):
        # A wrong token or address is our own trouble, never the provider's.
        raise RegisterUnavailableError(f"HTTP {status}")
    return _registered(body)


def _registered(body: bytes) -> FilingAnswer:
    try:
        said: Any = json.loads(body)
        number, day = str(said["number"]).strip(), date.fromisoformat(said["registered_on"])
    except (ValueError, KeyError, TypeError) as error:
        raise RegisterUnavailableError("the answer is not understood") from error
    if not 0 < len(number) <= _LONGEST_NUMBER or not number.isprintable():
        raise RegisterUnavailableError("the answer is not understood")
    return FilingAnswer(Filed.REGISTERED, number=number, registered_on=day)
