"""Somebody's own workbook comes back with a column more, and with nothing less."""

import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from states.rules.findings import Verdict
from templates.sheets import splice
from templates.sheets.marked import MARK_TITLE, Remark, mark
from templates.sheets.reader import read_table
from templates.sheets.reading_room import read_aside
from templates.sheets.roster import ROSTER_COLUMNS
from templates.sheets.xml_cuts import CannotSplice, column_of, letters_of
from tests.templates.sheet_builders import learner, roster_file

BAD = Remark("错误：=1+1 <坏> & 坏\n第二行", Verdict.ERROR)
MENDED = Remark("已自动更正：小写字母", Verdict.REPAIRED)


def marked(data: bytes, remarks: Mapping[int, Remark], name: str = "r.xlsx") -> Worksheet:
    made = mark(data, name, columns=ROSTER_COLUMNS, title="核对结果", remarks=remarks)
    sheet = openpyxl.load_workbook(BytesIO(made.data)).worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def an_office_s_own() -> bytes:
    """A workbook with what offices do to their sheets: merges, colours, widths, a formula."""
    book = openpyxl.load_workbook(BytesIO(roster_file(learner("1"), learner("2"))))
    sheet = book.worksheets[0]
    sheet["B4"].font = Font(bold=True, color="FF0000FF")
    sheet["C5"].fill = PatternFill("solid", fgColor="FFFFFF00")
    sheet.column_dimensions["E"].width = 33
    sheet.column_dimensions["H"].hidden = True
    sheet["L4"] = "=1+2"
    sheet.merge_cells("A7:C7")
    book.create_sheet("说明")["A1"] = "勿动"
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_column_stands_right_of_all_others_under_the_header() -> None:
    sheet = marked(roster_file(learner("1"), learner("2")), {4: BAD, 5: MENDED})
    column = sheet.max_column
    assert column == 13
    assert [sheet.cell(row, column).value for row in (2, 3, 4, 5, 6)] == [
        None, "核对结果", BAD.text, MENDED.text, None,
    ]  # fmt: skip
    colours = [sheet.cell(row, column).fill.fgColor.rgb for row in (3, 4, 5)]
    assert colours == ["FFD9D9D9", "FFFFC7CE", "FFDDEBF7"]
    assert sheet.column_dimensions["M"].width == 60


def test_a_finding_is_never_a_formula() -> None:
    sheet = marked(roster_file(learner("1")), {4: Remark("=1+1", Verdict.ERROR)})
    assert sheet.cell(4, 13).data_type == "s"


def test_only_the_sheet_and_its_styles_are_touched() -> None:
    before = an_office_s_own()
    made = mark(before, "r.xlsx", columns=ROSTER_COLUMNS, title="核对结果", remarks={4: BAD})
    old, new = parts(before), parts(made.data)
    changed = {name for name in old if old[name] != new[name]}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
    assert old.keys() == new.keys()


def test_merges_widths_colours_and_formulas_stay() -> None:
    sheet = marked(an_office_s_own(), {4: BAD})
    assert sheet["L4"].value == "=1+2"
    assert sheet["B4"].font.bold
    assert sheet["C5"].fill.fgColor.rgb == "FFFFFF00"
    assert sheet.column_dimensions["E"].width == 33
    assert sheet.column_dimensions["H"].hidden
    assert "A7:C7" in [str(merged) for merged in sheet.merged_cells.ranges]


def test_a_workbook_marked_before_keeps_one_such_column() -> None:
    first = mark(
        roster_file(learner("1"), learner("2")), "r.xlsx",
        columns=ROSTER_COLUMNS, title=MARK_TITLE["zh"], remarks={4: BAD, 5: BAD},
    )  # fmt: skip
    sheet = marked(first.data, {5: MENDED})
    assert sheet.max_column == 13
    assert [sheet.cell(row, 13).value for row in (3, 4, 5)] == ["核对结果", None, MENDED.text]


def test_framed_empty_cells_are_no_hindrance() -> None:
    book = openpyxl.load_workbook(BytesIO(roster_file(learner("1"), learner("2"))))
    framed = Border(left=Side(style="thin"))
    for place in ("L4", "M3", "M4", "M5", "N4", "N5"):
        book.worksheets[0][place].border = framed
    made = BytesIO()
    book.save(made)
    sheet = marked(made.getvalue(), {4: BAD, 5: MENDED})
    assert [sheet.cell(row, 13).value for row in (3, 4, 5)] == ["核对结果", BAD.text, MENDED.text]
    assert sheet["N4"].border.left.style == "thin"
    assert sheet["L4"].border.left.style == "thin"


def test_a_marked_workbook_reads_as_before() -> None:
    data = roster_file(learner("1"), learner("2"))
    made = mark(data, "r.xlsx", columns=ROSTER_COLUMNS, title="核对结果", remarks={4: BAD})
    before = read_table(data, "r.xlsx", ROSTER_COLUMNS)
    assert read_table(made.data, "r.xlsx", ROSTER_COLUMNS) == before


def test_a_csv_comes_back_as_a_workbook_of_texts() -> None:
    lines = "学员花名册\n姓名,证件号码,人员类别\n=1+1,0012,登记失业人员\n"
    sheet = marked(lines.encode("gb18030"), {3: BAD}, "花名册.csv")
    assert [cell.value for cell in sheet[3]] == ["=1+1", "0012", "登记失业人员", BAD.text]
    assert {cell.data_type for cell in sheet[3]} == {"s"}
    assert sheet["D2"].value == "核对结果"


def without_fills(data: bytes) -> bytes:
    """A style sheet as no program writes it: its list of fills is empty."""
    files = parts(data)
    fills = re.compile(rb"<fills.*</fills>", re.DOTALL)
    files["xl/styles.xml"] = fills.sub(b'<fills count="0"/>', files["xl/styles.xml"])
    return packed(files)


def test_an_archive_laid_out_otherwise_is_written_anew() -> None:
    data = without_fills(roster_file(learner("1")))
    with pytest.raises(CannotSplice):
        splice.lay_column(data, "Sheet1", place=13, cells={4: splice.Cell("x", "FFC7CE")})
    sheet = marked(data, {4: BAD})
    assert sheet.cell(3, sheet.max_column).value == "核对结果"
    assert sheet.cell(4, sheet.max_column).value == BAD.text


def test_without_a_style_sheet_the_column_is_only_not_coloured() -> None:
    files = parts(roster_file(learner("1")))
    files["xl/styles.xml"] = files["xl/styles.xml"].replace(b"cellXfs", b"others")
    made = mark(packed(files), "r.xlsx", columns=ROSTER_COLUMNS, title="核对结果",
                remarks={4: BAD})  # fmt: skip
    assert b't="inlineStr"' in parts(made.data)["xl/worksheets/sheet1.xml"]


def packed(files: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_dates_and_numbers_stay_what_they_are_when_written_anew() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "名单（一）"
    for row in (("姓名", "证件号码", "人员类别", "出生日期", "备注"),
                ("张三", 319901.0, "在校学生", date(2000, 1, 31), True)):  # fmt: skip
        sheet.append(row)
    made = BytesIO()
    book.save(made)
    again = marked(without_fills(made.getvalue()), {2: BAD})
    assert [cell.value for cell in again[2]] == [
        "张三", 319901, "在校学生", datetime(2000, 1, 31), True, BAD.text,  # noqa: DTZ001
    ]  # fmt: skip


def test_the_reading_room_marks_too() -> None:
    made = read_aside(
        mark, roster_file(learner("1")), "r.xlsx",
        columns=ROSTER_COLUMNS, title="Findings", remarks={4: BAD},
    )  # fmt: skip
    assert openpyxl.load_workbook(BytesIO(made.data)).worksheets[0]["M4"].value == BAD.text


@pytest.mark.parametrize(("letters", "column"), [("A", 1), ("Z", 26), ("AA", 27), ("XFD", 16384)])
def test_columns_have_letters(letters: str, column: int) -> None:
    assert (letters_of(column), column_of(f"{letters}7")) == (letters, column)
