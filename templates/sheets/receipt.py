"""The answer of 证书归集 read: which certificates stand, and which go back (E50)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from states.rules.findings import RowFinding, Verdict
from states.rules.identity import number_text
from templates.sheets.cells import Cell, plain
from templates.sheets.reader import Columns, Progress, TableRow, counted, read_table, silent
from templates.sheets.writer import Page, write_pages

CLAUSE = "C22"
RECEIPT_COLUMNS = Columns(
    spellings={
        "序号": (),
        "内部流水号": ("流水号", "机构流水号"),
        "归集结果": ("处理结果", "结果", "归集状态"),
        "证书编号": ("证书号",),
        "失败原因": ("原因", "退回原因", "错误信息", "错误原因"),
    },
    required=("内部流水号", "归集结果"),
)
_ACCEPTED = {"成功": True, "通过": True, "已归集": True, "归集成功": True}
_REFUSED = {"失败": False, "退回": False, "未通过": False, "不通过": False, "归集失败": False}
OUTCOMES = _ACCEPTED | _REFUSED
LONGEST_NUMBER = 64
"""How long the city's numbers are is not public; what is longer than this is none."""
_SCIENTIFIC = re.compile(r"\d+(\.\d+)?[Ee]\+\d+")


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One certificate's outcome. A number only where accepted, a reason only where refused."""

    sheet_row: int
    internal_serial: str
    accepted: bool
    certificate_number: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptReading:
    """`rows` are good; every other row has its finding."""

    sheet: str
    rows: tuple[ReceiptRow, ...]
    findings: tuple[RowFinding, ...]


@dataclass(slots=True)
class _Seen:
    """Which serial and which number stood in which row before."""

    serials: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)


def read_receipt(data: bytes, filename: str, *, progress: Progress = silent) -> ReceiptReading:
    """Every row of a receipt. Raises SheetUnreadable; whether a serial is ours asks the caller."""
    table = read_table(data, filename, RECEIPT_COLUMNS)
    seen = _Seen()
    read = [_read(row, seen) for row in counted(table.rows, progress)]
    return ReceiptReading(
        sheet=table.sheet,
        rows=tuple(row for row in read if isinstance(row, ReceiptRow)),
        findings=tuple(row for row in read if isinstance(row, RowFinding)),
    )


def _read(row: TableRow, seen: _Seen) -> ReceiptRow | RowFinding:
    accepted = OUTCOMES.get(plain(row.cells.get("归集结果")))
    if accepted is None:
        text = row.quote("归集结果")
        return _error(row, "receipt_outcome_unknown", "归集结果", text=text)
    if accepted and (flaw := _flaw(row.cells.get("证书编号"))):
        return _error(row, flaw, "证书编号", longest=LONGEST_NUMBER)
    found = ReceiptRow(
        sheet_row=row.sheet_row,
        internal_serial=plain(row.cells.get("内部流水号")),
        accepted=accepted,
        certificate_number=plain(row.cells.get("证书编号")) if accepted else "",
        reason="" if accepted else row.text("失败原因")[:500],
    )
    return _lack(row, found) or _double(row, found, seen) or found


def _flaw(cell: Cell) -> str | None:
    """Why this is no number of the city's, if it is not: one is never repaired nor cut (E25)."""
    number = plain(cell)
    if _has_lost_digits(cell) or _SCIENTIFIC.fullmatch(number):
        return "receipt_number_digits_lost"
    if len(number) > LONGEST_NUMBER:
        return "receipt_number_too_long"
    return None if number.isprintable() else "receipt_number_unreadable"


def _has_lost_digits(cell: Cell) -> bool:
    """A spreadsheet keeps fifteen digits of a number, and takes some for a date."""
    return cell is not None and (type(cell) not in {str, int, float} or number_text(cell) is None)


def _lack(row: TableRow, found: ReceiptRow) -> RowFinding | None:
    if not found.internal_serial:
        return _error(row, "receipt_serial_missing", "内部流水号")
    if found.accepted and not found.certificate_number:
        return _error(row, "receipt_number_missing", "证书编号")
    if not found.accepted and not found.reason:
        return _error(row, "receipt_reason_missing", "失败原因")
    return None


def _double(row: TableRow, found: ReceiptRow, seen: _Seen) -> RowFinding | None:
    other = seen.serials.setdefault(found.internal_serial, row.sheet_row)
    if other != row.sheet_row:
        return _error(row, "receipt_serial_twice", "内部流水号", other=other)
    number = found.certificate_number
    other = seen.numbers.setdefault(number, row.sheet_row) if number else row.sheet_row
    if other != row.sheet_row:
        return _error(row, "receipt_number_twice", "证书编号", other=other)
    return None


def _error(row: TableRow, code: str, column: str, **params: str | int) -> RowFinding:
    return RowFinding(row.sheet_row, Verdict.ERROR, code, CLAUSE, column=column, params=params)


def write_receipt_sample(
    aggregation: bytes, *, refused: Mapping[str, str] | None = None, prefix: str = "YB"
) -> bytes:
    """Plays the municipal hub: a receipt for an aggregation workbook, for samples and tests.

    `refused` maps internal serials to reasons; all others get a number of `prefix` and their
    serial, so that a repeated upload gets the same numbers. Raises SheetUnreadable.
    """
    table = read_table(aggregation, "aggregation.xlsx", _SENT_COLUMNS)
    page = Page(
        name="归集回执",
        header=("序号", "内部流水号", "归集结果", "证书编号", "失败原因"),
        rows=[
            _answer(place, row.text("内部流水号"), refused or {}, prefix=prefix)
            for place, row in enumerate(table.rows, start=1)
        ],
        titles=("证书归集回执（示例）",),
        widths={"内部流水号": 22, "证书编号": 26, "失败原因": 30},
    )
    return write_pages(page)


_SENT_COLUMNS = Columns(
    spellings={"内部流水号": (), "姓名": (), "证件号码": ()}, required=("内部流水号", "证件号码")
)


def _answer(
    place: int, serial: str, refused: Mapping[str, str], *, prefix: str
) -> tuple[int, str, str, str, str]:
    if serial in refused:
        return place, serial, "失败", "", refused[serial]
    return place, serial, "成功", prefix + serial.replace("-", ""), ""
