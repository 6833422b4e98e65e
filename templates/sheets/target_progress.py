"""指标完成进度表 written: each district's yearly target and how far it got (C37-C39, no. 8)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from templates.sheets.monthly_return import rate
from templates.sheets.writer import Out, Page, header, write_pages

PROGRESS_HEADER = header("区 年度指标 培训 评价 考试 比武 合计 完成率 比武占比 同比 环比 预警")
SHARE_HEADER = header("区 比武证书 全部证书 比武占比")
MONTH_HEADER = header("月份 培训 评价 考试 比武 合计 累计")
_WIDTHS = {"区": 16, "预警": 40}


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """One district: persons by route. Evaluation and exam count where a district is known (A21).

    The share is one of certificates, from their issue on: `contest_certificates` of `certificates`.
    `year_before` and `month_before` are the totals to compare with, None where there are none;
    `warning` is a sentence, empty when all is well.
    """

    district: str
    target: int
    training: int
    evaluation: int
    exam: int
    contest: int
    contest_certificates: int
    certificates: int
    year_before: int | None = None
    month_before: int | None = None
    warning: str = ""

    @property
    def total(self) -> int:
        return self.training + self.evaluation + self.exam + self.contest


@dataclass(frozen=True, slots=True)
class MonthRow:
    """Persons of one month by route, in the place that the rows make up together."""

    month: int
    training: int
    evaluation: int
    exam: int
    contest: int

    @property
    def total(self) -> int:
        return self.training + self.evaluation + self.exam + self.contest


def write_progress(
    rows: Iterable[ProgressRow], months: Iterable[MonthRow], *, as_of: date
) -> bytes:
    """One line a district and one for all of them, then the shares, then month by month.

    Counts are persons (A20), but for the share, which is counted in certificates (A21).
    """
    districts = list(rows)
    lines = (*districts, _city(districts))
    day = f"统计截止：{as_of.isoformat()}"
    return write_pages(
        Page(
            name="指标完成进度表",
            header=PROGRESS_HEADER,
            rows=[_cells(row) for row in lines],
            titles=(
                "人工智能推介官培养指标完成进度表",
                f"{day}    单位：人（比武占比按证书计算）",
            ),
            widths=_WIDTHS,
        ),
        Page(
            name="比武占比",
            header=SHARE_HEADER,
            rows=[_share(row) for row in lines],
            titles=("技能比武占比", f"{day}    单位：张"),
            widths=_WIDTHS,
        ),
        Page(
            name="逐月进度",
            header=MONTH_HEADER,
            rows=list(_months(months)),
            titles=("逐月取证人数", f"{day}    单位：人"),
        ),
    )


def _city(rows: list[ProgressRow]) -> ProgressRow:
    """The sum. It compares only when every district does."""
    return ProgressRow(
        district="合计",
        target=sum(row.target for row in rows),
        training=sum(row.training for row in rows),
        evaluation=sum(row.evaluation for row in rows),
        exam=sum(row.exam for row in rows),
        contest=sum(row.contest for row in rows),
        contest_certificates=sum(row.contest_certificates for row in rows),
        certificates=sum(row.certificates for row in rows),
        year_before=_sum([row.year_before for row in rows]),
        month_before=_sum([row.month_before for row in rows]),
    )


def _sum(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None


def _cells(row: ProgressRow) -> tuple[Out, ...]:
    return (
        row.district,
        row.target,
        row.training,
        row.evaluation,
        row.exam,
        row.contest,
        row.total,
        rate(row.total, row.target),
        rate(row.contest_certificates, row.certificates),
        _growth(row.total, row.year_before),
        _growth(row.total, row.month_before),
        row.warning,
    )


def _share(row: ProgressRow) -> tuple[Out, ...]:
    contest, of_all = row.contest_certificates, row.certificates
    return row.district, contest, of_all, rate(contest, of_all)


def _months(rows: Iterable[MonthRow]) -> Iterator[tuple[Out, ...]]:
    until = 0
    for row in rows:
        until += row.total
        by_route = (row.training, row.evaluation, row.exam, row.contest)
        yield (f"{row.month}月", *by_route, row.total, until)


def _growth(now: int, before: int | None) -> str:
    """+12.5%, −3.0%; a dash without anything to compare with. Half up in integers."""
    if not before:
        return "—"
    sign = "+" if now >= before else "−"  # not "-": a text that begins with one is guarded
    return f"{sign}{rate(abs(now - before), before)}"
