"""The installation's keys, handed in once at process start; nothing below reads settings."""

from states.records.master_keys import MasterKeys

_held: list[tuple[bytes, MasterKeys]] = []


class NoSecretKey(RuntimeError):
    """A process that needs the keys did not hand them in at its start."""


def use(key: bytes, masters: MasterKeys) -> None:
    """Keep the keys for this process; a later call replaces them."""
    _held[:] = [(key, masters)]


def key() -> bytes:
    """The key that signs links. Raises NoSecretKey when `use` was not called."""
    return _keys()[0]


def masters() -> MasterKeys:
    """The keys that wrap the data keys. Raises NoSecretKey."""
    return _keys()[1]


def _keys() -> tuple[bytes, MasterKeys]:
    if not _held:
        raise NoSecretKey
    return _held[0]
