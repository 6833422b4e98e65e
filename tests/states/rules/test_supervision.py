"""What becomes of a fault, as a table; and everything the rulebook names is put into words."""

import pytest

from states.rules.law import the_law
from states.rules.supervision import FaultState, Manner, Step, after, recheck_step
from states.rules.words import has

OPEN, RECTIFIED, CROSSED_OFF = FaultState


@pytest.mark.parametrize(
    ("state", "step", "reached"),
    [
        (OPEN, Step.REPORT, RECTIFIED),
        (OPEN, Step.CROSS_OFF, None),
        (OPEN, Step.SEND_AGAIN, None),
        (RECTIFIED, Step.REPORT, None),
        (RECTIFIED, Step.CROSS_OFF, CROSSED_OFF),
        (RECTIFIED, Step.SEND_AGAIN, OPEN),
        (CROSSED_OFF, Step.REPORT, None),
        (CROSSED_OFF, Step.CROSS_OFF, None),
        (CROSSED_OFF, Step.SEND_AGAIN, None),
    ],
)
def test_a_fault_takes_these_steps_and_no_others(
    state: FaultState, step: Step, reached: FaultState | None
) -> None:
    assert after(state, step) is reached


def test_a_recheck_ends_in_one_of_two_ways() -> None:
    assert recheck_step(accepted=True) is Step.CROSS_OFF
    assert recheck_step(accepted=False) is Step.SEND_AGAIN


def test_everything_that_is_named_has_its_words() -> None:
    for book in the_law().regimes.values():
        assert all(has("fault", code) for code in book.supervision.faults)
        assert book.supervision.source == "system default"
    assert all(has("manner", manner) for manner in Manner)
    assert all(has("fault_state", state) for state in FaultState)
    for letter in ("check_found", "rectification_reported", "check_reviewed"):
        assert has("mail_name", letter)
