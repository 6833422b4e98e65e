"""Working days of 2026, and what is said of days no calendar covers (programme, section 5)."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.rules.workdays import Calendar, CalendarYear, Due, load_calendars, merge

CALENDAR = load_calendars()


def _year(year: int) -> CalendarYear:
    return CalendarYear(
        source="a test",
        coverage_start=date(year, 1, 1),
        coverage_end=date(year, 12, 31),
        holidays={"元旦": (date(year, 1, 1),)},
        makeup_workdays={},
    )


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        pytest.param("2026-02-13", 1, "2026-02-14", id="W01"),
        pytest.param("2026-02-13", 5, "2026-02-27", id="W02"),
        pytest.param("2026-02-27", 1, "2026-02-28", id="W03"),
        pytest.param("2026-03-19", 5, "2026-03-26", id="W04"),
        pytest.param("2026-04-03", 1, "2026-04-07", id="W05"),
        pytest.param("2026-04-30", 5, "2026-05-11", id="W06"),
        pytest.param("2026-06-18", 3, "2026-06-24", id="W07"),
        pytest.param("2026-09-18", 1, "2026-09-20", id="W08"),
        pytest.param("2026-09-24", 5, "2026-10-09", id="W09"),
        pytest.param("2026-09-30", 3, "2026-10-10", id="W10"),
    ],
)
def test_the_table_of_section_5(start: str, n: int, due: str) -> None:
    found = CALENDAR.nth_working_day_after(date.fromisoformat(start), n)
    assert found == Due(date.fromisoformat(due), provisional=False)


@pytest.mark.parametrize(("start", "n"), [pytest.param("2026-12-25", 5, id="W11")])
def test_the_last_row_of_section_5_is_provisional(start: str, n: int) -> None:
    found = CALENDAR.nth_working_day_after(date.fromisoformat(start), n)
    assert found.provisional
    assert found.day == date(2027, 1, 1), "what is not arranged is counted by weekends alone"


def test_a_deadline_past_the_calendar_is_provisional() -> None:
    assert CALENDAR.coverage_end == date(2026, 12, 31)
    assert CALENDAR.nth_working_day_after(date(2026, 12, 25), 5).provisional
    assert not CALENDAR.nth_working_day_after(date(2026, 12, 25), 4).provisional
    assert CALENDAR.nth_working_day_after(date(2025, 12, 1), 1).provisional


def test_the_fifth_working_day_of_each_month() -> None:
    found = [CALENDAR.nth_working_day_of_month(2026, month, 5).day for month in range(1, 13)]
    expected = "01-08 02-06 03-06 04-08 05-11 06-05 07-07 08-07 09-07 10-13 11-06 12-07"
    assert [f"{day:%m-%d}" for day in found] == expected.split()


def test_the_year_has_248_working_days_month_by_month() -> None:
    ends = [date(2025, 12, 31), *(date(2026, m + 1, 1) for m in range(1, 12)), date(2026, 12, 31)]
    assert CALENDAR.working_days_between(ends[0], ends[-1]) == 248
    months = [
        sum(CALENDAR.is_working_day(date(2026, m, d)) for d in range(1, 32) if _exists(m, d))
        for m in range(1, 13)
    ]
    assert months == [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]


def _exists(month: int, day: int) -> bool:
    try:
        date(2026, month, day)
    except ValueError:
        return False
    return True


@given(st.dates(date(2026, 1, 1), date(2026, 11, 1)), st.integers(1, 30))
def test_counting_forth_and_counting_between_agree(start: date, n: int) -> None:
    due = CALENDAR.nth_working_day_after(start, n).day
    assert CALENDAR.is_working_day(due)
    assert CALENDAR.working_days_between(start, due) == n
    assert CALENDAR.working_days_between(due, start) == 0


def test_a_last_day_off_moves_to_the_next_working_day() -> None:
    assert CALENDAR.working_day_on_or_after(date(2026, 10, 1)).day == date(2026, 10, 8)
    assert CALENDAR.working_day_on_or_after(date(2026, 5, 9)).day == date(2026, 5, 9)


def test_counting_from_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="from one on"):
        CALENDAR.nth_working_day_after(date(2026, 1, 5), 0)


def test_years_are_merged_without_a_gap() -> None:
    both = merge([_year(2027), _year(2026)])
    assert isinstance(both, Calendar)
    assert (both.coverage_start, both.coverage_end) == (date(2026, 1, 1), date(2027, 12, 31))
    with pytest.raises(ValueError, match="gap"):
        merge([_year(2026), _year(2028)])


def test_a_folder_without_calendars_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "readme.md").write_text("none")
    with pytest.raises(ValueError, match="no calendar"):
        load_calendars(tmp_path)
