"""PostgreSQL refuses to run as root: find it a user, a folder and programs within its reach."""

import os
import pwd
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_USER = "duban-postgres"
_ELSEWHERE = Path("/var/lib/duban")


class DataFolderUnreachable(RuntimeError):
    """数据库用户无法进入数据目录。 The database's own user cannot reach the data folder."""

    def __init__(self, folder: Path, why: object) -> None:
        super().__init__(
            f"数据库用户无法进入数据目录 · The user {_USER} cannot reach {folder}, and no other "
            f"place was found for it ({why}). Choose another folder with --data."
        )


@dataclass(frozen=True)
class Seat:
    """Who runs the server, where its files are, and which programs it uses."""

    programs: Path
    cluster: Path
    uid: int | None

    def call(self, program: str, *args: str, timeout: float = 120) -> None:
        """Run one program to its end. Raises CalledProcessError with its words in `stderr`."""
        # Output into a pipe would wait for the server that pg_ctl leaves behind.
        subprocess.run(
            [self.programs / program, *args],
            check=True,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            user=self.uid,
            group=None if self.uid is None else pwd.getpwuid(self.uid).pw_gid,
            extra_groups=None if self.uid is None else [],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=timeout,
        )

    def give(self, path: Path) -> None:
        """Hand a file or folder to the server's user."""
        if self.uid is not None:
            os.chown(path, self.uid, pwd.getpwuid(self.uid).pw_gid)


def take_seat(data_dir: Path, programs: Path) -> Seat:
    """Where the server of `data_dir` lives; as root, possibly below /var/lib/duban.

    Permissions of folders that are not ours stay as they are: what the server's user cannot reach
    (a data folder or a clone below a 0700 home) is kept in a place of its own instead.
    Raises DataFolderUnreachable when there is none.
    """
    if os.geteuid() != 0:
        return Seat(programs, data_dir / "postgres", uid=None)
    try:
        uid = _user_for_root()
        folder = _folder_for(uid, data_dir)
        programs = programs if _reaches(uid, programs) else _programs_elsewhere(programs)
    except (OSError, subprocess.SubprocessError) as error:
        raise DataFolderUnreachable(data_dir, error) from error
    return Seat(programs, folder / "postgres", uid)


def _user_for_root() -> int:
    try:
        return pwd.getpwnam(_USER).pw_uid
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", _USER]
        subprocess.run(command, check=True, capture_output=True)
        return pwd.getpwnam(_USER).pw_uid


def _reaches(uid: int, path: Path) -> bool:
    asked = subprocess.run(["test", "-x", path], check=False, user=uid, group=uid, extra_groups=[])
    return asked.returncode == 0


def _folder_for(uid: int, data_dir: Path) -> Path:
    """The data folder, or one for it alone elsewhere; a note in the data folder says where."""
    note = data_dir / "postgres.is-in"
    if note.exists():
        return Path(note.read_text().strip())
    if _reaches(uid, data_dir):
        return data_dir
    folder = _ELSEWHERE / f"data-{secrets.token_hex(6)}"
    folder.mkdir(parents=True)
    folder.chmod(0o711)
    note.write_text(f"{folder}\n")
    return folder


def _programs_elsewhere(programs: Path) -> Path:
    """A copy that the server's user can run, renewed when the wheel's files are newer."""
    copy = _ELSEWHERE / f"pgsql-{int((programs / 'postgres').stat().st_mtime)}"
    if not copy.exists():
        draft = copy.with_suffix(f".{os.getpid()}")
        shutil.copytree(programs.parent, draft, symlinks=True)
        draft.chmod(0o755)
        draft.rename(copy)
    return copy / programs.name
