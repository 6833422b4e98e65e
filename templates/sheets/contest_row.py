"""One row of a contest sheet: its cells read, its contestant named, its score valid or not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from states.rules import identity
from states.rules.contest import Standing
from states.rules.findings import SYSTEM_DEFAULT, Finding, RowFinding, Verdict, Weight
from states.rules.identity import DocumentKind, Flaw, Identity, read_identity
from states.rules.uscc import fold_uscc
from templates.sheets.cells import as_date, as_seconds, as_tenths, plain
from templates.sheets.reader import TableRow

CLAUSE = "C34"
_COUNTS = frozenset({"是", "有效", "有", "y", "yes", "true", "√"})
_VOID = frozenset({"否", "无效", "无", "n", "no", "false", "×", "取消", "弃权", "未参加"})
_VOID_BEGINS = ("缺", "弃", "退", "违", "取消")
"""缺考, 缺赛, 弃赛, 退赛, 违规取消 and their like."""
_PLACE = re.compile(r"第?(\d{1,6})名?")


@dataclass(frozen=True, slots=True)
class ContestRow:
    """One contestant. Marks are tenths; `void` is the sheet's word for why a score does not count.

    `place` is what the sheet declares, 0 where it does not. The employer's code is normalised,
    not judged: for a contest it is only a hint (A17).
    """

    sheet_row: int
    name: str
    document: DocumentKind
    number: str
    total: int | None
    void: str = ""
    seconds: int | None = None
    place: int = 0
    theory: int | None = None
    practice: int | None = None
    employer: str = ""
    employer_uscc: str = ""
    activity: str = ""
    filing: str = ""
    organiser: str = ""
    held_on: date | None = None

    @property
    def standing(self) -> Standing | None:
        """What is ranked; None without a valid score."""
        return None if self.void or self.total is None else Standing(self.total, self.seconds)


def finding(
    row: int,
    code: str,
    column: str,
    *,
    params: Mapping[str, str | int],
    verdict: Verdict = Verdict.ERROR,
) -> RowFinding:
    """What a row deserves; a number's repair rests on the standard of numbers."""
    clause = CLAUSE if verdict is Verdict.ERROR else identity.CLAUSE
    return RowFinding(row, verdict, code, clause, column=column, params=params)


class RowReading:
    """Collects everything that is wrong with one row. `full` is the highest mark in tenths."""

    def __init__(self, row: TableRow, full: int) -> None:
        self.row, self.full = row, full
        self.findings: list[RowFinding] = []
        self.notes: list[Finding] = []

    def contestant(self) -> ContestRow | None:
        """The contestant, unless something is wrong with the row."""
        found, name, void = self._identity(), self._name(), self._void()
        total, theory, practice = (self._mark(column) for column in ("总分", "理论", "实操"))
        if total is None and not void and not self._wrong():
            self._find("contest_total_missing", "总分")
        held_on, text = self._held_on(), self.row.text
        if found is None or self._wrong():
            return None
        return ContestRow(
            sheet_row=self.row.sheet_row,
            name=name,
            document=found.kind,
            number=found.number,
            total=total,
            void=void,
            seconds=self._seconds(),
            place=self._place(),
            theory=theory,
            practice=practice,
            employer=text("所在企业"),
            employer_uscc=fold_uscc(text("统一社会信用代码")),
            activity=text("活动编号"),
            filing=text("备案号"),
            organiser=text("主办单位"),
            held_on=held_on,
        )

    def _wrong(self) -> bool:
        return any(each.verdict is Verdict.ERROR for each in self.findings)

    def _find(self, code: str, column: str, **params: str | int) -> None:
        self.findings.append(finding(self.row.sheet_row, code, column, params=params))

    def _note(self, code: str, column: str) -> None:
        params: dict[str, str | int] = {
            "row": self.row.sheet_row,
            "text": self.row.quote(column),
        }
        self.notes.append(Finding(code, SYSTEM_DEFAULT, Weight.NOTE, params))

    def _identity(self) -> Identity | None:
        label, raw = self.row.text("证件类型"), self.row.cells.get("证件号码")
        found = read_identity(label, raw, today=date.max)
        if isinstance(found, Flaw):
            self._find(found.code, "证件号码", **found.params)
            return None
        self.findings += (
            finding(self.row.sheet_row, code, "证件号码", params={}, verdict=Verdict.REPAIRED)
            for code in found.repairs
        )
        return found

    def _name(self) -> str:
        name = self.row.text("选手姓名")
        if not name:
            self._find("name_missing", "选手姓名")
        return name

    def _void(self) -> str:
        """Why the score does not count, in the sheet's word; empty when it does."""
        word = plain(self.row.quote("是否有效成绩"))
        if word.casefold() in _COUNTS:
            return ""
        if word.casefold() not in _VOID and not word.startswith(_VOID_BEGINS):
            self._find("contest_validity_unknown", "是否有效成绩", text=word)
        return word

    def _mark(self, column: str) -> int | None:
        try:
            tenths = as_tenths(self.row.cells.get(column))
        except ValueError:
            self._find("mark_unreadable", column, text=self.row.quote(column))
            return None
        if tenths is not None and tenths > self.full:
            self._find("mark_out_of_range", column, full=self.full // 10)
            return None
        return tenths

    def _held_on(self) -> date | None:
        try:
            return as_date(self.row.cells.get("比赛日期"))
        except ValueError:
            self._find("contest_day_unreadable", "比赛日期", text=self.row.quote("比赛日期"))
            return None

    def _seconds(self) -> int | None:
        try:
            return as_seconds(self.row.cells.get("用时"))
        except ValueError:
            self._note("contest_time_unreadable", "用时")
            return None

    def _place(self) -> int:
        word = plain(self.row.cells.get("名次"))
        match = _PLACE.fullmatch(word)
        if word and match is None:
            self._note("contest_place_unreadable", "名次")
        return int(match[1]) if match else 0
