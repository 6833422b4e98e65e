"""The outermost keys of an installation: a file beside the data, never in the database.

A master key only wraps the data keys that the database keeps; whoever has the database alone, or a
dump of it, can read no personal data.
"""

import base64
import json
import os
import secrets as randomness
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class MasterKeyMissing(RuntimeError):
    """A data key was wrapped by a master key that is not in the file (or the file was changed)."""


class MasterKeys:
    """Master keys by name; the active one wraps, every one of them unwraps."""

    def __init__(self, keys: Mapping[str, bytes], active: str) -> None:
        self._keys, self._active = dict(keys), active

    @property
    def active(self) -> str:
        """The name of the key that wraps from now on."""
        return self._active

    def wrap(self, key: bytes, about: str) -> bytes:
        """`key` sealed by the active master key, bound to what it is for."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self._keys[self.active]).encrypt(nonce, key, about.encode())

    def unwrap(self, wrapped: bytes, about: str, *, by: str) -> bytes:
        """The key again. Raises MasterKeyMissing."""
        try:
            master = AESGCM(self._key(by))
            return master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], about.encode())
        except (KeyError, InvalidTag) as error:
            raise MasterKeyMissing(by) from error

    def _key(self, name: str) -> bytes:
        return self._keys[name]


class MasterKeyFile(MasterKeys):
    """Master keys in a file that only its owner may read; made on first use, read again on demand.

    {"active": "2026-03-19-1a2b3c4d", "keys": {"2026-03-19-1a2b3c4d": "<base64>"}}
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        if not file.exists():
            _make(file)
        super().__init__(*self._read())

    def begin(self) -> str:
        """Add a key and make it the active one; answers its name."""
        keys, active = _with_new(self._read()[0])
        self._replace(keys, active)
        return active

    def drop(self, names: set[str]) -> None:
        """Destroy keys that nothing is wrapped by any more."""
        keys, active = self._read()
        self._replace({name: key for name, key in keys.items() if name not in names}, active)

    def refresh(self) -> None:
        """See what another process has added or dropped."""
        self._keys, self._active = self._read()

    def names(self) -> set[str]:
        """Every key in the file."""
        return set(self._read()[0])

    def _key(self, name: str) -> bytes:
        if name not in self._keys:
            self.refresh()
        return super()._key(name)

    def _read(self) -> tuple[dict[str, bytes], str]:
        told = json.loads(self._file.read_text("ascii"))
        keys = {name: base64.b64decode(key) for name, key in told["keys"].items()}
        return keys, told["active"]

    def _replace(self, keys: Mapping[str, bytes], active: str) -> None:
        """In one step: a reader sees the old file or the new one."""
        _draft(self._file, keys, active).replace(self._file)
        self.refresh()


def _make(file: Path) -> None:
    """The first key. Linked into place, so that of two processes one wins and both see it whole."""
    draft = _draft(file, *_with_new({}))
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _with_new(keys: Mapping[str, bytes]) -> tuple[dict[str, bytes], str]:
    name = f"master-{len(keys) + 1}-{randomness.token_hex(4)}"
    return {**keys, name: os.urandom(KEY_BYTES)}, name


def _draft(file: Path, keys: Mapping[str, bytes], active: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    told = {name: base64.b64encode(key).decode() for name, key in keys.items()}
    draft = file.with_name(f".{file.name}.{randomness.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(json.dumps({"active": active, "keys": told}, indent=1))
        out.flush()
        os.fsync(handle)
    return draft
