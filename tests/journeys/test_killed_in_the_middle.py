"""Worker, Prefect and web are killed while whole lives are played: nothing is lost, nothing stops.

The kills wait for progress of the play, and the play for its kills: never for time.
"""

import os
import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from states.rules.stages import STRAIGHT_PATH
from tests.flows.servers import until
from tests.journeys.records import Told, parts, rehearsed

# Stages reached by the four projects together (28 in all) when the part is killed: while openings
# are due, while classes are being assessed, and while surveys are open.
PLAN = ((6, "worker"), (12, "prefect"), (14, "web"))
PROJECTS = 4
PATIENCE = 240
TITLE = "人工智能推介官（基础）演练{}班"


@dataclass
class Killer:
    """Follows the play and kills; `killed` and `back` hold process numbers by part.

    `at`: how far the play was at each kill.
    """

    folder: Path
    killed: dict[str, int] = field(default_factory=dict)
    back: dict[str, int] = field(default_factory=dict)
    at: list[int] = field(default_factory=list)
    _steps: int = 0
    _news: threading.Condition = field(default_factory=threading.Condition)

    def tell(self, steps: int, _: str) -> None:
        """The play came so far; it goes on when the kills that belong here have happened."""
        due = sum(planned <= steps for planned, _ in PLAN)
        with self._news:
            self._steps = steps
            self._news.notify_all()
            assert self._news.wait_for(lambda: len(self.killed) >= due, timeout=PATIENCE)

    def play(self) -> None:
        for steps, name in PLAN:
            self._wait_for(steps)
            pid = int(parts(self.folder)[name]["pid"])
            os.kill(pid, signal.SIGKILL)
            self._note(name, pid)
            until(lambda name=name, pid=pid: self._stands_again(name, pid))  # type: ignore[misc]

    def _note(self, name: str, pid: int) -> None:
        with self._news:
            self.killed[name] = pid
            self.at.append(self._steps)
            self._news.notify_all()

    def _wait_for(self, steps: int) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self._steps >= steps, timeout=PATIENCE)

    def _stands_again(self, name: str, dead: int) -> bool:
        part = parts(self.folder)[name]
        self.back[name] = int(part["pid"])
        return bool(part["state"] == "ready" and part["pid"] != dead)


@pytest.mark.real
def test_kills_lose_no_fact_and_no_letter(folder: Path, undisturbed: Told) -> None:
    killer = Killer(folder)
    thread = threading.Thread(target=killer.play, daemon=True)
    thread.start()
    told = rehearsed(PROJECTS, folder, killer.tell)
    thread.join(60)
    assert list(killer.killed) == [name for _, name in PLAN]
    assert max(killer.at) < PROJECTS * len(STRAIGHT_PATH), "the play was over"
    assert all(killer.back[name] != dead for name, dead in killer.killed.items())
    assert told.summary.problems == []
    assert told.summary.certified == PROJECTS
    _holds_every_fact_once(told, undisturbed)
    assert told.owed == set(told.letters)


def _holds_every_fact_once(told: Told, undisturbed: Told) -> None:
    """The same lives without kills said the same, and the ledger has no gap and no double."""
    expected = dict(undisturbed.facts)
    # The fourth is the second's twin, but for its plan, which was sent back once.
    expected[TITLE.format(4)] = [*expected[TITLE.format(2)], "sent_back", "plan_submitted"]
    for title, facts in expected.items():
        assert sorted(told.facts[title]) == sorted(facts)
    for numbers in told.numbers.values():
        assert numbers == list(range(1, len(numbers) + 1))
    said = sum(len(facts) for facts in told.facts.values())
    assert told.summary.ledger_entries == said + told.moves + told.acts
