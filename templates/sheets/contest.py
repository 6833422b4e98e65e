"""技能比武成绩表 read: who took part, and whose score is valid (C31-C34, section 2.4 no. 7)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from states.rules.contest import Standing
from states.rules.findings import Finding, RowFinding, Weight
from templates.sheets.contest_row import CLAUSE, ContestRow, RowReading, finding
from templates.sheets.reader import Columns, Progress, counted, read_table, silent

CONTEST_COLUMNS = Columns(
    spellings={
        "序号": (),
        "活动编号": ("编号",),
        "备案号": ("备案编号",),
        "主办单位": ("活动主办单位",),
        "比赛日期": ("竞赛日期", "活动日期"),
        "选手姓名": ("姓名", "参赛选手"),
        "证件类型": ("证件种类",),
        "证件号码": ("证件号", "身份证号", "身份证号码", "公民身份号码"),
        "所在企业": ("所在单位", "工作单位", "企业名称", "单位名称"),
        "统一社会信用代码": ("企业统一社会信用代码", "信用代码"),
        "理论": ("理论成绩",),
        "实操": ("实操成绩",),
        "总分": ("总成绩", "成绩", "综合成绩"),
        "用时": ("比赛用时",),
        "名次": ("排名",),
        "是否有效成绩": ("是否有效", "有效成绩", "成绩是否有效"),
        "是否拟配发证书": ("拟配发证书",),
        "备注": (),
    },
    required=("选手姓名", "证件号码", "总分", "是否有效成绩"),
)
FULL_TENTHS = 1000
"""A scale of 100 marks (section 8); an organiser with another one says so."""


@dataclass(frozen=True, slots=True)
class ContestReading:
    """`rows` are good, their scores valid or not; every other row has its finding.

    `notes` only inform.
    """

    sheet: str
    rows: tuple[ContestRow, ...]
    findings: tuple[RowFinding, ...]
    notes: tuple[Finding, ...]

    def standings(self) -> list[Standing]:
        """The valid scores, in sheet order: what `states.rules.contest.cut_of` asks for."""
        return [standing for row in self.rows if (standing := row.standing)]


def read_contest(
    data: bytes, filename: str, *, full: int = FULL_TENTHS, progress: Progress = silent
) -> ContestReading:
    """Every contestant of a sheet. Raises SheetUnreadable. `full` is the highest mark in tenths."""
    table = read_table(data, filename, CONTEST_COLUMNS)
    read = [RowReading(row, full) for row in table.rows]
    rows = [row for each in counted(read, progress) if (row := each.contestant())]
    kept, doubles = _without_doubles(rows)
    findings = (*(found for each in read for found in each.findings), *doubles)
    return ContestReading(
        sheet=table.sheet,
        rows=kept,
        findings=tuple(sorted(findings, key=lambda found: found.sheet_row)),
        notes=(*(note for each in read for note in each.notes), *_misplaced(kept)),
    )


def _without_doubles(
    rows: Sequence[ContestRow],
) -> tuple[tuple[ContestRow, ...], list[RowFinding]]:
    """One person takes part once: the later row is the error."""
    first = dict[str, int]()
    earlier = {row.sheet_row: first.setdefault(row.number, row.sheet_row) for row in rows}
    kept = tuple(row for row in rows if earlier[row.sheet_row] == row.sheet_row)
    return kept, [
        finding(row, "number_twice", "证件号码", params={"other": other})
        for row, other in earlier.items()
        if row != other
    ]


def _misplaced(rows: Iterable[ContestRow]) -> Iterator[Finding]:
    """A declared place that the totals contradict. Among equals any of their places will do."""
    by_mark = defaultdict[int, list[ContestRow]](list)
    for row in rows:
        if standing := row.standing:
            by_mark[standing.mark].append(row)
    first = 1
    for _mark, equals in sorted(by_mark.items(), reverse=True):
        places = range(first, first + len(equals))
        for row in equals:
            if row.place and row.place not in places:
                params = {"row": row.sheet_row, "written": row.place, "place": first}
                yield Finding("contest_place_differs", CLAUSE, Weight.NOTE, params)
        first = places.stop
