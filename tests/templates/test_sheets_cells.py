"""What an office means by a cell."""

from datetime import date, datetime, time

import pytest

from templates.sheets.cells import Cell, as_date, as_flag, as_half_hours, as_tenths, as_text, plain


def moment(hour: int = 0, minute: int = 0) -> datetime:
    """A time on 2026-03-19; a spreadsheet's moment has no time zone."""
    return datetime.combine(date(2026, 3, 19), time(hour, minute))


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-19", "2026.3.19", "2026/3/19", "2026年3月19日", "２０２６年３月１９日", "20260319",
        "2026-03-19 00:00:00", " 2026 /3/ 19".replace(" ", ""), date(2026, 3, 19),
        moment(8), 46100.0, 46100, "2026-03-19T00:00:00.000",
    ],
)  # fmt: skip
def test_a_date_in_every_spelling_is_the_same_day(cell: Cell) -> None:
    assert as_date(cell) == date(2026, 3, 19)


@pytest.mark.parametrize("cell", ["2026-02-30", "19/3/2026", "三月", "2026年3月", 3.5, 2026.0])
def test_what_is_no_date_is_refused(cell: Cell) -> None:
    with pytest.raises(ValueError, match=r"spelling|day|month"):
        as_date(cell)


def test_empty_cells_are_nothing() -> None:
    assert [as_date(None), as_date(" "), as_tenths(""), as_half_hours(None)] == [None] * 4
    assert as_text(None) == ""


def test_marks_are_tenths_and_hours_are_halves() -> None:
    assert [as_tenths(cell) for cell in (79.5, "79.5分", 60, "６０", 0.0)] == [
        795,
        795,
        600,
        600,
        0,
    ]
    assert [as_half_hours(cell) for cell in ("20课时", 19.5, "4 学时", 40)] == [40, 39, 8, 80]


@pytest.mark.parametrize("cell", ["79.55", "-3", "good", "1e3"])
def test_a_mark_finer_than_a_tenth_is_refused(cell: Cell) -> None:
    with pytest.raises(ValueError, match=r"scale|spelling"):
        as_tenths(cell)


def test_cells_read_as_a_person_reads_them() -> None:
    assert as_text(13900000000.0) == "13900000000"
    assert as_text(" 张　三 ") == "张　三"
    assert as_text(moment()) == "2026-03-19"
    assert as_text(moment(8, 30)) == "2026-03-19 08:30:00"
    assert plain("（合 计）") == "(合计)"
    assert [as_flag(cell) for cell in ("是", "否", None)] == [True, False, False]
