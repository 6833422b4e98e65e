"""规则变更影响表: which classes another version would change, which not, and why."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from templates.sheets.writer import Page, header, write_pages

WHAT_IF_HEADER = header(
    "序号 区 项目编号 项目名称 培训机构 班级 开班日期 状态 现用版本 变更后版本 影响 说明"
)
DISTRICT_HEADER = header("区 改用新版本 沿用原版本 不受影响")
_WIDE = {
    "序号": 6, "区": 14, "项目编号": 16, "项目名称": 36, "培训机构": 32, "班级": 8, "说明": 60,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WhatIfRow:
    """One class in the office's words."""

    district: str
    project: str
    title: str
    provider: str
    klass: str
    opens_on: str
    standing: str
    before: str
    after: str
    effect: str
    why: str


def write_what_if(
    rows: Sequence[WhatIfRow], districts: Sequence[tuple[str, int, int, int]], *, title: str
) -> bytes:
    """The classes, and the counts by district (changes, keeps, not concerned) on a second sheet."""
    return write_pages(
        Page(
            name="逐班",
            header=WHAT_IF_HEADER,
            rows=[(place, *astuple(row)) for place, row in enumerate(rows, start=1)],
            titles=(title,),
            foot=("试算结果，未保存任何变更。",),
            widths=_WIDE,
        ),
        Page(name="分区", header=DISTRICT_HEADER, rows=districts, titles=(title,), widths=_WIDE),
    )
