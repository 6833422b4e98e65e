"""The flows can do it all: with nothing settled in requests, whole lives still reach the end."""

from pathlib import Path

import pytest

from tests.journeys.records import Told, rehearsed


@pytest.mark.real
def test_without_settling_in_requests_the_flows_move_every_stage(
    folder: Path, undisturbed: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBAN_SETTLE_IN_REQUEST", "false")
    told = rehearsed(1, folder)
    assert told.summary.problems == []
    assert told.summary.certified == 1
    assert told.moves == 6
    assert told.moved_by_people == 0 < undisturbed.moved_by_people
    ((title, facts),) = told.facts.items()
    assert sorted(facts) == sorted(undisturbed.facts[title])
    driven = [run for run, state in told.runs["drive_projects"].items() if state == "COMPLETED"]
    assert driven
    assert told.owed == set(told.letters)
