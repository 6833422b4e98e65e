"""指标完成进度表 written: each district's yearly target and how far it got (C37-C39, no. 8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from templates.sheets.monthly_return import rate
from templates.sheets.writer import Out, Page, header, write_pages

PROGRESS_HEADER = header("区 年度指标 培训 评价 考试 比武 合计 完成率 比武占比 同比 环比 预警")
_WIDTHS = {"区": 16, "预警": 40}


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """One district: persons by route. Evaluation and exam count where a district is known (A21).

    `year_before` and `month_before` are the totals to compare with, None where there are none;
    `warning` is a sentence, empty when all is well.
    """

    district: str
    target: int
    training: int
    evaluation: int
    exam: int
    contest: int
    year_before: int | None = None
    month_before: int | None = None
    warning: str = ""

    @property
    def total(self) -> int:
        return self.training + self.evaluation + self.exam + self.contest


def write_progress(rows: Iterable[ProgressRow], *, as_of: date) -> bytes:
    """One line a district and one for the whole city. Counts are persons (A20)."""
    districts = list(rows)
    page = Page(
        name="指标完成进度表",
        header=PROGRESS_HEADER,
        rows=[_cells(row) for row in (*districts, _city(districts))],
        titles=(
            "人工智能推介官培养指标完成进度表",
            f"统计截止：{as_of.isoformat()}    单位：人",
        ),
        widths=_WIDTHS,
    )
    return write_pages(page)


def _city(rows: list[ProgressRow]) -> ProgressRow:
    """The sum. It compares only when every district does."""
    return ProgressRow(
        district="合计",
        target=sum(row.target for row in rows),
        training=sum(row.training for row in rows),
        evaluation=sum(row.evaluation for row in rows),
        exam=sum(row.exam for row in rows),
        contest=sum(row.contest for row in rows),
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
        rate(row.contest, row.total),
        _growth(row.total, row.year_before),
        _growth(row.total, row.month_before),
        row.warning,
    )


def _growth(now: int, before: int | None) -> str:
    """+12.5%, −3.0%; a dash without anything to compare with. Half up in integers."""
    if not before:
        return "—"
    sign = "+" if now >= before else "−"  # not "-": a text that begins with one is guarded
    return f"{sign}{rate(abs(now - before), before)}"
