"""How far behind the calendar, in words that agree with their colour; the forecast's sentence."""

from collections import Counter
from datetime import date

import pytest

from api.pages.target_words import Line, forecast_words, line_of
from states.records.quotas import District
from states.records.target_board import Progress, Tally
from states.rules.routes import Route
from states.rules.targets import Calendar
from states.rules.words import Language

HUANGPU = District(1, "HP", "黄浦区", "Huangpu District")
DAY_146 = Calendar.of(2026, date(2026, 5, 26))
"""Two fifths of the year have passed."""


def progress(done: int, quota: int = 10_000, *, calendar: Calendar = DAY_146) -> Progress:
    tally = Tally(persons=Counter({Route.TRAINING: done}), recent=done)
    return Progress(HUANGPU, quota, tally, calendar)


def said(done: int, lang: Language = "zh") -> tuple[str, str]:
    line: Line = line_of(progress(done), lang)
    return line.colour_words, line.gap


@pytest.mark.parametrize(
    ("done", "colour", "gap"),
    [
        (4000, "进度正常", "与时间进度持平"),
        (3999, "进度正常", "与时间进度持平"),
        (3990, "进度正常", "落后时间进度0.1个百分点"),
        (3004, "进度正常", "落后时间进度9.9个百分点"),
        (3001, "进度正常", "落后时间进度9.9个百分点"),
        (3000, "落后时间进度", "落后时间进度10.0个百分点"),
        (2001, "落后时间进度", "落后时间进度19.9个百分点"),
        (2000, "严重落后", "落后时间进度20.0个百分点"),
        (4009, "进度正常", "与时间进度持平"),
        (4019, "进度正常", "超过时间进度0.1个百分点"),
        (0, "严重落后", "落后时间进度40.0个百分点"),
    ],
)
def test_no_rounding_reaches_a_bound_that_is_not_reached(done: int, colour: str, gap: str) -> None:
    assert said(done) == (colour, gap)


@pytest.mark.parametrize(
    ("done", "colour", "gap"),
    [
        (3001, "On schedule", "9.9 points behind the calendar"),
        (3000, "Behind", "10.0 points behind the calendar"),
        (2001, "Behind", "19.9 points behind the calendar"),
        (2000, "Far behind", "20.0 points behind the calendar"),
        (4000, "On schedule", "level with the calendar"),
        (20_000, "On schedule", "160.0 points ahead of the calendar"),
    ],
)
def test_the_same_in_english(done: int, colour: str, gap: str) -> None:
    assert said(done, "en") == (colour, gap)


def test_where_nothing_is_asked_nothing_is_behind() -> None:
    nothing_asked = Progress(HUANGPU, None, Tally(), DAY_146)
    line = line_of(nothing_asked, "en")
    assert (line.name, line.colour_words, line.gap) == ("Huangpu District", "No quota", "")


def test_the_forecast_says_what_it_assumes_in_both_languages() -> None:
    # 900 in the last 90 days, 219 days to go: 900 + 2190.
    zh, en = (forecast_words(progress(900), lang) for lang in ("zh", "en"))
    assert zh == (
        "按最近90天的取证速度（考试途径除外）推算到年底，约3,090人；"
        "考试成绩集中在第四季度，尚未归集的不计入。"
    )
    assert en == (
        "About 3,090 persons by the end of the year if the last 90 days go on (exam left out); "
        "exam results come in the last quarter, and those not in yet are not counted on."
    )


@pytest.mark.parametrize(
    ("today", "zh", "en"),
    [
        (date(2027, 1, 1), "本年度已结束。", "The year is over."),
        (date(2025, 12, 31), "本年度尚未开始。", "The year has not begun."),
    ],
)
def test_a_year_that_is_over_or_to_come_has_no_forecast(today: date, zh: str, en: str) -> None:
    one = progress(900, calendar=Calendar.of(2026, today))
    assert (forecast_words(one, "zh"), forecast_words(one, "en")) == (zh, en)
