"""`duban rehearse`: the whole house in a temporary folder, and whole lives through its API."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from api.rehearsal.client import House, RehearsalFailed
from api.rehearsal.letters import Letters
from api.rehearsal.lives import BEGIN, DISTRICTS, Life, Progress, Project, certify, report

_HANDS = 4
_UNDELIVERED = ("promised", "leased", "deferred", "refused", "bounced")
_MAY_TAKE_TO_STOP = 60.0
_AUDITOR = "CENTRE/auditor/0"
_CENTRE = "CENTRE/centre_officer/0"
# A rehearsal stands alone: whatever server a real installation names is not touched.
_FOREIGN = (
    "DUBAN_DATABASE_URL", "DUBAN_SMTP_URL", "DUBAN_PREFECT_API_URL", "PREFECT_API_URL",
    "DUBAN_PREFECT_DATABASE_URL", "DUBAN_PUBLIC_URL", "DUBAN_HOST", "DUBAN_KEYS_FILE",
    "DUBAN_CLAMD", "DUBAN_REGISTRY_URL", "DUBAN_REGISTRY_TOKEN",
)  # fmt: skip
Report = Callable[[int, str], None]
"""Told how many stages were reached by all projects together, and the date of the rehearsal."""
Look = Callable[[str], None]
"""Told the address of the house that still runs, when the play is over."""


@dataclass(slots=True)
class Summary:
    """What a rehearsal came to. It went well when `problems` is empty."""

    projects: int
    certified: int = 0
    certificates: int = 0
    mails_delivered: int = 0
    flow_runs: int = 0
    ledger_entries: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """What is printed."""
        return {k: v for k, v in asdict(self).items() if k != "problems" or v}


def rehearse(projects: int, folder: Path, tell: Report, *, look: Look = lambda _: None) -> Summary:
    """Play `projects` whole lives in a house below `folder`, and sum up what came of them.

    `look` may examine the house before it is closed.
    """
    summary, started = Summary(projects), time.monotonic()
    with running_house(folder) as url:
        house = House(url)
        letters = Letters(folder / "mailbox")
        try:
            _wait_for_everybody(house, folder)
            _play(projects, house, letters, tell=tell)
            house.wait("all letters to be delivered", lambda: _all_delivered(house))
        except RehearsalFailed as failure:
            summary.problems.append(str(failure))
        _sum_up(summary, house, letters, folder=folder)
        house.close()
        look(url)
    summary.seconds = round(time.monotonic() - started, 1)
    return summary


@contextmanager
def running_house(folder: Path, *, begin: datetime = BEGIN) -> Iterator[str]:
    """All real parts as children of a supervisor of their own; answers the web's address.

    No sample projects are there, and the sample clock stands still at `begin`.
    """
    port = _free_port()
    told = {
        "DUBAN_DATA_DIR": str(folder),
        "DUBAN_PORT": str(port),
        "DUBAN_SAMPLE_MODE": "true",
        "DUBAN_SAMPLE_CLOCK": begin.isoformat(),
    }
    given = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "house.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.run"],
            env={**given, **told, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(process)


@contextmanager
def temporary_folder(*, keep: bool) -> Iterator[Path]:
    """A folder for one rehearsal that the database's own user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="duban-rehearsal-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _play(projects: int, house: House, letters: Letters, *, tell: Report) -> None:
    """All lives side by side: the date moves on when everybody has done what is theirs by then."""
    progress = Progress()
    lives: list[Life] = [
        *(Project(house, letters, progress, number).live() for number in range(projects)),
        *(report(house, district) for district in DISTRICTS[:projects]),
        certify(house),
    ]
    due = [(next(life), life) for life in lives]
    with ThreadPoolExecutor(_HANDS) as hands:
        while due:
            now = min(moment for moment, _ in due)
            _move_to(house, now)
            acting = [life for moment, life in due if moment == now]
            waiting = [(moment, life) for moment, life in due if moment > now]
            following = zip(hands.map(_act, acting), acting, strict=True)
            due = waiting + [(moment, life) for moment, life in following if moment]
            tell(progress.steps, f"{now:%Y-%m-%d %H:%M}")


def _act(life: Life) -> datetime | None:
    return next(life, None)


def _move_to(house: House, moment: datetime) -> None:
    # Said again after a broken line, the date is there already: refused as running backward.
    there = frozenset({"clock_runs_forward"})
    house.post(_CENTRE, "/clock", {"to": moment.isoformat()}, allowed=there)


def _all_delivered(house: House) -> bool:
    health = house.get("", "/health")
    return bool(health["mails_waiting"] == 0 and health["unsettled"] == 0)


def _sum_up(summary: Summary, house: House, letters: Letters, *, folder: Path) -> None:
    try:
        told = house.get(_AUDITOR, "/operations")
    except RehearsalFailed as failure:
        summary.problems.append(str(failure))
        return
    mails = told["mails"]
    summary.certified = told["projects"].get("certified", 0)
    summary.certificates = told["certificates"].get("accepted", 0)
    summary.mails_delivered = mails.get("accepted", 0)
    summary.ledger_entries = told["ledger_entries"]
    summary.flow_runs = _completed_flow_runs(house, folder)
    if not summary.flow_runs:
        summary.problems.append("Prefect lists no completed flow run")
    if summary.certified < summary.projects:
        summary.problems.append(f"{summary.projects - summary.certified} projects not certified")
    if undelivered := sum(mails.get(s, 0) for s in _UNDELIVERED):
        summary.problems.append(f"{undelivered} letters not delivered")
    if (arrived := letters.delivered()) < summary.mails_delivered:
        summary.problems.append(f"only {arrived} of {summary.mails_delivered} letters arrived")


def _wait_for_everybody(house: House, folder: Path) -> None:
    """The play begins when the worker has found Prefect and put its calendar there."""

    def ready() -> bool:
        calendar = _count_in_prefect(folder, "deployments", {})
        return bool(calendar and house.get("", "/health")["prefect"])

    house.wait("the worker to find Prefect", ready)


def _completed_flow_runs(house: House, folder: Path) -> int:
    """As Prefect itself counts them; at least one, since nothing moves without a sweep."""
    asked = {"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    try:
        counted = house.wait(
            "Prefect to count its flow runs", lambda: _count_in_prefect(folder, "flow_runs", asked)
        )
    except RehearsalFailed:
        return 0
    return int(counted)


def _count_in_prefect(folder: Path, what: str, asked: dict[str, Any]) -> int:
    """Zero while it does not answer."""
    try:
        parts = json.loads((folder / "run.json").read_text())["parts"]
        url = f"{parts['prefect']['url']}/api/{what}/count"
        return int(httpx.post(url, json=asked, timeout=10.0).raise_for_status().json())
    except (OSError, KeyError, httpx.HTTPError):
        return 0


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_MAY_TAKE_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
