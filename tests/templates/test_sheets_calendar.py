"""工作日安排表 as an office sends it: spans of days off and worked; what each bad row gets."""

from datetime import date

import pytest

from templates.sheets.workday_calendar import CalendarReading, read_calendar, write_calendar
from templates.sheets.writer import Page, write_pages

HEADER = ("节日", "安排", "开始日期", "结束日期", "备注")


def reading(*rows: tuple[str, ...]) -> CalendarReading:
    data = write_pages(Page("表", HEADER, [(*row, None) for row in rows]))
    return read_calendar(data, "表.xlsx", year=2027)


def codes(*rows: tuple[str, ...]) -> list[tuple[int, str]]:
    return [(found.sheet_row, found.code) for found in reading(*rows).findings]


def test_spans_and_single_days_are_read_in_any_spelling() -> None:
    found = reading(
        ("元旦", "放假", "2027-01-01", "2027年1月3日"),
        ("春节", "休息", "2027/2/6", "2027.2.8"),
        ("春节", "调休上班", "2027-02-14", ""),
    )
    assert found.findings == ()
    assert found.holidays["元旦"] == (date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3))
    assert len(found.holidays["春节"]) == 3
    assert found.makeup_workdays == {"春节": (date(2027, 2, 14),)}


def test_a_holiday_may_begin_in_the_last_week_before_its_year() -> None:
    assert codes(("元旦", "放假", "2026-12-31", "2027-01-02")) == []
    assert codes(("元旦", "放假", "2026-12-20", "")) == [(2, "calendar_day_of_other_year")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("元旦", "放", "2027-01-01", ""), "calendar_kind_unknown"),
        (("元旦", "放假", "一月一日", ""), "calendar_day_unreadable"),
        (("元旦", "放假", "2027-01-03", "2027-01-01"), "calendar_day_unreadable"),
        (("元旦", "放假", "2027-01-01", "2027-03-01"), "calendar_day_unreadable"),
        (("元旦", "上班", "2027-01-04", ""), "calendar_makeup_is_no_weekend"),
        (("元旦", "放假", "2028-02-01", ""), "calendar_day_of_other_year"),
    ],
)
def test_a_row_that_is_not_right_says_why(row: tuple[str, ...], code: str) -> None:
    assert codes(row) == [(2, code)]


def test_a_day_stands_in_one_row_only() -> None:
    rows = (("元旦", "放假", "2027-01-01", "2027-01-03"), ("元旦", "上班", "2027-01-03", ""))
    assert codes(*rows) == [(3, "calendar_day_twice")]


def test_what_is_written_can_be_read_again() -> None:
    first, last = date(2027, 1, 1), date(2027, 1, 3)
    data = write_calendar([("元旦", "放假", first, last)], year=2027)
    assert len(read_calendar(data, "表.xlsx", year=2027).holidays["元旦"]) == 3
