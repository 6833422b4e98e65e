"""The district's monthly return: passers and satisfaction (C18, C21, section 2.4 nos. 4 and 6)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date

from templates.sheets.writer import ExportMark, Out, Page, header, write_pages

PASSER_HEADER = header(
    "序号 班级编号 培训类型 培训实施机构 机构统一社会信用代码 姓名 证件类型 证件号码 联系电话 "
    "培训层级 培训起止日期 总课时 线上课时 考核日期 成绩 题库版本 适用规则（原/新） 备注"
)
SATISFACTION_HEADER = header(
    "区 月份 班级数 应答对象数 实际应答数 应答率 各题平均分 满意率（4分及以上占比） "
    "单位应答数 单位满意率 主要意见"
)
CORRECTION_HEADER = header(
    "序号 原汇总月份 班级编号 姓名 证件类型 证件号码 原结果 原成绩 更正后结果 更正后成绩 确认日期"
)
_NOBODY = "本月无考核合格人员"
_WIDE = {
    "培训实施机构": 30,
    "机构统一社会信用代码": 22,
    "证件号码": 22,
    "培训起止日期": 24,
    "各题平均分": 60,
    "主要意见": 40,
}


@dataclass(frozen=True, slots=True)
class PasserRow:
    """One passer in the office's words. Hours and mark are written as they are to be read."""

    class_number: str
    channel: str
    provider: str
    provider_uscc: str
    name: str
    document_kind: str
    number: str
    phone: str
    level: str
    training_period: str
    total_hours: str
    online_hours: str
    assessed_on: str
    mark: str
    bank: str
    regime: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """One score of an earlier return that this one corrects, in the office's words."""

    month: str
    class_number: str
    name: str
    document_kind: str
    number: str
    result_before: str
    mark_before: str
    result_after: str
    mark_after: str
    confirmed_on: str


@dataclass(frozen=True, slots=True)
class SatisfactionRow:
    """One district's (or class's) answers; means are text.

    Satisfied are so many of the `told` answers: too few to be told leave a dash. `opinions` stay
    empty: a comment copied may say who wrote it, whoever files the sheet sums up in own words.
    """

    classes: int
    asked: int
    answered: int
    told: int
    satisfied: int
    means: str = ""
    employers_answered: int = 0
    employers_told: int = 0
    employers_satisfied: int = 0
    opinions: str = ""


@dataclass(frozen=True, slots=True)
class ReturnFoot:
    """Who stands for the return; the seal is set on the printed sheet."""

    filled_by: str
    reviewed_by: str
    responsible: str
    filled_on: date

    def line(self) -> str:
        day = self.filled_on
        return (
            f"填表人：{self.filled_by}    审核人：{self.reviewed_by}    "
            f"负责人：{self.responsible}    填报日期：{day.year}年{day.month}月{day.day}日（盖章）"
        )


def write_return(  # noqa: PLR0913  the sheets, and what stands above and below each
    passers: Sequence[PasserRow],
    satisfaction: Iterable[SatisfactionRow],
    *,
    corrections: Sequence[CorrectionRow] = (),
    district: str,
    month: str,
    foot: ReturnFoot,
    mark: ExportMark | None = None,
) -> bytes:
    """A district's return as one xlsx, with a third sheet where it corrects earlier ones.

    `month` is "2026-04".
    """
    year, number = month.split("-")
    shown = f"{year}年{int(number)}月"
    head = f"填报单位：{district}人力资源和社会保障局    汇总月份：{shown}"
    return write_pages(
        Page(
            name="考核合格人员月度汇总表",
            header=PASSER_HEADER,
            rows=[(place, *astuple(row)) for place, row in enumerate(passers, start=1)],
            titles=("人工智能推介官考核合格人员月度汇总表", head),
            foot=(f"合计：{len(passers)}人次" if passers else _NOBODY, foot.line()),
            widths=_WIDE,
        ),
        Page(
            name="满意度汇总表",
            header=SATISFACTION_HEADER,
            rows=[satisfaction_cells(row, district, shown) for row in satisfaction],
            titles=("人工智能推介官培训满意度汇总表", head),
            foot=(foot.line(),),
            widths=_WIDE,
        ),
        *_corrections(corrections, head, foot),
        mark=mark,
    )


def _corrections(rows: Sequence[CorrectionRow], head: str, foot: ReturnFoot) -> Iterator[Page]:
    if rows:
        yield Page(
            name="已上报成绩更正表",
            header=CORRECTION_HEADER,
            rows=[(place, *astuple(row)) for place, row in enumerate(rows, start=1)],
            titles=("人工智能推介官已上报考核成绩更正表", head),
            foot=(f"更正：{len(rows)}人次，原汇总数据不变", foot.line()),
            widths=_WIDE,
        )


def satisfaction_cells(row: SatisfactionRow, district: str, month: str) -> tuple[Out, ...]:
    """One line of 满意度汇总表. `month` as it is to be read."""
    return (
        district,
        month,
        row.classes,
        row.asked,
        row.answered,
        rate(row.answered, row.asked),
        row.means,
        rate(row.satisfied, row.told),
        row.employers_answered,
        rate(row.employers_satisfied, row.employers_told),
        row.opinions,
    )


def rate(part: int, whole: int) -> str:
    """A share with one decimal, half up in integers; a dash where there is nothing to share."""
    if whole == 0:
        return "—"
    tenths = (part * 2000 + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"
