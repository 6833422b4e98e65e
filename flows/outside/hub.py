"""The certificate hub (证书归集): over HTTP where there is one, else a folder.

In a house without a connection batches lie in a folder for an officer to upload, and the receipts
that the officer puts beside them are read from there.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Final

import httpx

from flows.outside.ports import (
    HubReceipt,
    HubRefusedError,
    HubUnavailableError,
    checked_batch_code,
)
from flows.outside.web import XLSX, AnswerTooLongError, asked, bearer, body_of, is_safe, reasons_in

_RECEIPTS: Final = ("-receipt.xlsx", "-receipt.csv")
_DONE: Final = "done"
_LONGEST_RECEIPT: Final = 20 * 1024 * 1024
_LONGEST_WORDS: Final = 64 * 1024
_NOT_YET: Final = frozenset({202, 204, 404})
_OURS: Final = frozenset({401, 403, 404, 407, 408, 409, 425, 429})
"""A wrong token or address, a repeat of what is still in work, or too great a hurry: our own
trouble, never the batch's."""


class BadHubUrlError(ValueError):
    """DUBAN_HUB_URL must be https://…; plain http is for this machine only."""


class FolderHub:
    """Keeps each batch as `<code>.xlsx`; the first hand-over of a code stands.

    A receipt is `<code>-receipt.xlsx` or `.csv`; once taken it lies in `done/`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, batch_code: str, workbook: bytes) -> None:
        """Write the batch whole or not at all. Raises as CertificateHub.put does."""
        target = self.path_of(batch_code)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_once(target, workbook)
        except OSError as error:
            raise HubUnavailableError(str(error)) from error

    def receipt(self, batch_code: str) -> HubReceipt | None:
        """The file that lies there. Raises as CertificateHub.receipt does."""
        code = checked_batch_code(batch_code)
        places = [self._folder / f"{code}{ending}" for ending in _RECEIPTS]
        try:
            found = next((place for place in places if place.is_file()), None)
            return HubReceipt(found.name, found.read_bytes()) if found else None
        except OSError as error:
            raise HubUnavailableError(type(error).__name__) from error

    def taken(self, batch_code: str, receipt: HubReceipt) -> None:  # noqa: ARG002  its name has it
        """Lay the file aside, unless somebody has put another one in its place meanwhile."""
        place = self._folder / receipt.filename
        digest = hashlib.sha256(receipt.content).hexdigest()[:8]
        try:
            done = self._folder / _DONE
            done.mkdir(exist_ok=True, mode=0o700)
            if place.read_bytes() == receipt.content:
                place.replace(done / f"{place.stem}-{digest}{place.suffix}")
        except OSError as error:
            raise HubUnavailableError(type(error).__name__) from error

    def path_of(self, batch_code: str) -> Path:
        """Where the batch lies, or would lie. Raises BadBatchCodeError."""
        return self._folder / f"{checked_batch_code(batch_code)}.xlsx"


class HttpHub:
    """POSTs batches to `url`, GETs `url/<code>/receipt`; docs/certificates.md has the contract."""

    def __init__(self, url: str, token: str = "", *, seconds: float = 30.0) -> None:
        if not is_safe(url):
            raise BadHubUrlError(BadHubUrlError.__doc__)
        self._url, self._seconds, self._headers = url.rstrip("/"), seconds, bearer(token)

    def put(self, batch_code: str, workbook: bytes) -> None:
        """Send it, with a key of its code and content. Raises as CertificateHub.put does."""
        code = checked_batch_code(batch_code)
        key = f"{code}-{hashlib.sha256(workbook).hexdigest()[:16]}"
        try:
            with asked(
                "POST", self._url, seconds=self._seconds,
                headers=self._headers | {"idempotency-key": key}, data={"batch": code},
                files={"workbook": (f"{code}.xlsx", workbook, XLSX)},
            ) as answer:  # fmt: skip
                _check(answer)
        except httpx.HTTPError as error:
            raise HubUnavailableError(type(error).__name__) from error

    def receipt(self, batch_code: str) -> HubReceipt | None:
        """Ask for it. Raises as CertificateHub.receipt does."""
        code = checked_batch_code(batch_code)
        place = f"{self._url}/{code}/receipt"
        try:
            with asked("GET", place, seconds=self._seconds, headers=self._headers) as answer:
                if answer.status_code in _NOT_YET:
                    return None
                if answer.status_code != httpx.codes.OK:
                    raise HubUnavailableError(f"HTTP {answer.status_code}")
                ending = _RECEIPTS["csv" in answer.headers.get("content-type", "")]
                return HubReceipt(f"{code}{ending}", body_of(answer, _LONGEST_RECEIPT))
        except httpx.HTTPError as error:
            raise HubUnavailableError(type(error).__name__) from error

    def taken(self, batch_code: str, receipt: HubReceipt) -> None:
        """The hub keeps its receipts: the same bytes come again, and are known by then."""


def _check(answer: httpx.Response) -> None:
    """Raises HubRefusedError, HubUnavailableError.

    What a hub says besides when it has the batch is not read: a long answer must not make it come
    again.
    """
    status = answer.status_code
    if httpx.codes.is_success(status):
        return
    if httpx.codes.is_client_error(status) and status not in _OURS:
        raise HubRefusedError(_words(answer) or f"HTTP {status}")
    raise HubUnavailableError(f"HTTP {status}")


def _words(answer: httpx.Response) -> str:
    """The hub's reasons; a refusal with more words than anybody reads is one all the same."""
    try:
        return reasons_in(body_of(answer, _LONGEST_WORDS))
    except AnswerTooLongError:
        return ""


def write_once(target: Path, content: bytes) -> None:
    """Write a file whole, or leave the one that is there.

    A hard link is made or refused in one step, so that two workers never mix two batches.
    """
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".handing-over-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _link(Path(name), target)
    finally:
        Path(name).unlink()


def _link(written: Path, target: Path) -> None:
    try:
        target.hardlink_to(written)
    except FileExistsError:
        return
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
