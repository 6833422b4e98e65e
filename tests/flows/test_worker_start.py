"""What mail cannot be sent with is one line at the start, by the worker and by `duban run`."""

from pathlib import Path

import pytest

from api import run as house
from flows import __main__ as worker
from states.settings import Settings

FLAWS = {
    "DUBAN_MAIL_RETRIES": ("30s 5m", "the last wait of a letter is at least 30m"),
    "DUBAN_MAIL_GIVE_UP": ("1d", "after 4d at the earliest"),
    "DUBAN_BOUNCES": ("nowhere", "nowhere lacks the folders new and cur"),
    "DUBAN_DKIM_KEY": ("none.pem", "DUBAN_DKIM_KEY cannot be used: none.pem cannot be read"),
}


@pytest.fixture(params=FLAWS)
def flaw(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The sentence that the flaw deserves."""
    value, sentence = FLAWS[request.param]
    monkeypatch.setenv("DUBAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DUBAN_DKIM_SELECTOR", "s1")
    monkeypatch.setenv(request.param, value)
    return sentence


def test_the_worker_does_not_start(flaw: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert worker.main() == 1
    said = capsys.readouterr().err
    assert said.startswith("worker cannot start: ")
    assert flaw in said
    assert said.count("\n") == 1


def test_neither_does_the_house(flaw: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert house.run(Settings()) == 1
    said = capsys.readouterr().err
    assert flaw in said
    assert said.count("\n") == 1
