"""What is said of a return before it is signed, and what of it blocks."""

from dataclasses import replace
from datetime import date

import pytest

from states.rules.return_checks import Draft, SamePerson, WaitingClass, blocking, check
from states.rules.words import has

MAY_ENDS = date(2026, 6, 1)
WAITS = WaitingClass(
    "HP-2026-001-01", "surveyed", date(2026, 5, 31), date(2026, 6, 7), summed_up=True
)


@pytest.mark.parametrize(
    ("klass", "code"),
    [
        (replace(WAITS, stage="suspended", confirmed_on=None), "return_class_is_suspended"),
        (replace(WAITS, confirmed_on=None), "return_scores_unconfirmed"),
        (replace(WAITS, confirmed_on=MAY_ENDS), "return_scores_confirmed_later"),
        (replace(WAITS, summed_up=False), "return_survey_missing"),
        (replace(WAITS, summed_up=False, closes_on=None), "return_survey_missing"),
        (replace(WAITS, stage="running"), "return_project_is_unfinished"),
        (WAITS, "return_class_is_not_counted"),
        (replace(WAITS, held_in="2026-06"), "return_class_is_held"),
    ],
)
def test_a_class_waits_for_the_first_reason_that_holds(klass: WaitingClass, code: str) -> None:
    (finding,) = check(Draft(MAY_ENDS, waiting=[klass]))
    assert finding.code == code
    assert has("finding", code)
    assert blocking([finding]) == []


@pytest.mark.parametrize("kind", ["twice", "reported", "certified"])
def test_a_person_met_before_is_a_note(kind: str) -> None:
    (finding,) = check(Draft(MAY_ENDS, doubles=[SamePerson(kind, ["HP-2026-001-01/3"])]))
    assert has("finding", finding.code)
    assert blocking([finding]) == []


def test_only_what_makes_a_figure_wrong_blocks_and_stands_first() -> None:
    draft = Draft(MAY_ENDS, stale=["A"], stopped=["B"], undecided=["C"], waiting=[WAITS])
    found = check(draft)
    assert blocking(found) == found[:2]
    assert [f.params["code"] for f in found[:3]] == ["A", "B", "C"]
    assert check(Draft(MAY_ENDS)) == []
