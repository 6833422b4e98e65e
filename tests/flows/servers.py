"""A real Prefect server and real workers for the stories that need them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
}
PATIENCE = 60.0


def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait for something that real processes do. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.1)


@contextmanager
def prefect_server(port: int, database: str, home: Path) -> Iterator[str]:
    """A server on that port; gives its API's address. Killed at the end."""
    command = ("prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port))
    told = {
        "PREFECT_HOME": str(home),
        "PREFECT_API_DATABASE_CONNECTION_URL": database,
        "PREFECT_SERVER_UI_ENABLED": "false",
    }
    url = f"http://127.0.0.1:{port}/api"
    with child(*command, environment=QUIET | told, log=home / "prefect.log"):
        until(lambda: answers(url))
        yield url


@contextmanager
def child(*module: str, environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[str]]:
    """`python -m module …`, killed at the end if it is still there."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as out:
        process = subprocess.Popen(
            (sys.executable, "-m", *module),
            env=os.environ | environment,
            stdout=out,
            stderr=out,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def runs(url: str, flow: str, *states: str) -> list[dict[str, object]]:
    """The runs of a flow in these states, as Prefect's API lists them."""
    asked = {
        "limit": 200,
        "flows": {"name": {"any_": [flow]}},
        "flow_runs": {"state": {"type": {"any_": list(states)}}},
    }
    found: list[dict[str, object]] = httpx.post(f"{url}/flow_runs/filter", json=asked).json()
    return found
