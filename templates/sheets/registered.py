"""Rows that name a learner by 登记号: a prefilled sheet shows masks and still finds its people."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from states.rules.identity import mask_number, mask_phone
from templates.sheets.cells import plain
from templates.sheets.reader import TableRow

REGISTER = "登记号"
"""The column that holds our own number of an enrolment."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What a masked row stands for. `document` is the word for the kind of document."""

    number: str
    document: str = ""
    phone: str = ""


def restored(row: TableRow, known: Mapping[int, Registered]) -> TableRow:
    """The row with what its masks hide, where number and mask belong to its 登记号.

    Otherwise the row as it stands: a mask that fits nobody is no number, and is refused as such.
    """
    one = known.get(register_of(row))
    if one is None or plain(row.cells.get("证件号码")) != mask_number(one.number):
        return row
    cells = {**row.cells, "证件号码": one.number}
    if one.document:
        cells["证件类型"] = one.document
    if one.phone and plain(row.cells.get("联系电话")) == mask_phone(one.phone):
        cells["联系电话"] = one.phone
    return replace(row, cells=cells)


def register_of(row: TableRow) -> int:
    """The row's 登记号; 0 without one."""
    text = plain(row.cells.get(REGISTER))
    return int(text) if text.isdecimal() and len(text) < 19 else 0  # noqa: PLR2004  a bigint


def is_masked(row: TableRow) -> bool:
    """Whether the row names somebody by 登记号 only."""
    return register_of(row) > 0 and "*" in plain(row.cells.get("证件号码"))
