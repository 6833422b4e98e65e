"""Whole lives in a whole house: plan to certificate through the API, with every real part."""

import pytest

from states.rules.stages import Channel
from tests.journeys.records import Told

RETURN = "compile_monthly_return"
CALENDAR = {"remind_daily", RETURN, "collect_certificates"}

pytestmark = pytest.mark.real


def test_three_projects_of_three_channels_are_certified(undisturbed: Told) -> None:
    summary = undisturbed.summary
    assert summary.problems == []
    assert summary.certified == 3
    assert summary.certificates > 0
    assert set(undisturbed.stages.values()) == {"certified"}
    assert undisturbed.channels == set(Channel)


def test_every_promised_letter_arrived(undisturbed: Told) -> None:
    assert undisturbed.summary.mails_delivered == len(undisturbed.owed) > 0
    assert undisturbed.owed == set(undisturbed.letters)


def test_the_ledger_holds_every_fact_and_every_move(undisturbed: Told) -> None:
    facts = sum(len(kinds) for kinds in undisturbed.facts.values())
    assert undisturbed.moves == 6 * 3
    assert undisturbed.summary.ledger_entries == facts + undisturbed.moves + undisturbed.acts
    assert undisturbed.acts > 0  # workbooks with whole numbers left for the hub
    for numbers in undisturbed.numbers.values():
        assert numbers == list(range(1, len(numbers) + 1))


def test_prefect_lists_the_flow_runs_by_name(undisturbed: Told) -> None:
    """Each flow ran, and an operator can tell from the name what a run was about."""
    runs = undisturbed.runs
    done = {flow: [n for n, s in names.items() if s == "COMPLETED"] for flow, names in runs.items()}
    assert undisturbed.summary.flow_runs >= sum(len(names) for names in done.values()) > 0
    assert {flow for flow, names in done.items() if names} >= CALENDAR | {"deliver_mail"}
    assert any(name.startswith("drive ") and "HP" in name for name in done["drive_projects"])
    assert any(name.startswith("compile monthly return · ") for name in runs[RETURN])
