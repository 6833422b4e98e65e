"""Files outside the web root and outside the database, by the hash of what lies in them.

What lies in them is locked (`vault.lock`), so the hash tells nothing about the content, no two
uploads share a file, and anybody can check a backup without a key: a file's name is its SHA-256.
"""

import hashlib
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

YOUNG = timedelta(hours=1)
"""A file without a row is left alone for so long: its upload may still be on the way."""


class FileMissing(RuntimeError):
    """A row names a file that is not there, or whose bytes are not the ones that were stored."""


class FileStore:
    """One folder: `ab/ab12…` holds the locked bytes with that SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, locked: bytes) -> str:
        """Write the bytes whole and for good, or not at all; answers their name."""
        name = hashlib.sha256(locked).hexdigest()
        target = self._path(name)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".draft-")
        with os.fdopen(handle, "wb") as file:
            file.write(locked)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).rename(target)
        _sync(target.parent)
        return name

    def get(self, name: str) -> bytes:
        """The locked bytes. Raises FileMissing."""
        try:
            locked = self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise FileMissing from error
        if hashlib.sha256(locked).hexdigest() != name:
            raise FileMissing
        return locked

    def drop(self, name: str) -> None:
        """Remove a file; one that is gone already is fine."""
        self._path(name).unlink(missing_ok=True)

    def sweep(self, known: Collection[str]) -> int:
        """Remove what no row names, drafts of dead uploads included; answers how many it was."""
        orphans = [path for path in self._settled() if path.name not in known]
        for path in orphans:
            path.unlink(missing_ok=True)
        return len(orphans)

    def _settled(self) -> Iterator[Path]:
        """Every file that is old enough to have its row by now."""
        before = (datetime.now(UTC) - YOUNG).timestamp()
        for path in self._folder.glob("??/*"):
            with suppress(FileNotFoundError):  # taken away in this very moment
                if path.stat().st_mtime < before:
                    yield path

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
