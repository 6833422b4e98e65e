"""Builds the sheets that offices send: the rows of a story, under titles and a header."""

from collections.abc import Sequence
from datetime import date

from states.rules.identity import check_digit
from states.rules.people import LearnerCategory, LearnerRules
from templates.sheets.roster import RosterReading, read_roster
from templates.sheets.writer import Out, Page, header, write_pages

OPENS = date(2026, 3, 19)
TODAY = date(2026, 3, 10)
DISTRICT = LearnerRules(
    categories=frozenset(LearnerCategory) - {LearnerCategory.EMPLOYED},
    hukou_local_for=frozenset(
        {
            LearnerCategory.REGISTERED_UNEMPLOYED,
            LearnerCategory.FLEXIBLY_EMPLOYED,
            LearnerCategory.UNREGISTERED,
        }
    ),
    manual_review_for_non_local=frozenset({LearnerCategory.FLEXIBLY_EMPLOYED}),
)
ROSTER_HEADER = header(
    "序号 姓名 性别 证件类型 证件号码 出生日期 户籍所在地 人员类别 联系电话 就读院校 退休类别 备注"
)
TITLES = ("示例区培训班学员花名册", "培训机构：上海示例学校    开班日期：2026-03-19")
FIRST_ROW = 4
"""The sheet row of the first learner below two titles and the header."""


def number(birth: str, order: int, area: str = "319901") -> str:
    """Any order, right check digit: an odd order is a man's, an even one a woman's."""
    body = f"{area}{birth}{order:03}"
    return body + check_digit(body)


def learner(cell: Out, **changes: Out) -> dict[str, Out]:
    """A good learner in the office's words, but for `changes`."""
    usual: dict[str, Out] = {
        "姓名": "张三", "证件类型": "居民身份证", "证件号码": cell, "户籍所在地": "上海市",
        "人员类别": "登记失业人员", "退休类别": "",
    }  # fmt: skip
    return usual | changes


def roster_file(
    *rows: dict[str, Out], titles: tuple[str, ...] = TITLES, columns: Sequence[str] = ROSTER_HEADER
) -> bytes:
    """A roster workbook with these rows, serial numbers, and a line of totals."""
    cells = [
        [place if name == "序号" else row.get(name) for name in columns]
        for place, row in enumerate(rows, start=1)
    ]
    return write_pages(
        Page("Sheet1", columns, cells, titles=titles, foot=(f"合计  共{len(rows)}人",))
    )


def read(*rows: dict[str, Out], rules: LearnerRules = DISTRICT) -> RosterReading:
    """The rows as read for a class that opens on 2026-03-19."""
    return read_roster(roster_file(*rows), "r.xlsx", opens=OPENS, rules=rules, today=TODAY)


def codes(reading: RosterReading) -> list[tuple[int, str]]:
    """(sheet row, code) of every finding."""
    return [(finding.sheet_row, finding.code) for finding in reading.findings]
