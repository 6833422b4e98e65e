"""The certificate hub of a house without one: batches lie in a folder for an officer to upload."""

import os
import tempfile
from pathlib import Path

from flows.outside.ports import HubUnavailableError, checked_batch_code


class FolderHub:
    """Keeps each batch as `<batch_code>.xlsx`; the first hand-over of a code stands."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, batch_code: str, workbook: bytes) -> None:
        """Write the batch whole or not at all. Raises as CertificateHub.put does."""
        target = self.path_of(batch_code)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_once(target, workbook)
        except OSError as error:
            raise HubUnavailableError(str(error)) from error

    def path_of(self, batch_code: str) -> Path:
        """Where the batch lies, or would lie. Raises BadBatchCodeError."""
        return self._folder / f"{checked_batch_code(batch_code)}.xlsx"


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
