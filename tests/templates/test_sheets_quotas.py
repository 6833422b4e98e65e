"""指标分解表: districts by any of their names, and nothing guessed."""

import pytest

from states.rules.findings import Verdict
from templates.sheets.grid import SheetUnreadable
from templates.sheets.quotas import QuotaLine, QuotasReading, read_quotas, write_quotas
from templates.sheets.reading_room import read_aside

DISTRICTS = {"HP": "HP", "黄浦区": "HP", "310101": "HP", "黄浦": "HP", "PD": "PD", "浦东新区": "PD"}


def read(*lines: str) -> QuotasReading:
    sheet = "\n".join(("2026年度指标分解表", *lines)).encode()
    return read_quotas(sheet, "指标.csv", districts=DISTRICTS)


def test_a_district_is_known_by_its_name_or_its_code_and_totals_are_no_row() -> None:
    found = read("区划代码,区县,任务数", "310101,黄浦,1331人", ",浦东新区,11422", "合计,,12753")
    assert found.rows == (QuotaLine(3, "HP", 1331), QuotaLine(4, "PD", 11422))
    assert (found.findings, found.missing) == ((), ())


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("HP,临港新片区,10", "quota_district_unknown"),
        ("PD,黄浦区,10", "quota_district_unknown"),
        (",浦东新区,约一万", "quota_unreadable"),
        (",浦东新区,10.5", "quota_unreadable"),
        (",浦东新区,-3", "quota_unreadable"),
        (",浦东新区,", "quota_unreadable"),
        (",黄浦区,3", "quota_district_twice"),
    ],
)
def test_a_row_that_is_not_sure_is_refused_in_words(line: str, code: str) -> None:
    found = read("代码,区,指标", "HP,黄浦区,1331", line)
    (finding,) = found.findings
    assert (finding.sheet_row, finding.code, finding.verdict) == (4, code, Verdict.ERROR)
    assert len(found.rows) == 1


def test_a_district_that_no_row_names_is_told() -> None:
    assert read("区,指标", "黄浦区,1331").missing == ("PD",)


def test_another_sheet_is_no_table_of_quotas() -> None:
    with pytest.raises(SheetUnreadable, match="header_not_found"):
        read("姓名,证件号码", "张示例,1")


def test_what_is_written_reads_back_in_a_room_of_its_own() -> None:
    data = write_quotas([("HP", "黄浦区", 1331), ("PD", "浦东新区", 11422)], year=2026)
    found = read_aside(read_quotas, data, "指标.xlsx", districts=DISTRICTS)
    assert {row.code: row.number for row in found.rows} == {"HP": 1331, "PD": 11422}
    blank = write_quotas([("HP", "黄浦区", None)], year=2026)
    assert read_quotas(blank, "指标.xlsx", districts=DISTRICTS).findings[0].column == "指标"
