"""The data folder: one owner at a time, and the same loopback ports from one start to the next."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


class DataFolderLocked(RuntimeError):
    """数据目录正被另一个 duban 使用。 Another duban is using this data folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"数据目录正被另一个 duban 使用 · {folder} is in use by another duban.")


class NoMaildir(RuntimeError):
    """DUBAN_BOUNCES 不是 Maildir 目录。 A Maildir has the folders new and cur."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"DUBAN_BOUNCES 不是 Maildir 目录 · {folder} lacks the folders new and cur."
        )


@contextmanager
def locked(folder: Path, name: str = "duban") -> Iterator[None]:
    """Hold `folder` for the life of this block; the kernel frees it if we are killed.

    Raises DataFolderLocked at once when another process (or another block) holds it.
    """
    make_folder(folder)
    with (folder / f"{name}.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataFolderLocked(folder) from error
        yield


def make_folder(folder: Path) -> None:
    """Private to us; as root it can be walked through, for the database has a user of its own."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def maildir_at(folder: Path | None) -> None:
    """Raises NoMaildir when one is named and is not there."""
    if folder and not all((folder / room).is_dir() for room in ("new", "cur")):
        raise NoMaildir(folder)


def kept_port(folder: Path, name: str) -> int:
    """The loopback port `name` had last time if it is still free, else a free one, remembered."""
    file = folder / "ports.json"
    ports: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    port = ports.get(name, 0)
    if not port or not is_free(port):
        port = _any_free_port(taken=set(ports.values()))
        file.write_text(json.dumps(ports | {name: port}, indent=1))
    return port


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        # As every server does: a port in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _any_free_port(*, taken: set[int]) -> int:
    while True:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port
