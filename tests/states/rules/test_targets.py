"""The year's target against the calendar: colours at their bounds, and a forecast that is whole."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.rules.targets import Calendar, Colour, behind, colour, forecast, the_terms, window

HALF = Calendar(50, 100)


def test_the_notice_asks_for_fifty_thousand_in_2026() -> None:
    assert the_terms().target(2026) == 50_000
    assert the_terms().target(2027) is None


def test_the_calendar_counts_today_and_stays_within_its_year() -> None:
    assert Calendar.of(2026, date(2026, 1, 1)) == Calendar(1, 365)
    assert Calendar.of(2026, date(2026, 12, 31)) == Calendar(365, 365)
    assert Calendar.of(2026, date(2027, 3, 1)).left == 0
    assert Calendar.of(2027, date(2026, 3, 1)).passed == 0
    assert Calendar.of(2028, date(2028, 12, 31)).days == 366


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (500, Colour.GREEN),
        (401, Colour.GREEN),
        (400, Colour.AMBER),
        (301, Colour.AMBER),
        (300, Colour.RED),
        (0, Colour.RED),
        (1200, Colour.GREEN),
    ],
)
def test_ten_points_behind_is_amber_and_twenty_red(done: int, expected: Colour) -> None:
    assert colour(done, 1000, HALF) is expected


def test_who_is_asked_for_nobody_has_reached_it() -> None:
    assert colour(0, 0, HALF) is Colour.GREEN


def test_a_third_behind_is_a_third() -> None:
    assert behind(0, 3, Calendar(1, 3)) == Fraction(100, 3)


def test_the_forecast_goes_on_as_the_last_days_went() -> None:
    assert forecast(1000, 90, Calendar(265, 365)) == 1100
    assert forecast(10, 10, Calendar(10, 365)) == 365
    assert window(Calendar(10, 365)) == 10
    assert forecast(7, 0, Calendar(0, 365)) == 7


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.integers(1, 365))
def test_a_forecast_never_falls_below_what_is_done(done: int, recent: int, passed: int) -> None:
    foreseen = forecast(done, recent, Calendar(passed, 365))
    assert foreseen >= done
    assert passed < 365 or foreseen == done


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 365))
def test_more_certificates_never_make_the_colour_worse(done: int, quota: int, passed: int) -> None:
    calendar, order = Calendar(passed, 365), list(Colour)
    now, then = colour(done, quota, calendar), colour(done + 1, quota, calendar)
    assert order.index(then) <= order.index(now)
