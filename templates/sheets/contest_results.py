"""技能比武成绩表 written: the ranking of a contest, and who is to get a certificate (no. 7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from templates.sheets.writer import Out, Page, header, write_pages

RESULT_HEADER = header(
    "活动编号 备案号 主办单位 比赛日期 选手姓名 证件号码 所在企业 统一社会信用代码 理论 实操 总分 "
    "用时 名次 是否有效成绩 是否拟配发证书"
)
_WIDTHS = {"主办单位": 28, "证件号码": 22, "所在企业": 28, "统一社会信用代码": 22}


@dataclass(frozen=True, slots=True)
class Contest:
    """The activity, as filed with the district (C33)."""

    code: str
    filing: str
    organiser: str
    held_on: date


@dataclass(frozen=True, slots=True)
class ContestantRow:
    """One contestant. Marks are tenths, `seconds` is the time taken; None where there is none.

    `place` is None without a valid score; `proposed` is whether a certificate is proposed (C34).
    """

    name: str
    number: str
    employer: str
    employer_uscc: str
    theory: int | None
    practice: int | None
    total: int | None
    seconds: int | None = None
    place: int | None = None
    proposed: bool = False

    @property
    def valid(self) -> bool:
        return self.place is not None


def write_contest_results(contest: Contest, contestants: Iterable[ContestantRow]) -> bytes:
    """The result list in the order given. `number` stands as the caller may show it."""
    rows = [_cells(contest, row) for row in contestants]
    proposed = sum(row[-1] == "是" for row in rows)
    page = Page(
        name="技能比武成绩表",
        header=RESULT_HEADER,
        rows=rows,
        titles=("人工智能推介官技能比武成绩表", f"主办单位：{contest.organiser}"),
        foot=(f"合计    共{len(rows)}人，拟配发证书{proposed}人",),
        widths=_WIDTHS,
    )
    return write_pages(page)


def _cells(contest: Contest, row: ContestantRow) -> tuple[Out, ...]:
    return (
        contest.code,
        contest.filing,
        contest.organiser,
        contest.held_on.isoformat(),
        row.name,
        row.number,
        row.employer,
        row.employer_uscc,
        _mark(row.theory),
        _mark(row.practice),
        _mark(row.total),
        _time(row.seconds),
        row.place,
        "是" if row.valid else "否",
        "是" if row.proposed else "否",
    )


def _mark(tenths: int | None) -> Out:
    return None if tenths is None else tenths / 10


def _time(seconds: int | None) -> Out:
    """3725 -> 1:02:05; text, so that no program takes it for a time of day."""
    if seconds is None:
        return None
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"
