"""Files as offices make them are read; anything else is refused before a row of it counts."""

import io
import zipfile
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from python_calamine import PasswordError

from templates.sheets import grid
from templates.sheets.grid import SheetUnreadable
from templates.sheets.reader import Columns, Table, read_table
from templates.sheets.writer import Page, write_pages

COLUMNS = Columns(
    {"序号": (), "姓名": ("学员姓名",), "证件号码": ("身份证号",), "备注": ()}, ("姓名", "证件号码")
)


def read(data: bytes, filename: str = "a.xlsx") -> Table:
    return read_table(data, filename, COLUMNS)


def refusal(data: bytes, filename: str = "a.xlsx") -> SheetUnreadable:
    with pytest.raises(SheetUnreadable) as caught:
        read(data, filename)
    return caught.value


def page(*rows: tuple[str | int | None, ...], header: tuple[str, ...] = ()) -> bytes:
    return write_pages(
        Page("名册", header or ("序号", "姓名", "证件号码"), rows, titles=("标题", "二"))
    )


def names(table: Table) -> list[str]:
    return [row.text("姓名") for row in table.rows]


def test_the_header_is_found_below_titles_in_any_order_and_spelling() -> None:
    table = read(page(("甲", "A1", 1), header=("学员 姓名（必填）", "*身份证号", "序 号")))
    assert (table.header_row, table.rows[0].sheet_row) == (3, 4)
    assert table.titles == ("标题", "二")
    assert (table.rows[0].text("姓名"), table.rows[0].text("证件号码")) == ("甲", "A1")


def test_totals_signatures_blank_and_numbered_lines_are_no_rows() -> None:
    table = read(
        page(
            (1, "甲", "A1"),
            (None, None, None),
            (3, None, None),
            (4, "乙", None),
            ("合计", "共2人", None),
            ("填表人：示例", None, None),
        )
    )
    assert names(table) == ["甲", "乙"]
    assert [row.sheet_row for row in table.rows] == [4, 7]


def test_a_cell_merged_downwards_speaks_for_every_row() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "证件号码", "备注"])
        sheet.write_column(1, 0, ["甲", "乙"])
        sheet.write_column(1, 1, ["A1", "A2"])
        sheet.merge_range(1, 2, 2, 2, "同上")
    assert [row.text("备注") for row in read(stream.getvalue()).rows] == ["同上", "同上"]


def test_hidden_sheets_are_passed_over_hidden_columns_are_read() -> None:
    book = openpyxl.Workbook()
    hidden = book.create_sheet("旧", 0)
    hidden.append(["姓名", "证件号码"])
    hidden.append(["旧人", "A0"])
    hidden.sheet_state = "hidden"
    book.worksheets[1].append(["姓名", "证件号码"])
    book.worksheets[1].append(["甲", "A1"])
    book.worksheets[1].column_dimensions["B"].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    table = read(stream.getvalue())
    assert names(table) == ["甲"]
    assert table.rows[0].text("证件号码") == "A1"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("comma", [",", "\t", ";"])
def test_text_files_are_read_in_the_encodings_of_offices(encoding: str, comma: str) -> None:
    text = f'名册\n姓名{comma}证件号码\n张三{comma}="319901197001010015"\n'
    table = read(text.encode(encoding), "名册.CSV")
    assert (table.rows[0].sheet_row, table.rows[0].text("证件号码")) == (3, "319901197001010015")


def test_the_refusal_names_sheet_row_and_column() -> None:
    missing = refusal(page(("甲", "x"), header=("姓名", "备注")))
    assert (missing.code, missing.sheet, missing.row, missing.column) == (
        "column_missing", "名册", 3, "证件号码",
    )  # fmt: skip
    twice = refusal(page(("甲", "A", "B"), header=("姓名", "证件号码", "身份证号")))
    assert (twice.code, twice.row, twice.column) == ("column_twice", 3, "证件号码")
    empty = refusal(page())
    assert (empty.code, empty.row) == ("sheet_without_rows", 3)
    other = refusal(page(("x", "y"), header=("甲", "乙")))
    assert (other.code, other.params["column"]) == ("header_not_found", "姓名、证件号码")


def test_a_file_with_a_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_stream: object) -> None:
        raise PasswordError

    monkeypatch.setattr(grid, "CalamineWorkbook", SimpleNamespace(from_filelike=locked))
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").code == "file_has_password"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.xlsx", "file_empty"),
        (b"  \n", "a.csv", "file_empty"),
        (b"%PDF-1.7", "a.xlsx", "file_not_a_workbook"),
        (b"PK\x03\x04 cut", "a.xlsx", "file_damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut", "a.xls", "file_damaged"),
        (b"\xff\xfe\x00\xd8\x00\xd8", "a.csv", "file_encoding_unknown"),
        ("姓名,证件号码\n".encode(), "a.csv", "sheet_without_rows"),
    ],
)
def test_what_is_no_workbook_is_refused(data: bytes, name: str, code: str) -> None:
    assert refusal(data, name).code == code


def _archive(**entries: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return stream.getvalue()


def test_other_archives_and_broken_ones_are_refused() -> None:
    assert refusal(_archive(content_xml="<x/>")).code == "file_not_a_workbook"
    assert refusal(_archive(xl__workbook_xml="<broken")).code == "file_damaged"
    good = page((1, "甲", "A1"))
    assert refusal(good[: len(good) // 2]).code == "file_damaged"


def test_a_cell_far_out_is_refused_before_a_grid_is_built() -> None:
    cell = '<worksheet><sheetData><row r="1048576"><c s="1" r="XFD1048576"><v>1</v></c></row>'
    far = _archive(xl__workbook_xml="<workbook/>", xl__worksheets__sheet1_xml=cell)
    assert refusal(far).code == "sheet_too_wide"


def test_limits_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    good = page((1, "甲", "A1"), (2, "乙", "A2"))
    monkeypatch.setattr(grid, "MAX_BYTES", 100)
    assert refusal(good).code == "file_too_large"
    monkeypatch.undo()
    monkeypatch.setattr(grid, "MAX_INFLATED", 100)
    assert refusal(good).code == "file_inflates_too_far"
    monkeypatch.undo()
    monkeypatch.setattr("templates.sheets.reader.MAX_ROWS", 1)
    assert (refusal(good).code, refusal(good).row) == ("sheet_too_long", 5)
    monkeypatch.setattr(grid, "MAX_ROWS", -98)
    assert refusal(good).code == "sheet_too_long"
    assert refusal(b"a,b\n1,2\n3,4\n", "a.csv").code == "sheet_too_long"
    assert refusal(b",".join([b"x"] * 99), "a.csv").code == "sheet_too_wide"


def test_a_workbook_too_wide_is_refused() -> None:
    wide = write_pages(Page("宽", tuple(f"c{n}" for n in range(79)), [["x"] * 79]))
    assert refusal(wide).code == "sheet_too_wide"


def test_no_text_of_ours_is_a_live_formula(tmp_path: Path) -> None:
    risky = ['=HYPERLINK("http://example.invalid","x")', "+1", "-1", "@x", "http://example.invalid"]
    file = tmp_path / "out.xlsx"
    file.write_bytes(write_pages(Page("p", ("a",), [[text] for text in risky])))
    sheet = openpyxl.load_workbook(file).worksheets[0]
    cells = [sheet.cell(row, 1) for row in range(2, 7)]
    assert [cell.data_type for cell in cells] == ["s"] * 5
    assert [cell.value for cell in cells] == risky
    assert [cell.quotePrefix for cell in cells[:4]] == [True] * 4
    assert all(cell.hyperlink is None for cell in cells)
