"""Every letter arrives though its carriers are killed all the time and the server is hostile.

`make soak-mail` sends a thousand; the tests a hundred.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from states.records.db import transaction
from tests.flows.conftest import MORNING, Story

LETTERS = int(os.environ.get("SOAK_LETTERS", "100"))
SEED = int(os.environ.get("SOAK_SEED", str(time.time_ns() % 10_000)))
_PROMISE = text("""
INSERT INTO outbox (key, letter, person_id, language, context, duty, subject, state, promised_at,
                    not_before, attempts, lease, message_id, answer)
SELECT :key || '/' || n, 'set_password', :person, 'zh',
       jsonb_build_object('path', '/set-password/' || n, 'expires', CAST(:expires AS text)), '',
       '', 'promised', :at, :at, 0, '', md5(:key || '/' || n), ''
  FROM generate_series(1, :letters) n
""")
_ENDS = text("SELECT state, count(*) AS letters FROM outbox GROUP BY state")
_TRIES = text("SELECT max(attempts) FROM outbox")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "kept.log"


@pytest.fixture
def port(log: Path) -> Iterator[int]:
    """A hostile server in a process of its own."""
    command = (sys.executable, "-m", "tests.flows.hostile_server", "--log", str(log))
    server = subprocess.Popen((*command, "--seed", str(SEED)), stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    with server.stdout:
        yield int(server.stdout.readline())
    server.kill()
    server.wait()


@pytest.fixture
def nursery(story: Story, migrated: str, port: int) -> Iterator[subprocess.Popen[str]]:
    """Ready to send its children out; what it sent to get ready does not count."""
    promise(story, "warm", 1)
    command = (sys.executable, "-m", "tests.flows.short_lives", "--database", migrated)
    process = subprocess.Popen(
        (*command, "--port", str(port), "--seed", str(SEED)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()
        process.wait()


def promise(story: Story, key: str, letters: int) -> None:
    with transaction(story.bind) as session:
        asked = {"person": story.staff["reviewer"].person_id, "at": MORNING, "letters": letters}
        session.execute(_PROMISE, asked | {"key": key, "expires": MORNING.isoformat()})


def kills_until_all_is_sent(nursery: subprocess.Popen[str]) -> int:
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write("go\n")
    nursery.stdin.flush()
    return int(nursery.stdout.readline())


@pytest.mark.real
def test_no_letter_is_lost_and_no_kill_repeats_more_than_one(
    story: Story, nursery: subprocess.Popen[str], log: Path
) -> None:
    print(f"seed {SEED}")  # noqa: T201  to play it again
    promise(story, "soak", LETTERS)
    began = time.monotonic()
    kills = kills_until_all_is_sent(nursery)
    took = time.monotonic() - began
    kept = [line.split() for line in log.read_text().splitlines()]
    arrivals = Counter(message_id for message_id, *_ in kept)
    lost_answers = sum(said == "dropped" for *_, said in kept)
    duplicates = arrivals.total() - len(arrivals)
    with transaction(story.bind) as session:
        ends = {row.state: row.letters for row in session.execute(_ENDS)}
        tries = session.execute(_TRIES).scalar_one()
    print(  # noqa: T201  what docs/soaks.md records
        f"{LETTERS} letters, {kills} kills, {arrivals.total()} kept, {duplicates} duplicates, "
        f"{lost_answers} answers lost by the server, at most {tries} tries, {took:.0f} s"
    )
    assert ends == {"accepted": LETTERS + 1}
    assert len(arrivals) == LETTERS + 1, "every letter, all its repeats under one Message-ID"
    assert duplicates <= kills
