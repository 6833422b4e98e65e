"""Dates, shares and hours look as the office writes them."""

from datetime import UTC, date, datetime

import pytest

from states.rules.halves import hours
from templates import filters

LATE_EVENING = datetime(2026, 3, 18, 23, 30, tzinfo=UTC)
NOTICE_DAY = date(2026, 3, 19)


def test_a_late_evening_elsewhere_is_already_the_next_day_in_shanghai() -> None:
    assert filters.iso_date(LATE_EVENING) == "2026-03-19"
    assert filters.minute(LATE_EVENING) == "2026-03-19 07:30"
    assert filters.clock_time(LATE_EVENING) == "07:30"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        filters.minute(LATE_EVENING.replace(tzinfo=None))


def test_dates_in_sentences_follow_the_convention_of_documents() -> None:
    assert filters.date_words(NOTICE_DAY, "zh") == "2026年3月19日"
    assert filters.date_words(NOTICE_DAY, "en") == "19 March 2026"
    assert filters.month("2026-03", "zh") == "2026年3月"
    assert filters.month(NOTICE_DAY, "en") == "March 2026"


def test_nothing_is_a_dash() -> None:
    assert {filters.iso_date(None), filters.minute(None), filters.date_words(None, "zh")} == {"—"}
    assert filters.percent(1, 0) == "—"


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(1, 3, "33.3%"), (300, 1000, "30.0%"), (1, 2000, "0.1%"), (5, 4, "125.0%"), (0, 7, "0.0%")],
)
def test_a_share_has_one_decimal_and_rounds_halves_up(part: int, whole: int, said: str) -> None:
    assert filters.percent(part, whole) == said


def test_class_hours_are_counted_in_halves() -> None:
    assert [hours(halves) for halves in (40, 41, 0)] == ["20", "20.5", "0"]


def test_big_numbers_are_grouped() -> None:
    assert filters.number(50000) == "50,000"


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (8, "剩8个工作日", "8 working days left"),
        (1, "剩1个工作日", "1 working day left"),
        (0, "今日到期", "due today"),
        (-1, "已超1个工作日", "1 working day late"),
        (-2, "已超2个工作日", "2 working days late"),
    ],
)
def test_a_deadline_says_in_words_how_long_is_left(days: int, zh: str, en: str) -> None:
    assert filters.days_left(days, "zh") == zh
    assert filters.days_left(days, "en") == en
