"""Delivering processes that live for 50 to 250 ms each, until every letter is accepted.

`python -m tests.flows.short_lives --database URL --port N --seed 7` has imported everything and has
delivered once before it forks, so that a life is short; it says "ready" and waits for a line. Each
child is a worker's start: it frees the leases of the dead, then delivers until SIGKILL. At the end
the number of kills is printed.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import time
import traceback
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import psycopg
from sqlalchemy import Engine

from flows import wiring
from flows.deliver_mail import deliver_mail, free_dead_leases
from flows.outside.null import NullHub
from flows.outside.smtp import SmtpPostman
from flows.wiring import Wiring
from states.records import db, secrets
from states.rules.patience import Patience
from states.settings import Settings
from tests.keys import MASTERS

SHORTEST, LONGEST = 0.05, 0.25
_MS = timedelta(milliseconds=1)
TABLE = Patience((20 * _MS, 50 * _MS, 100 * _MS, 100 * _MS), 150 * _MS, (270 + 59 * 150) * _MS)
"""As many tries as the usual table has, 64, in less time."""
_OPEN = "SELECT count(*) FROM outbox WHERE state IN ('promised', 'leased', 'deferred')"
_SETTINGS = Settings(data_dir=Path("/nowhere"), public_url="https://duban.example.invalid")


def run(database: str, port: int, seed: int) -> int:
    """Kill and start again until nothing is open; answers how many were killed."""
    dice, kills = random.Random(seed), 0  # noqa: S311  a story to be played again
    bind = db.engine(database, pool_size=2)
    url = f"smtp://127.0.0.1:{port}?starttls=0"
    wiring.use(Wiring(_SETTINGS, bind, lambda: SmtpPostman(url), NullHub(), patience=TABLE))
    asyncio.run(deliver_mail.fn())
    say("ready")
    sys.stdin.readline()
    with psycopg.connect(database, autocommit=True) as looks:
        while looks.execute(_OPEN).fetchone() != (0,):
            child = os.fork()
            if not child:
                _live(bind)
            time.sleep(dice.uniform(SHORTEST, LONGEST))
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            if not os.WIFSIGNALED(status):
                raise AssertionError("a worker ended by itself")
            kills += 1
    return kills


def _live(bind: Engine) -> NoReturn:
    """A worker's life, from its start on."""
    try:
        bind.dispose(close=False)
        free_dead_leases(wiring.wired())
        asyncio.run(_for_ever())
    finally:
        traceback.print_exc()
        os._exit(1)


async def _for_ever() -> None:
    while True:
        await deliver_mail.fn()
        await asyncio.sleep(0.01)


def say(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    given = parser.parse_args()
    secrets.use(b"k" * 32, MASTERS)
    say(run(given.database, given.port, given.seed))
