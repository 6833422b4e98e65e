"""Working days at the screen: a new year is tried before it counts."""

from collections.abc import Callable
from datetime import date

from fastapi.testclient import TestClient

from templates.sheets.workday_calendar import write_calendar
from tests.api.pages.person_at_screen import AtScreen

Sit = Callable[[str], AtScreen]
Enter = Callable[[str], TestClient]
CENTRE, REVIEWER = "CENTRE/centre_officer", "HP/district_reviewer"
OF_2027 = write_calendar(
    [
        ("元旦", "放假", date(2027, 1, 1), date(2027, 1, 3)),
        ("春节", "放假", date(2027, 2, 6), date(2027, 2, 12)),
        ("春节", "上班", date(2027, 2, 14), None),
    ],
    year=2027,
)


def tries(who: AtScreen, sheet: bytes, **typed: str) -> AtScreen:
    values = who.opens("/calendar").form("/calendar/preview").values
    told = {**values, "source": "2027年节假日安排的通知（示例）", **typed}
    files = {"file": ("安排.xlsx", sheet)}
    who.page = who.client.post("/calendar/preview", data=told, files=files)
    return who


def test_a_year_is_tried_and_then_imported(sit: Sit) -> None:
    centre = sit(CENTRE)
    assert "已有2026-01-01至2026-12-31的工作日历" in centre.opens("/calendar").text
    tries(centre, OF_2027)
    assert "2027年日历的影响" in centre.text
    assert "尚未保存" in centre.text
    assert "至2026-12-31的工作日历" in centre.text, "nothing counts by it yet"
    centre.sends("/calendar")
    assert "2027年工作日历已导入" in centre.text
    assert "至2027-12-31的工作日历" in centre.text
    again = tries(centre, OF_2027, year="2027").sends("/calendar")
    assert again.page.status_code == 422
    assert "2027年的这份安排已导入，内容未变。" in again.text


def test_a_table_that_is_not_right_is_shown_row_by_row(sit: Sit) -> None:
    bad = write_calendar([("元旦", "放假", date(2028, 5, 1), None)], year=2027)
    answer = tries(sit(CENTRE), bad)
    assert answer.page.status_code == 422
    assert "不属于2027年的安排" in answer.text
    assert answer.may_not_send("/calendar")
    unnamed = tries(sit(CENTRE), OF_2027, source=" ")
    assert "请填写依据" in unnamed.text


def test_a_form_that_was_tampered_with_saves_nothing(sit: Sit) -> None:
    centre = tries(sit(CENTRE), OF_2027)
    answer = centre.sends("/calendar", content='{"source": "x"}')
    assert answer.page.status_code == 422
    assert "日历内容不完整" in answer.text
    assert "至2026-12-31" in centre.opens("/calendar").text


def test_everybody_reads_the_calendar_and_only_the_centre_changes_it(sit: Sit) -> None:
    reviewer = sit(REVIEWER).opens("/calendar")
    assert "国庆节" in reviewer.text
    assert reviewer.may_not_send("/calendar/preview")
    token = reviewer.opens("/projects").form("/signout").values
    assert reviewer.client.post("/calendar", data={**token, "content": "{}"}).status_code == 422
    assert "Working days" in reviewer.opens("/calendar?lang=en").text


def test_programs_try_and_import_a_year(enter: Enter) -> None:
    centre, asked = enter(CENTRE), {"year": "2027", "source": "示例通知"}
    files = {"file": ("安排.xlsx", OF_2027)}
    tried = centre.post("/calendar?trial=true", data=asked, files=files).json()
    assert (tried["rows"], tried["imported"], tried["findings"]) == (3, False, [])
    assert centre.get("/calendar").json()["coverage_end"] == "2026-12-31"
    assert centre.post("/calendar", data=asked, files=files).json()["imported"]
    told = centre.get("/calendar").json()
    assert told["coverage_end"] == "2027-12-31"
    assert [year["source"] for year in told["years"]][-1] == "示例通知"
    assert enter(REVIEWER).post("/calendar", data=asked, files=files).status_code == 403


def test_the_table_of_next_year_begins_with_this_years_holidays(sit: Sit) -> None:
    centre = sit(CENTRE)
    blank = centre.client.get("/calendar/template.xlsx?year=2027").content
    assert tries(centre, blank).page.status_code == 422, "its days are to be filled in"
    stands = centre.client.get("/calendar/template.xlsx?year=2026").content
    assert "国庆节" in tries(centre, stands, year="2026").text
