"""A timetable and an attendance book, uploaded, read and corrected on the page of a class."""

from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from sqlmodel import Session

from tests.api.pages.person_at_screen import AtScreen
from tests.api.pages.test_life_at_the_screen import (
    CENTRE,
    CLASS,
    FIRST,
    NEIGHBOUR,
    PROJECT,
    PROVIDER,
    downloads,
    imports,
    passes_time,
    uploads,
)

Sit = Callable[[str], AtScreen]
TIMETABLE, ATTENDANCE = f"{CLASS}/timetable", f"{CLASS}/attendance"


def opened(sit: Sit) -> AtScreen:
    """A provider whose class is filed."""
    who = sit(PROVIDER).opens("/projects/new?example=1").sends("/projects", district="HP")
    for reviewer in (FIRST, "HP/district_reviewer/1"):
        sit(reviewer).opens(PROJECT).sends(f"{PROJECT}/facts/review_signed")
    return who.opens(PROJECT).sends(f"{PROJECT}/classes", no="1")


@pytest.fixture
def provider(sit: Sit, session: Session) -> AtScreen:
    """Whose class runs, with a timetable; the sample date stands some days after the opening."""
    who = opened(sit).opens(CLASS)
    imports(who, f"{CLASS}/roster", downloads(who, f"{CLASS}/sample-roster.xlsx"))
    for learner in waiting(sit(FIRST).opens(CLASS)):
        sit(FIRST).opens(CLASS).sends(learner, decision="admit", reason="已核实")
    imports(who.opens(CLASS), TIMETABLE, downloads(who, f"{CLASS}/sample-timetable.xlsx"))
    for step in ("next", "day", "day"):
        passes_time(session, who, step)
    return who.opens(CLASS)


def waiting(reviewer: AtScreen) -> list[str]:
    text = reviewer.page.text.split('action="')
    return [part.split('"')[0] for part in text if part.startswith(f"{CLASS}/admissions/")]


def columns_of(sheet: Worksheet) -> dict[str, int]:
    """Where each title stands: two lines of titles, then the header."""
    return {str(cell.value): place for place, cell in enumerate(sheet[3], start=1)}


def corrected(data: bytes, *, reason: str) -> bytes:
    """The first mark becomes an absence, as somebody would do it in the downloaded sheet."""
    book = openpyxl.load_workbook(BytesIO(data))
    sheet = book.worksheets[0]
    titles = columns_of(sheet)
    row = next(
        row
        for row in range(4, sheet.max_row + 1)
        if sheet.cell(row, titles["到课状态"]).value == "到"
    )
    for title, value in {"到课状态": "不到", "认定课时": "0", "修改原因": reason}.items():
        sheet.cell(row, titles[title]).value = value
    for title in ("签到时间", "签退时间", "核验方式"):
        sheet.cell(row, titles[title]).value = None
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_attendance_is_checked_first_then_recorded_and_read_in_a_grid(
    sit: Sit, provider: AtScreen
) -> None:
    assert "/ 40课时" in provider.text
    uploads(provider, ATTENDANCE, downloads(provider, f"{CLASS}/sample-attendance.xlsx"))
    trial = provider.page.url.path
    assert "未填写到课状态" in provider.text
    reviewer = sit(FIRST).opens(CLASS)
    assert "认定课时" not in reviewer.text
    provider.sends(f"{trial}/import")
    reviewer.opens(CLASS)
    for word in ("认定课时", "√ 到课", "○ 未到", "× 请假", "¢ 迟到", "△ 早退"):
        assert word in reviewer.text
    assert reviewer.may_not_send(ATTENDANCE)
    end = provider.opens(CLASS).form(f"{CLASS}/end").values
    assert end["delivered"] != ["40"], "the hours recorded are offered, not those of the plan"
    assert float(end["delivered"][0]) >= float(end["online"][0])


def test_a_correction_shows_the_old_value_the_new_one_and_why(sit: Sit, provider: AtScreen) -> None:
    sheet = downloads(provider, f"{CLASS}/sample-attendance.xlsx")
    imports(provider, ATTENDANCE, sheet)
    sheet = downloads(provider.opens(CLASS), f"{CLASS}/attendance.xlsx")
    assert "更正须填写修改原因" in uploads(provider, ATTENDANCE, corrected(sheet, reason="")).text
    imports(provider.opens(CLASS), ATTENDANCE, corrected(sheet, reason="与签到表不符"))
    for who in (provider, sit(FIRST)):
        for word in ("1处更正", "未到 0", "与签到表不符"):
            assert word in who.opens(CLASS).text
    assert "与签到表不符" not in sit(CENTRE).opens(CLASS).text


def test_the_sheets_are_the_providers_and_hold_no_whole_number(
    sit: Sit, provider: AtScreen
) -> None:
    for name in ("timetable.xlsx", "attendance.xlsx", "sample-attendance.xlsx"):
        assert sit(FIRST).client.get(f"{CLASS}/{name}").status_code == 403
        assert sit(NEIGHBOUR).client.get(f"{CLASS}/{name}").status_code == 404
        assert provider.client.get(f"{CLASS}/{name}").status_code == 200
    book = openpyxl.load_workbook(BytesIO(downloads(provider, f"{CLASS}/attendance.xlsx")))
    sheet = book.worksheets[0]
    column = columns_of(sheet)["证件号码(脱敏)"]
    numbers = {sheet.cell(row, column).value for row in range(4, sheet.max_row + 1)}
    assert all("*" in str(number) for number in numbers)


def test_no_attendance_before_a_timetable(sit: Sit) -> None:
    who = opened(sit)
    assert who.opens(CLASS).may_not_send(ATTENDANCE)
    answer = who.client.get(f"{CLASS}/attendance.xlsx")
    assert answer.status_code == 422
    assert "请先上传课程表" in answer.text
    assert who.client.get(f"{CLASS}/timetable.xlsx").status_code == 200
