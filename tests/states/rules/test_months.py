"""Which months may be reported: those that are over, from the first rulebook on."""

from datetime import UTC, datetime

import pytest

from states.rules.months import compilable, first_month, month_before, return_due_on

MIDNIGHT_IN_SHANGHAI = datetime(2026, 5, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("month", "may"),
    [
        ("2024-12", False),
        ("2025-01", True),
        ("2026-05", True),
        ("2026-06", False),
        ("9999-12", False),
        ("0001-01", False),
    ],
)
def test_a_month_may_be_reported_once_it_is_over(month: str, *, may: bool) -> None:
    assert compilable(month, MIDNIGHT_IN_SHANGHAI) is may


def test_the_month_ends_at_midnight_in_shanghai() -> None:
    before = MIDNIGHT_IN_SHANGHAI.replace(hour=15, minute=59)
    assert (month_before(before), month_before(MIDNIGHT_IN_SHANGHAI)) == ("2026-04", "2026-05")
    assert not compilable("2026-05", before)
    with pytest.raises(ValueError, match="month"):
        compilable("2026-13", before)


def test_a_month_before_the_first_rulebook_has_a_due_day_all_the_same() -> None:
    assert first_month() == "2025-01"
    assert f"{return_due_on('2019-03'):%Y-%m}" == "2019-04"
