"""满意度汇总表 of several districts in one sheet, as the centre reads them (section 2.4 no. 6)."""

from collections.abc import Iterable

from templates.sheets.monthly_return import (
    SATISFACTION_HEADER,
    SatisfactionRow,
    satisfaction_cells,
)
from templates.sheets.writer import Page, write_pages

_WIDTHS = {"区": 16, "满意率（4分及以上占比）": 24, "各题平均分": 40, "主要意见": 40}


def write_satisfaction(
    districts: Iterable[tuple[str, SatisfactionRow]], *, month: str, reported_by: str
) -> bytes:
    """One line for each district: its name and its answers. `month` is "2026-04"."""
    year, number = month.split("-")
    shown = f"{year}年{int(number)}月"
    page = Page(
        name="满意度汇总表",
        header=SATISFACTION_HEADER,
        rows=[satisfaction_cells(row, district, shown) for district, row in districts],
        titles=(
            "人工智能推介官培训满意度汇总表",
            f"汇总单位：{reported_by}    汇总月份：{shown}",
        ),
        widths=_WIDTHS,
    )
    return write_pages(page)
