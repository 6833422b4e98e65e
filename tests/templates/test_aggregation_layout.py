"""The columns of 证书信息归集表 are data: an office that knows the real template writes its own."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from templates.sheets.aggregation import (
    AggregationLayout,
    AggregationRow,
    IncompleteCertificates,
    UnusableLayout,
    aggregation_layout,
    layout_from,
    write_aggregation,
)

DOCS = Path(__file__).parents[2] / "docs" / "certificates.md"
OWN = """
sheet = "Sheet1"
source = "沪人社示例 2026"
columns = [
    { field = "number", title = "身份证号", width = 20, required = true },
    { field = "internal_serial", title = "流水号" },
    { field = "issued_on", title = "发证日", format = "yyyy年m月d日" },
    { field = "training_period", title = "起止", format = "yyyy/mm/dd" },
    { field = "phone", title = "电话", value = "无" },
    { title = "项目", value = "人工智能推介官" },
]
"""
ROW = AggregationRow(
    internal_serial="AIP-2026-000001",
    name="张示例",
    document_kind="居民身份证",
    number="319901199001010011",
    certificate_name="人工智能推介官（基础）",
    level="基础",
    route="培训考核",
    issued_on=date(2026, 5, 8),
    sealing_body="上海示例职业技能培训学校",
    inscription="上海市人力资源和社会保障局监制",
    district="黄浦区",
    opens_on=date(2026, 4, 7),
    ended_on=date(2026, 4, 24),
)


def layout(text: str, folder: Path) -> AggregationLayout:
    file = folder / "own.toml"
    file.write_text(text, "utf-8")
    return layout_from(file)


def cells(data: bytes) -> list[list[Any]]:
    (sheet,) = openpyxl.load_workbook(BytesIO(data)).worksheets
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_an_own_layout_gives_columns_order_formats_and_words(tmp_path: Path) -> None:
    data = write_aggregation([ROW, replace(ROW, phone="13900000002", opens_on=None)],
                             layout(OWN, tmp_path))  # fmt: skip
    assert cells(data) == [
        ["身份证号", "流水号", "发证日", "起止", "电话", "项目"],
        ["319901199001010011", "AIP-2026-000001", "2026年5月8日", "2026/04/07 至 2026/04/24", "无",
         "人工智能推介官"],
        ["319901199001010011", "AIP-2026-000001", "2026年5月8日", None, "13900000002",
         "人工智能推介官"],
    ]  # fmt: skip
    (sheet,) = openpyxl.load_workbook(BytesIO(data)).worksheets
    assert sheet.title == "Sheet1"
    assert sheet.column_dimensions["A"].width == pytest.approx(20, abs=1)


def test_the_default_says_paper_and_writes_days_as_ever() -> None:
    _, header, row = cells(write_aggregation([ROW]))
    told = dict(zip(header, row, strict=True))
    assert told["证书形式"] == "纸质"
    assert told["发证日期"] == "2026-05-08"
    assert told["培训起止日期"] == "2026-04-07 至 2026-04-24"
    assert told["备注"] is None


def test_a_form_that_a_certificate_names_goes_before_the_default() -> None:
    _, header, row = cells(write_aggregation([replace(ROW, form="电子")]))
    assert dict(zip(header, row, strict=True))["证书形式"] == "电子"


def test_what_must_be_filled_and_is_not_is_named_by_serials_and_never_by_people() -> None:
    rows = [ROW, replace(ROW, internal_serial="AIP-2026-000002", sealing_body="")]
    with pytest.raises(IncompleteCertificates) as refused:
        write_aggregation(rows)
    assert refused.value.serials == {"发证（用印）机构": ["AIP-2026-000002"]}
    assert "张示例" not in str(refused.value)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [("yyyymmdd", "20260508"), ("d.m.yyyy", "8.5.2026"), ("yyyy-mm-dd", "2026-05-08")],
)
def test_days_are_written_as_the_layout_wants(tmp_path: Path, pattern: str, said: str) -> None:
    own = layout(OWN.replace("yyyy年m月d日", pattern), tmp_path)
    assert cells(write_aggregation([ROW], own))[1][2] == said


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('"number"', '"shoe_size"', "columns.1: Value error, a certificate has no field shoe_size"),
        ('"yyyy年m月d日"', '"YYYY-MM-DD"', "'YYYY-MM-DD' needs yyyy, m or mm, d or dd"),
        ('"yyyy年m月d日"', '"yyyy-mm"', "'yyyy-mm' needs yyyy"),
        ('title = "电话"', 'title = "电话", format = "yyyy-mm-dd"', "phone is no day"),
        ("width = 20", "width = 0", "columns.1.width: Input should be greater"),
        ("width = 20", 'width = "20"', "columns.1.width: Input should be a valid integer"),
        ("required = true", 'required = "yes"', "columns.1.required: Input should be a valid bool"),
        ("required = true", "needed = true", "columns.1.needed: Extra inputs are not permitted"),
        ('"流水号"', '"身份证号"', "two columns have the title 身份证号"),
        ('field = "phone"', 'field = "number"', "two columns have the field number"),
        ('"internal_serial"', '"name"', "a column with the field internal_serial is missing"),
        ('value = "人工智能推介官"', 'value = ""', "a column needs a field or a value"),
        ('sheet = "Sheet1"', 'sheet = "a/b"', "sheet: String should match pattern"),
        ('source = "沪人社示例 2026"', "", "source: Field required"),
        ("columns = [", "columns = [[", "Invalid"),
    ],
)  # fmt: skip
def test_a_layout_with_a_flaw_is_refused_in_one_line_that_says_where(
    tmp_path: Path, wrong: str, right: str, said: str
) -> None:
    assert wrong in OWN
    with pytest.raises(UnusableLayout, match=r"DUBAN_AGGREGATION_LAYOUT own\.toml: ") as refused:
        layout(OWN.replace(wrong, right, 1), tmp_path)
    assert said in str(refused.value) or said == "Invalid"
    assert "\n" not in str(refused.value)


def test_a_layout_that_is_not_there_is_refused_and_none_is_the_default(tmp_path: Path) -> None:
    with pytest.raises(UnusableLayout, match="No such file"):
        layout_from(tmp_path / "absent.toml")
    assert layout_from(None) is aggregation_layout()


def test_the_example_of_the_docs_is_a_layout(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    assert write_aggregation([ROW], layout(example, tmp_path))
