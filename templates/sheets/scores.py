"""考核成绩表 read: marks matched to the learners of a class (C17, section 2.4 no. 3)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from states.rules.findings import Finding, RowFinding, Verdict, Weight
from states.rules.identity import (
    Flaw,
    Identity,
    fold_number,
    mask_name,
    mask_number,
    number_text,
    read_identity,
    same_name,
)
from templates.sheets.cells import as_date, as_tenths, plain
from templates.sheets.reader import Columns, Progress, TableRow, counted, read_table, silent
from templates.sheets.registered import REGISTER, Registered, is_masked, register_of, restored

CLAUSE = "C17"
SCORE_COLUMNS = Columns(
    spellings={
        "序号": (),
        "准考证号": ("考号", "准考证号码"),
        "姓名": ("考生姓名", "学员姓名"),
        "证件类型": ("证件种类",),
        "证件号码": ("证件号", "身份证号", "身份证号码", "公民身份号码"),
        "班级编号": (),
        "考核日期": ("考试日期",),
        "考核场次": ("场次",),
        "题库版本": ("题库",),
        "理论成绩": ("理论", "理论知识成绩"),
        "实操成绩": ("实操", "操作技能成绩", "实操技能成绩"),
        "综合成绩": ("总成绩", "总分", "综合"),
        "考核结果": ("结果", "成绩结果", "是否合格"),
        "备注": (),
        REGISTER: (),
    },
    required=("姓名", "证件号码", "考核日期", "理论成绩", "实操成绩", "考核结果"),
)


class Result(StrEnum):
    PASS = "pass"  # noqa: S105 -- a mark, not a secret
    FAIL = "fail"
    ABSENT = "absent"
    MISCONDUCT = "misconduct"


_RESULT_WORDS = {
    Result.PASS: "合格 通过 及格",
    Result.FAIL: "不合格 未通过 不通过 不及格",
    Result.ABSENT: "缺考 未参加",
    Result.MISCONDUCT: "违纪 违规 违纪取消 违规取消 作弊",
}
RESULT_BY_WORD = {word: kind for kind, words in _RESULT_WORDS.items() for word in words.split()}
RESULT_WORD = {kind: words.split()[0] for kind, words in _RESULT_WORDS.items()}


@dataclass(frozen=True, slots=True)
class PassMarks:
    """Pass mark of each part and the full mark, in tenths; they belong to the question bank."""

    theory: int
    practice: int
    full: int = 1000


@dataclass(frozen=True, slots=True)
class ClassLearner:
    """A learner a mark may belong to. `id` is the caller's own and means nothing here."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One registered score. Marks are tenths, None where the learner has none."""

    sheet_row: int
    learner_id: int
    exam_number: str
    assessed_on: date
    theory: int | None
    practice: int | None
    total: int | None
    result: Result
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScoresReading:
    """`rows` are good and matched; every other row has its finding.

    `missing` are the learners of the class that no row of the sheet names, each with a note.
    """

    sheet: str
    rows: tuple[ScoreRow, ...]
    findings: tuple[RowFinding, ...]
    notes: tuple[Finding, ...]
    missing: tuple[int, ...]


def read_scores(
    data: bytes,
    filename: str,
    *,
    learners: Mapping[str, ClassLearner] | None,
    marks: PassMarks,
    bank: str = "",
    progress: Progress = silent,
) -> ScoresReading:
    """Scores for `learners`, keyed by normalised document number. Raises SheetUnreadable.

    Without `learners` the sheet is taken at its word: whoever it names by a sound number is one.
    `bank` is the question bank pinned to the class; empty leaves the column unchecked.
    """
    table = read_table(data, filename, SCORE_COLUMNS)
    known = {one.id: Registered(number) for number, one in (learners or {}).items()}
    read = [_Reading(restored(row, known), marks, bank) for row in table.rows]
    learners = _at_its_word(read) if learners is None else learners
    _match(read, learners)
    rows = tuple(score for each in counted(read, progress) if (score := each.score()))
    named = {each.learner.id for each in read if each.learner}
    missing = [learner for learner in learners.values() if learner.id not in named]
    return ScoresReading(
        sheet=table.sheet,
        rows=rows,
        findings=tuple(finding for each in read for finding in each.findings),
        notes=tuple(_without_score(missing)),
        missing=tuple(learner.id for learner in missing),
    )


def _without_score(missing: Iterable[ClassLearner]) -> Iterator[Finding]:
    for learner in missing:
        params = {"name": mask_name(learner.name)}
        yield Finding("learner_without_score", CLAUSE, Weight.NOTE, params)


def _at_its_word(read: "Sequence[_Reading]") -> dict[str, ClassLearner]:
    """Who the sheet itself names, by the first row that does."""
    named = dict[str, ClassLearner]()
    for each in read:
        number, flaw = each.identity()
        if flaw is None:
            named.setdefault(number, ClassLearner(each.row.sheet_row, each.row.text("姓名")))
    return named


def _match(read: "Sequence[_Reading]", learners: Mapping[str, ClassLearner]) -> None:
    """Gives each row its learner; the second row of the same learner is an error."""
    first: dict[int, int] = {}
    for each in read:
        each.match(learners)
        if each.learner is None:
            continue
        row = each.row.sheet_row
        other = first.setdefault(each.learner.id, row)
        if other != row:
            each.find("score_twice", "证件号码", other=other)


class _Reading:
    """Collects everything that is wrong with one row."""

    def __init__(self, row: TableRow, marks: PassMarks, bank: str) -> None:
        self.row, self.marks, self.bank = row, marks, bank
        self.findings: list[RowFinding] = []
        self.learner: ClassLearner | None = None

    def find(self, code: str, column: str, **params: str | int) -> None:
        self.findings.append(
            RowFinding(
                self.row.sheet_row, Verdict.ERROR, code, CLAUSE, column=column, params=params
            )
        )

    def match(self, learners: Mapping[str, ClassLearner]) -> None:
        number, flaw = self.identity()
        self.learner = learners.get(number)
        name = self.row.text("姓名")
        if not name:
            self.find("name_missing", "姓名")
        if self.learner is not None:
            if name and not same_name(self.learner.name, name):
                self.find("score_name_differs", "姓名", name=mask_name(self.learner.name))
        elif is_masked(self.row):
            self.find("register_unknown", REGISTER, register=register_of(self.row))
        elif flaw:
            self.find(flaw.code, "证件号码", **flaw.params)
        else:
            self.find("score_unmatched", "证件号码", number=mask_number(number))

    def identity(self) -> tuple[str, Flaw | None]:
        """The normalised number and what is wrong with it; the sheet needs no kind of document."""
        if is_masked(self.row):
            return f"{REGISTER}{register_of(self.row)}", None
        raw = self.row.cells.get("证件号码")
        found = read_identity(self.row.text("证件类型"), raw, today=date.max)
        if isinstance(found, Identity):
            return found.number, None
        number = fold_number(number_text(raw) or "")[0]
        return number, None if found.code == "document_kind_missing" else found

    def score(self) -> ScoreRow | None:
        """The score, unless something is wrong with the row."""
        assessed_on, result = self._date(), self._result()
        theory, practice = self._mark("理论成绩"), self._mark("实操成绩")
        total = self._mark("综合成绩")
        self._check_bank()
        if result is not None and not self.findings:
            self._check_result(result, theory, practice)
        if self.findings or assessed_on is None or result is None or self.learner is None:
            return None
        return ScoreRow(
            sheet_row=self.row.sheet_row,
            learner_id=self.learner.id,
            exam_number=self.row.text("准考证号"),
            assessed_on=assessed_on,
            theory=theory,
            practice=practice,
            total=total,
            result=result,
            note=self.row.text("备注"),
        )

    def _date(self) -> date | None:
        try:
            day = as_date(self.row.cells.get("考核日期"))
        except ValueError:
            self.find("assessed_on_unreadable", "考核日期", text=self.row.quote("考核日期"))
            return None
        if day is None:
            self.find("assessed_on_missing", "考核日期")
        return day

    def _mark(self, column: str) -> int | None:
        try:
            tenths = as_tenths(self.row.cells.get(column))
        except ValueError:
            self.find("mark_unreadable", column, text=self.row.quote(column))
            return None
        if tenths is not None and tenths > self.marks.full:
            self.find("mark_out_of_range", column, full=_shown(self.marks.full))
            return None
        return tenths

    def _result(self) -> Result | None:
        word = plain(self.row.cells.get("考核结果"))
        result = RESULT_BY_WORD.get(word)
        if result is None:
            self.find("result_unknown", "考核结果", text=self.row.quote("考核结果"))
        return result

    def _check_bank(self) -> None:
        """A02: the bank was pinned when the class opened."""
        written = plain(self.row.cells.get("题库版本"))
        if self.bank and written and written.removesuffix("版") != self.bank:
            self.find(
                "bank_differs", "题库版本", written=self.row.quote("题库版本"), bank=self.bank
            )

    def _check_result(self, result: Result, theory: int | None, practice: int | None) -> None:
        """The result must be what the marks say; the absent have none."""
        if result is Result.MISCONDUCT:
            return
        if result is Result.ABSENT:
            if theory is not None or practice is not None:
                self.find("absent_with_marks", "考核结果")
            return
        if theory is None or practice is None:
            self.find("marks_missing", "理论成绩" if theory is None else "实操成绩")
            return
        passed = theory >= self.marks.theory and practice >= self.marks.practice
        if passed is not (result is Result.PASS):
            self._contradicted(result)

    def _contradicted(self, result: Result) -> None:
        self.find(
            "result_contradicts_marks",
            "考核结果",
            written=RESULT_WORD[result],
            theory=_shown(self.marks.theory),
            practice=_shown(self.marks.practice),
        )


def _shown(tenths: int) -> str:
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest}" if rest else str(whole)
