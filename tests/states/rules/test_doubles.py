"""Two classes at once and second certificates: what is asked, what is only said (E34, E35)."""

from datetime import date

import pytest

from states.rules.doubles import Elsewhere, certificate_is_held, enrolled_twice
from states.rules.findings import Finding, Weight
from states.rules.words import say

OPENS, ENDS = date(2026, 4, 8), date(2026, 5, 8)


def other(
    opens: date,
    ends: date,
    name: str = "HP-1/1",
    *,
    goes_on: bool = True,
    clashes: bool | None = None,
) -> Finding | None:
    return enrolled_twice(Elsewhere(opens, ends, name, goes_on, clashes), OPENS, ENDS)


@pytest.mark.parametrize(
    ("opens", "ends", "weight"),
    [
        (date(2026, 3, 8), date(2026, 4, 7), Weight.NOTE),
        (date(2026, 3, 8), date(2026, 4, 8), Weight.SHOULD),
        (date(2026, 5, 8), date(2026, 6, 8), Weight.SHOULD),
        (date(2026, 5, 9), date(2026, 6, 9), Weight.NOTE),
    ],
)
def test_E34_days_that_touch_are_a_conflict_without_timetables(  # noqa: N802
    opens: date, ends: date, *, weight: Weight
) -> None:
    found = other(opens, ends)
    assert found is not None
    assert found.weight is weight


@pytest.mark.parametrize("goes_on", [True, False])
def test_E34_sessions_decide_where_both_have_them(*, goes_on: bool) -> None:  # noqa: N802
    found = other(OPENS, ENDS, goes_on=goes_on, clashes=True)
    assert found is not None
    assert found.weight is Weight.SHOULD
    beside = other(OPENS, ENDS, goes_on=goes_on, clashes=False)
    assert (beside is not None) is goes_on


def test_a_class_that_is_over_and_lay_elsewhere_is_nobodys_business() -> None:
    assert other(date(2025, 4, 8), date(2025, 5, 8), goes_on=False) is None


def test_every_finding_is_said_in_both_languages_and_names_no_class_of_another_district() -> None:
    days = (OPENS, ENDS)
    beside = (date(2026, 6, 1), date(2026, 7, 1))
    found = [other(*span, name) for span in (days, beside) for name in ("HP-1/1", "")]
    for finding in (*found, certificate_is_held(OPENS)):
        assert finding is not None
        for lang in ("zh", "en"):
            said = say("row", finding.code, lang, row=4, **finding.params)
            assert "{" not in said
            assert ("HP-1/1" in said) is ("klass" in finding.params)
