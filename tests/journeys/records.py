"""What a rehearsal left behind, read past the API: rows, letters and Prefect's own list of runs."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from api.maildir import count_messages, list_messages, read_message
from api.rehearse import Report, Summary, rehearse
from states.records.embedded import running


@dataclass(slots=True)
class Told:
    """Read while the house still ran; `facts` and `numbers` by the project's title.

    `moved_by_people`: moves made in the very request of a person. `letters`: how often each
    Message-ID arrived. `runs`: state types by flow, then by run name.
    """

    summary: Summary
    facts: dict[str, list[str]] = field(default_factory=dict)
    numbers: dict[str, list[int]] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    channels: set[str] = field(default_factory=set)
    moves: int = 0
    moved_by_people: int = 0
    acts: int = 0
    promised: dict[str, str] = field(default_factory=dict)
    letters: Counter[str] = field(default_factory=Counter)
    runs: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def owed(self) -> set[str]:
        """The Message-IDs promised, but for reminders whose reason was gone in time."""
        return {number for number, state in self.promised.items() if state != "moot"}


def rehearsed(projects: int, folder: Path, tell: Report = lambda *_: None) -> Told:
    """A rehearsal through the same door as `duban rehearse`, and all that can be read after it."""
    told = Told(Summary(projects))

    def look(_: str) -> None:
        with _records(folder) as records:
            _read(told, records)
        told.letters.update(_arrived(folder / "mailbox"))
        told.runs.update(_runs(parts(folder)["prefect"]["url"]))

    told.summary = rehearse(projects, folder, tell, look=look)
    return told


def parts(folder: Path) -> dict[str, Any]:
    """The supervisor's own account of its children; empty until there is one."""
    file = folder / "run.json"
    found: dict[str, Any] = json.loads(file.read_text())["parts"] if file.exists() else {}
    return found


@contextmanager
def _records(folder: Path) -> Iterator[psycopg.Connection]:
    server = running(folder)
    assert server is not None
    with psycopg.connect(server.url) as connection:
        yield connection


def _read(told: Told, records: psycopg.Connection) -> None:
    for title, stage, channel in records.execute("SELECT title, stage, channel FROM project"):
        told.stages[title] = stage
        told.channels.add(channel)
    for title, kind in records.execute(
        "SELECT title, kind FROM fact JOIN project p ON p.id = project_id ORDER BY fact.seq"
    ):
        told.facts.setdefault(title, []).append(kind)
    for title, seq, kind, person in records.execute(
        "SELECT title, seq, kind, person_id FROM ledger JOIN project p ON p.id = project_id "
        "WHERE kind <> 'act' ORDER BY seq"
    ):
        told.numbers.setdefault(title, []).append(seq)
        told.moves += kind == "move"
        told.moved_by_people += kind == "move" and person is not None
    (told.acts,) = records.execute("SELECT count(*) FROM ledger WHERE kind = 'act'").fetchone() or (
        0,
    )
    told.promised.update(records.execute("SELECT message_id, state FROM outbox").fetchall())


def _arrived(mailbox: Path) -> Iterator[str]:
    for summary in list_messages(mailbox, limit=count_messages(mailbox)):
        headers = dict(read_message(mailbox, summary.key).headers)
        yield headers["Message-ID"].strip("<>").partition("@")[0]


def _runs(prefect: str) -> dict[str, dict[str, str]]:
    flows = httpx.post(f"{prefect}/api/flows/filter", json={}).raise_for_status().json()
    return {flow["name"]: dict(_runs_of(prefect, flow["id"])) for flow in flows}


def _runs_of(prefect: str, flow: str) -> Iterator[tuple[str, str]]:
    asked = {"limit": 200, "flows": {"id": {"any_": [flow]}}}
    answer = httpx.post(f"{prefect}/api/flow_runs/filter", json=asked).raise_for_status()
    return ((run["name"], run["state_type"]) for run in answer.json())
