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
    said = marks_fit(result, theory=theory, practice=practice, total=None, pass_mark=600, full=1000)
    assert said is fits


@pytest.mark.parametrize(
    ("result", "total", "fits"),
    [
        ("fail", 0, True),
        ("fail", 1000, True),
        ("fail", 1001, False),
        ("fail", 10000, False),
        ("fail", -1, False),
        ("absent", 650, False),
        ("misconduct", 1001, False),
        ("misconduct", 900, True),
    ],
)
def test_the_total_is_a_mark_like_the_others(result: str, total: int, *, fits: bool) -> None:
    parts = None if result == "absent" else 300
    said = marks_fit(result, theory=parts, practice=parts, total=total, pass_mark=600, full=1000)
    assert said is fits
