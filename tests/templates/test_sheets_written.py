"""Sheets 6, 7 and 8 of the office: satisfaction, contest results, and progress of the target."""

from datetime import date
from io import BytesIO

import openpyxl

from templates.sheets.contest import read_contest
from templates.sheets.contest_results import Contest, ContestantRow, write_contest_results
from templates.sheets.monthly_return import SATISFACTION_HEADER, SatisfactionRow
from templates.sheets.satisfaction import write_satisfaction
from templates.sheets.target_progress import (
    PROGRESS_HEADER,
    MonthRow,
    ProgressRow,
    write_progress,
)
from tests.templates.sheet_builders import number

CONTEST = Contest("HP-BW-2026-01", "备〔2026〕3号", "上海示例行业协会", date(2026, 9, 12))


def cells(data: bytes, place: int = 0) -> list[list[object]]:
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[place]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def contestant(order: int, **more: object) -> ContestantRow:
    usual: dict[str, object] = {
        "name": f"选手{order}", "number": number("19900101", order), "employer": "上海示例公司",
        "employer_uscc": "", "theory": 850, "practice": 795, "total": 820, "place": order,
    }  # fmt: skip
    return ContestantRow(**usual | more)  # type: ignore[arg-type]


def test_satisfaction_has_a_line_for_each_district() -> None:
    answers = SatisfactionRow(classes=2, asked=40, answered=30, told=30, satisfied=27, means="4.5")
    few = SatisfactionRow(classes=1, asked=6, answered=4, told=0, satisfied=0)
    data = write_satisfaction(
        [("黄浦区", "2026-04", answers), ("徐汇区", "2026-05", few)],
        [("上海示例学校", answers)],
        by="培训机构",
        reported_by="市就业促进中心",
    )
    title, by, header, first, second, foot = cells(data)
    assert title[0] == "人工智能推介官培训满意度汇总表"
    assert by[0] == "汇总单位：市就业促进中心"
    assert header == list(SATISFACTION_HEADER)
    assert first[:8] == ["黄浦区", "2026年4月", 2, 40, 30, "75.0%", "4.5", "90.0%"]
    assert (second[1], second[5], second[7]) == ("2026年5月", "66.7%", "—")
    assert "至少以5份答卷为依据" in str(foot[0])
    _, _, header, group, _ = cells(data, 1)
    assert (header[0], group[0], group[6]) == ("培训机构", "上海示例学校", "90.0%")


def test_contest_results_say_who_is_to_get_a_certificate() -> None:
    data = write_contest_results(
        CONTEST,
        [
            contestant(1, proposed=True, seconds=3725),
            contestant(2, proposed=False),
            contestant(3, place=None, total=None, theory=None, practice=None),
        ],
    )
    rows = cells(data)
    assert rows[2][-3:] == ["名次", "是否有效成绩", "是否拟配发证书"]
    assert [row[-3:] for row in rows[3:6]] == [[1, "是", "是"], [2, "是", "否"], [None, "否", "否"]]
    assert rows[3][8:12] == [85, 79.5, 82, "1:02:05"]
    assert rows[6][0] == "合计    共3人，拟配发证书1人"


def test_contest_results_can_be_read_again() -> None:
    data = write_contest_results(CONTEST, [contestant(1), contestant(2, place=None)])
    reading = read_contest(data, "成绩.xlsx")
    assert [row.name for row in reading.rows] == ["选手1", "选手2"]
    assert len(reading.standings()) == 1


def test_progress_counts_persons_by_route_and_sums_the_city() -> None:
    data = write_progress(
        [
            ProgressRow("黄浦区", 1000, 300, 50, 40, 10, 20, 800, year_before=200,
                        month_before=380),
            ProgressRow("徐汇区", 500, 100, 0, 0, 100, 100, 200, year_before=200, month_before=250,
                        warning="技能比武占比已达50.0%，超过30%"),
        ],
        [MonthRow(1, 3, 0, 0, 1), MonthRow(2, 5, 2, 0, 0)],
        as_of=date(2026, 9, 30),
    )  # fmt: skip
    rows = cells(data)
    assert rows[2] == list(PROGRESS_HEADER)
    assert rows[3] == [
        "黄浦区", 1000, 300, 50, 40, 10, 400, "40.0%", "2.5%", "+100.0%", "+5.3%", None,
    ]  # fmt: skip
    assert rows[4][7:11] == ["40.0%", "50.0%", "+0.0%", "−20.0%"]
    assert rows[5][:7] == ["合计", 1500, 400, 50, 40, 110, 600]
    assert rows[5][8:10] == ["12.0%", "+50.0%"]
    assert cells(data, 1)[3:] == [
        ["黄浦区", 20, 800, "2.5%"], ["徐汇区", 100, 200, "50.0%"], ["合计", 120, 1000, "12.0%"],
    ]  # fmt: skip
    assert cells(data, 2)[3:] == [["1月", 3, 0, 0, 1, 4, 4], ["2月", 5, 2, 0, 0, 7, 11]]


def test_a_city_compares_only_when_every_district_does() -> None:
    data = write_progress(
        [
            ProgressRow("黄浦区", 0, 0, 0, 0, 0, 0, 0, year_before=3),
            ProgressRow("徐汇区", 0, 0, 0, 0, 0, 0, 0),
        ],
        [],
        as_of=date(2026, 9, 30),
    )
    city = cells(data)[-1]
    assert city[7:11] == ["—", "—", "—", "—"]
