"""The city's training information system (C14): by HTTP where it is open, else a folder.

A house without a connection leaves each workbook in a folder for somebody to upload by hand.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from flows.outside.hub import write_once
from flows.outside.ports import (
    Filed,
    FilingAnswer,
    RegisterUnavailableError,
    checked_filing_key,
)

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
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
        place = urlsplit(url)
        here = place.scheme == "http" and place.hostname in _LOOPBACK
        if place.scheme != "https" and not here:
            raise BadRegistryUrlError(BadRegistryUrlError.__doc__)
        self._url, self._seconds = url, seconds
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    def file(self, key: str, workbook: bytes) -> FilingAnswer:
        """Send it and read the answer. Raises as TrainingRegister.file does."""
        sheet = (f"{checked_filing_key(key)}.xlsx", workbook, XLSX)
        headers = self._headers | {"idempotency-key": key}
        try:
            # People's numbers and a token: only to where the setting says, through no proxy.
            with (
                httpx.Client(timeout=self._seconds, trust_env=False) as client,
                client.stream(
                    "POST", self._url, headers=headers, files={"workbook": sheet}
                ) as answer,
            ):
                return _read(answer.status_code, _body(answer))
        except httpx.HTTPError as error:
            raise RegisterUnavailableError(type(error).__name__) from error


def _body(answer: httpx.Response) -> bytes:
    said = b""
    for part in answer.iter_bytes():
        said += part
        if len(said) > _LONGEST_ANSWER:
            raise RegisterUnavailableError("the answer is too long")
    return said


def _read(status: int, body: bytes) -> FilingAnswer:
    if status == httpx.codes.ACCEPTED:
        return FilingAnswer(Filed.PENDING)
    if status in _REFUSALS:
        return FilingAnswer(Filed.REFUSED, reasons=_reasons(body))
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


def _reasons(body: bytes) -> str:
    """{"reasons": ["…"]} as lines; anything else is a refusal without a word."""
    try:
        said: Any = json.loads(body)
        return "\n".join(str(reason) for reason in said["reasons"])
    except (ValueError, KeyError, TypeError):
        return ""
