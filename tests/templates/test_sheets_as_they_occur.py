"""Rosters and score sheets as WPS, LibreOffice and an old CSV export write them, in and out."""

from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO

import openpyxl
import pytest

from states.rules.findings import Verdict
from states.rules.identity import mask_number
from templates.sheets.marked import Remark, mark
from templates.sheets.reader import Columns
from templates.sheets.roster import ROSTER_COLUMNS, read_roster
from templates.sheets.scores import SCORE_COLUMNS, ClassLearner, PassMarks, read_scores
from tests.templates.office_files import Value, libreoffice, open_document, wps
from tests.templates.sheet_builders import DISTRICT, OPENS, TODAY, number

Write = Callable[[Sequence[str], Sequence[Sequence[Value]]], bytes]

LI, WANG, SUN = number("19900101", 1), number("19910202", 3), number("19920303", 4)
HEADER = ("序号", "姓名*", "证件类型", "证件号码（18位）", "出生日期", "户籍所在地", "人员类别")
LOCAL = ("上海市", "登记失业人员")
ROWS: tuple[tuple[Value, ...], ...] = (
    (1, "李·示例", "居民身份证", LI, "1990.1.1", *LOCAL),
    (2, "王𠮷", "居民身份证", WANG.replace("X", "x"), date(1991, 2, 2), *LOCAL),
    (3, "孙示例", "居民身份证", 3.19901199203e17, "1992年3月3日", *LOCAL),
)
SCORES = ("序号", "姓名", "证件号码", "考核日期", "理论成绩", "实操成绩", "考核结果", "登记号")


def csv(header: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    lines = [header, *(["" if one is None else str(one) for one in row] for row in rows)]
    return "\r\n".join(",".join(line) for line in lines).encode("gb18030")


def name_of(write: Write) -> str:
    names: dict[Write, str] = {csv: "表.csv", open_document: "表.ods"}
    return names.get(write, "表.xlsx")


OFFICES = pytest.mark.parametrize("write", [wps, libreoffice, open_document, csv])


@OFFICES
def test_a_roster_is_read_whoever_wrote_it(write: Write) -> None:
    data = write(HEADER, ROWS)
    reading = read_roster(data, name_of(write), opens=OPENS, rules=DISTRICT, today=TODAY)
    assert [row.name for row in reading.rows] == ["李·示例", "王𠮷", "孙示例"]
    assert [row.number for row in reading.rows] == [LI, WANG, ""]
    assert [row.birth for row in reading.rows[:2]] == [date(1990, 1, 1), date(1991, 2, 2)]
    assert [str(row.verdict) for row in reading.rows] == ["admitted", "admitted", "refused"]
    first = reading.rows[0].sheet_row
    assert {f.sheet_row for f in reading.findings if f.verdict is Verdict.ERROR} == {first + 2}


@OFFICES
def test_it_comes_back_marked_and_is_read_as_before(write: Write) -> None:
    data, name = write(HEADER, ROWS), name_of(write)
    before = read_roster(data, name, opens=OPENS, rules=DISTRICT, today=TODAY)
    row = before.rows[2].sheet_row
    remarks = {row: Remark("错误：号码的末几位已丢失", Verdict.ERROR)}
    made = mark(data, name, columns=ROSTER_COLUMNS, title="核对结果", remarks=remarks)
    sheet = openpyxl.load_workbook(BytesIO(made.data)).worksheets[0]
    assert sheet.cell(row, len(HEADER) + 1).value == "错误：号码的末几位已丢失"
    again = read_roster(made.data, "表.xlsx", opens=OPENS, rules=DISTRICT, today=TODAY)
    assert (again.rows, again.findings) == (before.rows, before.findings)


def test_wps_keeps_its_hidden_column_and_its_merges_when_marked() -> None:
    made = mark(wps(HEADER, ROWS), "表.xlsx", columns=ROSTER_COLUMNS, title="核对结果", remarks={})
    sheet = openpyxl.load_workbook(BytesIO(made.data)).worksheets[0]
    assert sheet.column_dimensions["B"].hidden
    assert {str(merged) for merged in sheet.merged_cells.ranges} == {"A1:G1", "A2:A3", "B2:B3"}
    assert sheet.dimensions == "A1:H7"


@OFFICES
def test_scores_find_masked_learners_by_their_register(write: Write) -> None:
    rows = (
        (1, "李·示例", mask_number(LI), "2026/4/25", "80分", 75.5, "合格", 11),
        (2, "王𠮷", mask_number(WANG), "2026-04-25", 50, 90, "不合格", 12),
        (3, "孙示例", mask_number(SUN), "2026-04-25", 90, 90, "合格", 12),
        (4, "孙示例", mask_number(SUN), "2026-04-25", 90, 90, "合格", 99),
        (5, "孙示例", SUN, "2026-04-25", 90, 90, "合格", None),
    )
    reading = read_scores(
        write(SCORES, rows), name_of(write),
        learners={LI: ClassLearner(11, "李·示例"), WANG: ClassLearner(12, "王𠮷"),
                  SUN: ClassLearner(13, "孙示例")},
        marks=PassMarks(600, 600),
    )  # fmt: skip
    assert [(row.learner_id, str(row.result)) for row in reading.rows] == [
        (11, "pass"), (12, "fail"), (13, "pass"),
    ]  # fmt: skip
    assert [finding.code for finding in reading.findings] == ["register_unknown"] * 2


@pytest.mark.parametrize("columns", [ROSTER_COLUMNS, SCORE_COLUMNS])
def test_the_register_is_a_column_of_ours(columns: Columns) -> None:
    assert "登记号" in columns.spellings
    assert "登记号" not in columns.required
