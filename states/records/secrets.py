"""The installation's secret key, handed in once at process start; nothing below reads settings."""

_held: list[bytes] = []


class NoSecretKey(RuntimeError):
    """A process that needs the key did not hand it in at its start."""


def use(key: bytes) -> None:
    """Keep the key for this process; a later call replaces it."""
    _held[:] = [key]


def key() -> bytes:
    """The key. Raises NoSecretKey when `use` was not called."""
    if not _held:
        raise NoSecretKey
    return _held[0]
