"""评价合格人员名单 read: who passed an evaluation that leads to the advanced level (C24, C25)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from states.rules.evaluation import (
    CLAUSE,
    EVALUATION_BY_WORD,
    NUMBER_CLAUSE,
    EvaluationKind,
    Source,
    disagreement,
    grade_of,
    read_source,
)
from states.rules.findings import SYSTEM_DEFAULT, Finding, Weight
from states.rules.identity import Flaw
from states.rules.routes import Level
from templates.sheets.passer_row import Passer, PasserReading, PassersReading, reading_of
from templates.sheets.reader import Columns, Progress, counted, read_table, silent

YEAR_CLAUSE = "A15"
EVALUATION_COLUMNS = Columns(
    spellings={
        "序号": (),
        "姓名": ("考生姓名", "合格人员姓名"),
        "证件类型": ("证件种类",),
        "证件号码": ("证件号", "身份证号", "身份证号码", "公民身份号码"),
        "评价类型": ("评价种类", "评价项目", "职业(专项能力)名称"),
        "技能等级": ("职业技能等级", "评价等级"),
        "评价日期": ("评价时间", "考评日期"),
        "原证书编号": ("评价证书编号", "证书编号", "来源证书编号"),
        "联系电话": ("手机号码", "手机", "电话"),
        "所属区": ("所在区", "区"),
        "认证渠道": (),
        "拟发等级": ("配发等级", "推介官等级"),
        "备注": (),
    },
    required=("姓名", "证件号码", "评价类型", "技能等级", "评价日期", "原证书编号"),
)
_ROUTE_WORDS = frozenset({"职业技能评价", "技能评价", "评价"})


def read_evaluation(
    data: bytes,
    filename: str,
    *,
    year: int,
    today: date,
    districts: Sequence[str] = (),
    progress: Progress = silent,
) -> PassersReading:
    """The passers of an evaluation body, all to the advanced level. Raises SheetUnreadable.

    `year` is the one in which an evaluation counts (A15); `districts` are the names a row may give.
    """
    table = read_table(data, filename, EVALUATION_COLUMNS)
    read = [_Reading(row, today) for row in table.rows]
    passers = [
        one for each in counted(read, progress) if (one := each.passer(year, districts))
    ]  # fmt: skip
    reading = reading_of(table.sheet, read, passers, clause=CLAUSE)
    return replace(reading, notes=(*reading.notes, *_unchecked(reading.rows)))


def _unchecked(rows: Sequence[Passer]) -> Iterator[Finding]:
    """One word for all numbers whose rule is not public, not one for each."""
    count = sum(one.kind != EvaluationKind.TRAINER for one in rows)
    if count:
        yield Finding("source_not_checked", SYSTEM_DEFAULT, Weight.NOTE, {"count": count})


class _Reading(PasserReading):
    """One row of the list."""

    clause = CLAUSE

    def passer(self, year: int, districts: Sequence[str]) -> Passer | None:
        """The person, unless something is wrong with the row."""
        found, name, kind = self.identity(), self.name(), self._kind()
        evaluated_on, grade = self._evaluated_on(year), self._grade(kind)
        source = self._source(kind)
        if source and evaluated_on:
            self._compare(source, evaluated_on, grade)
        self.check_route(_ROUTE_WORDS)
        self.check_level(Level.ADVANCED)
        phone, district = self.phone(), self.district(districts)
        if self.wrong or found is None or kind is None or source is None:
            return None
        return Passer(
            sheet_row=self.row.sheet_row,
            name=name,
            document=found.kind,
            number=found.number,
            level=Level.ADVANCED,
            kind=kind,
            result=str(grade or ""),
            phone=phone,
            district=district,
            source_number=source.number,
            evaluated_on=evaluated_on,
        )

    def _kind(self) -> EvaluationKind | None:
        word = self.word("评价类型")
        kind = EVALUATION_BY_WORD.get(word)
        if kind is None:
            self.find("evaluation_unknown", "评价类型", text=self.row.quote("评价类型"))
        return kind

    def _grade(self, kind: EvaluationKind | None) -> int | None:
        """五级 to 一级, for the trainer only: a special ability has none."""
        if kind is not EvaluationKind.TRAINER:
            return None
        grade = grade_of(self.word("技能等级"))
        if grade is None:
            self.find("grade_unknown", "技能等级", text=self.row.quote("技能等级"))
        return grade

    def _evaluated_on(self, year: int) -> date | None:
        day = self.day("评价日期")
        if day and day > self.today:
            self.find("evaluated_in_future", "评价日期", day=day.isoformat())
        elif day and day.year != year:
            shown = day.isoformat()
            self.find(
                "evaluated_in_other_year", "评价日期", clause=YEAR_CLAUSE, day=shown, year=year
            )
        return day

    def _source(self, kind: EvaluationKind | None) -> Source | None:
        number = self.folded("原证书编号")
        if number is None:
            self.find("source_digits_lost", "原证书编号")
        elif not number:
            self.find("list_cell_missing", "原证书编号", column="原证书编号")
        if not number or kind is None:
            return None
        source = read_source(number, kind)
        if isinstance(source, Flaw):
            self.flaw(source, "原证书编号", clause=NUMBER_CLAUSE)
            return None
        return source

    def _compare(self, source: Source, evaluated_on: date, grade: int | None) -> None:
        flaw = disagreement(source, evaluated_on=evaluated_on, grade=grade)
        if flaw:
            self.flaw(flaw, "原证书编号", clause=NUMBER_CLAUSE)
