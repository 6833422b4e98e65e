"""指标分解表 read and written: how many persons the city asks of each district (C38)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from states.rules.findings import RowFinding, Verdict
from templates.sheets.cells import plain
from templates.sheets.reader import (
    Columns,
    Progress,
    Table,
    TableRow,
    counted,
    read_table,
    silent,
)
from templates.sheets.writer import Page, header, write_pages

CLAUSE = "C38"
QUOTA_COLUMNS = Columns(
    spellings={
        "序号": (),
        "代码": ("区划代码", "行政区划代码", "区代码"),
        "区": ("区名", "区县", "区名称", "行政区", "各区"),
        "指标": ("年度指标", "指标数", "任务数", "目标数", "目标任务", "人数", "分解指标"),
        "备注": (),
    },
    required=("区", "指标"),
)
_NUMBER = re.compile(r"(\d{1,7})人?")


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """A district by its office's code, and the persons asked of it."""

    sheet_row: int
    code: str
    number: int


@dataclass(frozen=True, slots=True)
class QuotasReading:
    """`rows` are good; every other row has its finding. `missing` are codes no row names."""

    sheet: str
    rows: tuple[QuotaLine, ...]
    findings: tuple[RowFinding, ...]
    missing: tuple[str, ...]


def read_quotas(
    data: bytes, filename: str, *, districts: Mapping[str, str], progress: Progress = silent
) -> QuotasReading:
    """Quotas by district. `districts`: every name and code of one -> its office's code.

    Raises SheetUnreadable.
    """
    table = read_table(data, filename, QUOTA_COLUMNS)
    read = list(_read(table, districts, progress))
    rows = tuple(one for one in read if isinstance(one, QuotaLine))
    findings = tuple(one for one in read if isinstance(one, RowFinding))
    named = {row.code for row in rows}
    missing = tuple(sorted(set(districts.values()) - named))
    return QuotasReading(table.sheet, rows, findings, missing)


def _read(
    table: Table, districts: Mapping[str, str], progress: Progress
) -> Iterator[QuotaLine | RowFinding]:
    seen: dict[str, int] = {}
    for row in counted(table.rows, progress):
        code = _district(row, districts)
        number = _NUMBER.fullmatch(plain(row.cells.get("指标")).replace(",", ""))
        if code is None:
            yield _wrong(row, "quota_district_unknown", "区")
        elif (other := seen.setdefault(code, row.sheet_row)) != row.sheet_row:
            yield _wrong(row, "quota_district_twice", "区", other=other)
        elif number is None:
            yield _wrong(row, "quota_unreadable", "指标")
        else:
            yield QuotaLine(row.sheet_row, code, int(number[1]))


def _district(row: TableRow, districts: Mapping[str, str]) -> str | None:
    """By its name and, where there is one, by its code: both must mean the same."""
    said = {plain(row.cells.get(column)) for column in ("代码", "区")} - {""}
    meant = {districts.get(word) for word in said}
    return meant.pop() if len(meant) == 1 else None


def _wrong(row: TableRow, code: str, column: str, **params: int) -> RowFinding:
    told: dict[str, str | int] = {"said": row.quote(column), **params}
    return RowFinding(row.sheet_row, Verdict.ERROR, code, CLAUSE, column=column, params=told)


def write_quotas(rows: Iterable[tuple[str, str, int | None]], *, year: int) -> bytes:
    """The table to fill in: code, district and what stands now, None where nothing does."""
    page = Page(
        name="指标分解表",
        header=header("代码 区 指标 备注"),
        rows=[(code, name, number, None) for code, name, number in rows],
        titles=(f"{year}年人工智能推介官培养指标分解表", "单位：人"),
        widths={"区": 20, "备注": 30},
    )
    return write_pages(page)
