"""满意度汇总表 of several districts and months, as the centre reads them (section 2.4 no. 6)."""

from collections.abc import Iterable

from templates.sheets.monthly_return import (
    SATISFACTION_HEADER,
    SatisfactionRow,
    satisfaction_cells,
)
from templates.sheets.writer import Page, write_pages

_WIDTHS = {"区": 30, "满意率（4分及以上占比）": 24, "各题平均分": 60, "主要意见": 40}
_TITLE = "人工智能推介官培训满意度汇总表"
_RULE = "每组满意率和平均分至少以5份答卷为依据；不足5份的班级合并满5份后一并计入，未满时以“—”表示。"


def write_satisfaction(
    months: Iterable[tuple[str, str, SatisfactionRow]],
    groups: Iterable[tuple[str, SatisfactionRow]],
    *,
    by: str,
    reported_by: str,
) -> bytes:
    """One line for each district and month ("2026-04"), and one for each group on a second sheet.

    `by` names what the groups are: 班级, 培训机构, ...
    """
    head = (_TITLE, f"汇总单位：{reported_by}")
    pages = [
        Page(
            name="满意度汇总表",
            header=SATISFACTION_HEADER,
            rows=[satisfaction_cells(row, name, _shown(month)) for name, month, row in months],
            titles=head,
            foot=(_RULE,),
            widths=_WIDTHS,
        ),
        Page(
            name=f"按{by}汇总",
            header=(by, *SATISFACTION_HEADER[2:]),
            rows=[(name, *satisfaction_cells(row, "", "")[2:]) for name, row in groups],
            titles=head,
            foot=(_RULE,),
            widths=_WIDTHS | {by: 30},
        ),
    ]
    return write_pages(*pages)


def _shown(month: str) -> str:
    year, number = month.split("-")
    return f"{year}年{int(number)}月"
