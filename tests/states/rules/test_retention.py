"""What is kept how long: whole calendar years after the class's end, and not a day less."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from states.rules.retention import Period, the_retention
from states.rules.words import has

TEN = Period(years=10, source="story")


def anniversary(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)


def test_papers_of_a_certificate_are_kept_ten_years_whole() -> None:
    kept = the_retention().learner_with_certificate
    assert kept.last_due(date(2036, 5, 8)) == date(2026, 5, 7)
    assert kept.last_due(date(2036, 5, 9)) == date(2026, 5, 8)


@pytest.mark.parametrize(
    ("on", "last"),
    [
        (date(2034, 2, 28), date(2024, 2, 27)),
        (date(2034, 3, 1), date(2024, 2, 29)),
        (date(2036, 2, 29), date(2026, 2, 28)),
    ],
)
def test_the_last_of_february_is_nobodys_loss(on: date, last: date) -> None:
    assert TEN.last_due(on) == last


@given(st.dates(date(2020, 1, 1), date(2060, 12, 31)), st.integers(1, 12), st.integers(0, 5000))
def test_what_is_due_is_what_has_had_its_whole_period(on: date, years: int, back: int) -> None:
    ended = on - timedelta(days=back)
    is_due = ended <= Period(years=years, source="story").last_due(on)
    assert is_due == (anniversary(ended, years) < on)


def test_days_are_counted_one_by_one() -> None:
    assert Period(days=30, source="story").last_due(date(2026, 5, 1)) == date(2026, 3, 31)


def test_every_kind_is_due_by_its_own_period_and_has_its_words_and_source() -> None:
    retention = the_retention()
    due = retention.due(date(2030, 1, 1))
    assert due["learner_with_certificate"] < due["learner_without_certificate"]
    assert due.keys() == retention.periods.keys()
    assert all(has("kept", kind) and period.source for kind, period in retention.periods.items())


@pytest.mark.parametrize(
    "changed",
    ["", "years = 1\ndays = 1", "years = 0", "days = -3", "weeks = 2", 'years = "ten"'],
)
def test_a_period_that_says_nothing_or_too_much_is_refused(tmp_path: Path, changed: str) -> None:
    file = tmp_path / "retention.toml"
    kinds = the_retention().periods
    file.write_text(
        'notice_days = 14\nnotice_source = "story"\n'
        + "".join(f'[{kind}]\nsource = "story"\n{changed}\n' for kind in kinds),
        encoding="utf-8",
    )
    with pytest.raises(ValidationError):
        the_retention(file)
