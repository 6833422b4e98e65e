"""技能比武成绩表: who took part, whose score is valid, and which rows have to be mended first."""

from datetime import date

import pytest

from states.rules.contest import Cut, Standing, Tie, cut_of
from states.rules.words import say
from templates.sheets.cells import as_seconds
from templates.sheets.contest import ContestReading, read_contest
from templates.sheets.contest_results import Contest, ContestantRow, write_contest_results
from templates.sheets.grid import SheetUnreadable
from templates.sheets.writer import Out, Page, header, write_pages
from tests.templates.sheet_builders import number

HEADER = header(
    "活动编号 备案号 主办单位 比赛日期 选手姓名 证件号码 所在企业 统一社会信用代码 理论 实操 总分 "
    "用时 名次 是否有效成绩"
)
FIRST_ROW = 3
"""The sheet row of the first contestant below a title and the header."""


def contestant(order: int, total: Out, **changes: Out) -> dict[str, Out]:
    usual: dict[str, Out] = {
        "活动编号": "JS-2026-01", "备案号": "备〔2026〕1号", "主办单位": "上海示例行业协会",
        "比赛日期": "2026.6.13", "选手姓名": f"选手{order}",
        "证件号码": number(f"{1960 + order % 40}0101", order), "所在企业": "上海示例制造有限公司",
        "总分": total, "用时": 3524, "是否有效成绩": "是",
    }  # fmt: skip
    return usual | changes


def read(*rows: dict[str, Out]) -> ContestReading:
    cells = [[row.get(name) for name in HEADER] for row in rows]
    return read_contest(write_pages(Page("s", HEADER, cells, titles=("成绩表",))), "c.xlsx")


def codes(reading: ContestReading) -> list[tuple[int, str]]:
    return [(finding.sheet_row, finding.code) for finding in reading.findings]


def test_a_contestant_is_read_with_everything_the_sheet_says() -> None:
    (row,) = read(contestant(7, 79.5, 理论="80", 实操="79分", 名次="第1名", 证件类型="")).rows
    assert (row.sheet_row, row.name, row.total, row.theory, row.practice) == (
        FIRST_ROW, "选手7", 795, 800, 790,
    )  # fmt: skip
    assert (row.seconds, row.place, row.held_on) == (3524, 1, date(2026, 6, 13))
    assert (row.filing, row.organiser) == ("备〔2026〕1号", "上海示例行业协会")
    assert row.standing == Standing(795, 3524)


@pytest.mark.parametrize("word", ["缺考", "违规取消", "否", "弃赛", "无效", "未参加"])
def test_a_score_that_does_not_count_is_kept_with_its_reason(word: str) -> None:
    reading = read(contestant(1, None, 是否有效成绩=word), contestant(2, 50))
    assert (reading.rows[0].void, reading.rows[0].standing) == (word, None)
    assert reading.standings() == [Standing(500, 3524)]
    assert reading.findings == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"总分": None}, "contest_total_missing"),
        ({"总分": "很好"}, "mark_unreadable"),
        ({"总分": 56.65}, "mark_unreadable"),
        ({"总分": 100.1}, "mark_out_of_range"),
        ({"是否有效成绩": "也许"}, "contest_validity_unknown"),
        ({"是否有效成绩": None}, "contest_validity_unknown"),
        ({"选手姓名": None}, "name_missing"),
        ({"证件号码": "319901198602220620"}, "number_check_digit"),
        ({"证件号码": 3.199011984112609e17}, "number_digits_lost"),
        ({"证件号码": "E12345678"}, "document_kind_missing"),
        ({"比赛日期": "某日"}, "contest_day_unreadable"),
    ],
)
def test_a_row_that_cannot_be_used_has_one_reason(changes: dict[str, Out], code: str) -> None:
    reading = read(contestant(1, 60, **changes), contestant(2, 50))
    assert codes(reading) == [(FIRST_ROW, code)]
    assert [row.name for row in reading.rows] == ["选手2"]


def test_a_repaired_number_stands_and_the_second_row_of_a_person_does_not() -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number("19610101", 1))
    reading = read(contestant(1, 60, 证件号码=wide), contestant(1, 70), contestant(2, 50))
    assert codes(reading) == [(3, "number_full_width_folded"), (4, "number_twice")]
    assert [row.sheet_row for row in reading.rows] == [3, 5]


def test_notes_leave_the_row_as_it_is() -> None:
    reading = read(
        contestant(1, 60, 用时="很快", 名次="冠军"),
        contestant(2, 50, 名次=1),
        contestant(3, 50, 名次=3),
    )
    assert [(note.code, note.params["row"]) for note in reading.notes] == [
        ("contest_time_unreadable", 3), ("contest_place_unreadable", 3),
        ("contest_place_differs", 4),
    ]  # fmt: skip
    assert len(reading.rows) == 3
    for note in reading.notes:
        assert "{" not in say("row", note.code, "zh", **note.params)
        assert "{" not in say("row", note.code, "en", **note.params)


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [(3524.0, 3524), ("58:44", 3524), ("1:02:03", 3723), ("58分44秒", 3524), ("90秒", 90),
     ("1小时2分钟", 3720), (None, None)],
)  # fmt: skip
def test_time_taken_is_read_in_the_spellings_of_offices(cell: Out, seconds: int | None) -> None:
    assert as_seconds(cell) == seconds


def test_E39_a_sheet_of_100_with_a_tie_at_49_to_52() -> None:  # noqa: N802
    totals = [*range(100, 52, -1), *[50] * 4, *range(48, 0, -1)]
    reading = read(*(contestant(order, total) for order, total in enumerate(totals, start=1)))
    assert cut_of(reading.standings()) == Cut(100, 50, Tie((49, 52), low=48, high=52))


def test_what_we_write_ourselves_can_be_read_again() -> None:
    contest = Contest("JS-1", "备〔2026〕1号", "上海示例行业协会", date(2026, 6, 13))
    rows = [
        ContestantRow("张三", number("19900101", 1), "示例", "", 700, 800, 755, 3524, place=1),
        ContestantRow("李四", number("19900101", 3), "示例", "", None, None, None),
    ]
    reading = read_contest(write_contest_results(contest, rows), "c.xlsx")
    assert (codes(reading), reading.notes) == ([], ())
    assert reading.standings() == [Standing(755, 3524)]


def test_a_roster_is_no_contest_sheet() -> None:
    data = write_pages(Page("s", ("姓名", "证件号码"), [["张三", number("19900101", 1)]]))
    with pytest.raises(SheetUnreadable) as caught:
        read_contest(data, "s.xlsx")
    assert (caught.value.code, caught.value.column) == ("column_missing", "总分、是否有效成绩")
