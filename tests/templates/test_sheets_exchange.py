"""What goes to the municipal hub and the centre, and what comes back."""

from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from pydantic import ValidationError

from states.rules.words import say
from templates.sheets.aggregation import (
    AggregationColumn,
    AggregationRow,
    aggregation_layout,
    write_aggregation,
)
from templates.sheets.monthly_return import (
    PasserRow,
    ReturnFoot,
    SatisfactionRow,
    rate,
    write_return,
)
from templates.sheets.receipt import ReceiptReading, read_receipt, write_receipt_sample
from templates.sheets.writer import Out, Page, write_pages
from tests.templates.sheet_builders import number

NUMBER = number("19900101", 1)


def certificate(serial: str, name: str = "张三") -> AggregationRow:
    return AggregationRow(
        internal_serial=serial,
        name=name,
        document_kind="居民身份证",
        number=NUMBER,
        certificate_name="人工智能推介官（基础）",
        level="基础",
        route="培训考核",
        issued_on=date(2026, 5, 20),
        sealing_body="上海示例职业技能培训学校",
        inscription="上海市人力资源和社会保障局监制",
        district="黄浦区",
    )


def cells(data: bytes, sheet: int = 0) -> list[list[object]]:
    book = openpyxl.load_workbook(BytesIO(data))
    return [list(row) for row in book.worksheets[sheet].iter_rows(values_only=True)]


def receipt(*rows: tuple[Out, ...]) -> ReceiptReading:
    header = ("流水号", "处理结果", "证书编号", "失败原因")
    return read_receipt(write_pages(Page("回执", header, rows)), "r.xlsx")


def typed(*rows: tuple[Any, ...]) -> bytes:
    """A receipt as somebody's own spreadsheet keeps it, with number and date cells."""
    book, stream = openpyxl.Workbook(), BytesIO()
    sheet = book.worksheets[0]
    for row in (("内部流水号", "归集结果", "证书编号"), *rows):
        sheet.append([None if isinstance(cell, str) else cell for cell in row])
        for place, cell in enumerate(row, start=1):
            if isinstance(cell, str):  # a control character comes escaped, as Excel writes it
                sheet.cell(sheet.max_row, place, cell.replace("\x01", "_x0001_"))
    book.save(stream)
    return stream.getvalue()


def codes(reading: ReceiptReading) -> list[tuple[int, str]]:
    return [(finding.sheet_row, finding.code) for finding in reading.findings]


def test_the_aggregation_workbook_follows_its_layout_and_keeps_every_digit() -> None:
    title, header, row = cells(write_aggregation([certificate("D-1", "=1+1")]))
    assert title[0] == "人工智能推介官证书信息归集表"
    assert header == [column.title for column in aggregation_layout().columns]
    by_title = dict(zip(header, row, strict=True))
    assert (by_title["内部流水号"], by_title["证件号码"], by_title["姓名"]) == (
        "D-1",
        NUMBER,
        "=1+1",
    )
    assert by_title["证书编号"] is None


def test_a_layout_names_only_fields_that_exist() -> None:
    with pytest.raises(ValidationError, match="no field shoe_size"):
        AggregationColumn(field="shoe_size", title="鞋码")


def test_E50_refused_certificates_go_back_and_the_rest_stand() -> None:  # noqa: N802
    sent = write_aggregation([certificate("D-1"), certificate("D-2"), certificate("D-3")])
    answer = write_receipt_sample(sent, refused={"D-2": "照片缺失"})
    reading = read_receipt(answer, "回执.xlsx")
    assert [(row.internal_serial, row.accepted, row.certificate_number, row.reason)
            for row in reading.rows] == [
        ("D-1", True, "YBD1", ""), ("D-2", False, "", "照片缺失"), ("D-3", True, "YBD3", ""),
    ]  # fmt: skip
    assert reading.findings == ()
    assert answer == write_receipt_sample(sent, refused={"D-2": "照片缺失"})


def test_a_receipt_that_contradicts_itself_is_reported_row_by_row() -> None:
    reading = receipt(
        ("D-1", "成功", "N1", None),
        ("D-2", "也许", "N2", None),
        ("D-3", "成功", None, None),
        ("D-4", "失败", None, None),
        (None, "成功", "N5", None),
        ("D-1", "成功", "N6", None),
        ("D-7", "成功", "N1", None),
        ("D-8", "退回", "ignored", "姓名不符"),
    )
    assert codes(reading) == [
        (3, "receipt_outcome_unknown"), (4, "receipt_number_missing"),
        (5, "receipt_reason_missing"), (6, "receipt_serial_missing"),
        (7, "receipt_serial_twice"), (8, "receipt_number_twice"),
    ]  # fmt: skip
    assert [row.internal_serial for row in reading.rows] == ["D-1", "D-8"]
    assert reading.rows[1].certificate_number == ""


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (312026000000000123, "receipt_number_digits_lost"),
        (3.12026e17, "receipt_number_digits_lost"),
        (31.5, "receipt_number_digits_lost"),
        ("3.12026E+17", "receipt_number_digits_lost"),
        (True, "receipt_number_digits_lost"),
        (date(2026, 5, 20), "receipt_number_digits_lost"),
        ("9" * 65, "receipt_number_too_long"),
        ("31\x0102", "receipt_number_unreadable"),
    ],
)
def test_E25_a_number_that_lost_digits_or_is_none_is_named_and_never_repaired(  # noqa: N802
    number: str | float | date, code: str
) -> None:
    reading = read_receipt(typed(("D-1", "成功", number), ("D-2", "成功", "N2")), "r.xlsx")
    assert codes(reading) == [(2, code)]
    assert [row.certificate_number for row in reading.rows] == ["N2"]
    for lang in ("zh", "en"):
        assert say("row", code, lang, **reading.findings[0].params)


@pytest.mark.parametrize(
    ("number", "read"),
    [(31202600000001, "31202600000001"), ("312026000000000123", "312026000000000123"),
     ("S" + "0" * 63, "S" + "0" * 63), ("3E0001", "3E0001")],
)  # fmt: skip
def test_a_number_that_is_whole_is_taken_as_it_stands(number: str | int, read: str) -> None:
    (row,) = read_receipt(typed(("D-1", "成功", number)), "r.xlsx").rows
    assert row.certificate_number == read


def test_whoever_was_refused_has_no_number_to_be_wrong() -> None:
    (row,) = receipt(("D-1", "失败", "9" * 65, "照片缺失")).rows
    assert (row.accepted, row.certificate_number) == (False, "")


def test_the_monthly_return_has_both_sheets_and_a_foot() -> None:
    passer = PasserRow(
        class_number="K-1",
        channel="区级项目制培训",
        provider="上海示例职业技能培训学校",
        provider_uscc="91319900MA0000000",
        name="王𠮷",
        document_kind="居民身份证",
        number=NUMBER,
        phone="13900000002",
        level="基础",
        training_period="2026-03-19至2026-04-20",
        total_hours="40",
        online_hours="20",
        assessed_on="2026-04-25",
        mark="71",
        bank="2025",
        regime="新",
    )
    satisfaction = SatisfactionRow(classes=1, asked=9, answered=6, told=6, satisfied=3, means="4.5")
    foot = ReturnFoot("甲", "乙", "丙", date(2026, 5, 8))
    data = write_return([passer], [satisfaction], district="黄浦区", month="2026-04", foot=foot)
    passers, survey = cells(data), cells(data, 1)
    assert passers[1][0] == "填报单位：黄浦区人力资源和社会保障局    汇总月份：2026年4月"
    assert (passers[3][0], passers[3][5], passers[3][7]) == (1, "王𠮷", NUMBER)
    assert [row[0] for row in passers[4:]] == [
        "合计：1人次",
        "填表人：甲    审核人：乙    负责人：丙    填报日期：2026年5月8日（盖章）",
    ]
    assert survey[3][:8] == ["黄浦区", "2026年4月", 1, 9, 6, "66.7%", "4.5", "50.0%"]
    assert survey[3][9] == "—"


def test_rates_are_rounded_half_up_in_integers() -> None:
    assert [rate(1, 3), rate(1, 16), rate(0, 5), rate(5, 5), rate(0, 0)] == [
        "33.3%", "6.3%", "0.0%", "100.0%", "—",
    ]  # fmt: skip
