"""A result must be what its marks say."""

import pytest

from states.rules.marks import marks_fit


@pytest.mark.parametrize(
    ("result", "theory", "practice", "fits"),
    [
        ("pass", 600, 600, True),
        ("pass", 599, 1000, False),
        ("pass", None, 900, False),
        ("fail", 599, 1000, True),
        ("fail", 600, 600, False),
        ("fail", 300, 1001, False),
        ("absent", None, None, True),
        ("absent", 0, None, False),
        ("misconduct", None, None, True),
        ("misconduct", 900, 900, True),
        ("misconduct", -1, 900, False),
    ],
)
def test_marks_fit_their_result(
    result: str, theory: int | None, practice: int | None, *, fits: bool
) -> None:
    said = marks_fit(result, theory=theory, practice=practice, pass_mark=600, full=1000)
    assert said is fits
