"""What the lists of the evaluation and of the exam share: a person who passed, row by row."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from states.rules import identity
from states.rules.findings import SYSTEM_DEFAULT, Finding, RowFinding, Verdict, Weight
from states.rules.identity import (
    DocumentKind,
    Flaw,
    Identity,
    fold_number,
    number_text,
    read_identity,
)
from states.rules.routes import Level
from templates.sheets.cells import as_date, plain
from templates.sheets.reader import TableRow

LEVEL_WORD: Mapping[Level, str] = {Level.BASIC: "基础", Level.ADVANCED: "高级"}
_PHONE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_LEVEL_BY_WORD = {
    spelling: level
    for level, word in LEVEL_WORD.items()
    for spelling in (word, f"人工智能推介官({word})")
}
_ONLY_ONCE = {
    "number": ("number_twice", "证件号码"),
    "source_number": ("source_twice", "原证书编号"),
}
"""What no two rows may share: the finding, and its column."""


@dataclass(frozen=True, slots=True)
class Passer:
    """Somebody a list brings to a certificate of `level`.

    `kind` is the kind of evaluation, or the exam's grade as "grade_2". `result` is the evaluation's
    grade ("5" to "1", empty for a special ability), or the exam's result. `score` is in tenths.
    `source_number` is the number of the evaluation's own certificate.
    """

    sheet_row: int
    name: str
    document: DocumentKind
    number: str
    level: Level
    kind: str
    result: str = ""
    phone: str = ""
    school: str = ""
    district: str = ""
    source_number: str = ""
    evaluated_on: date | None = None
    score: int | None = None


class PasserReading:
    """Collects everything that is wrong with one row; the list's own reading adds its columns."""

    clause = ""

    def __init__(self, row: TableRow, today: date) -> None:
        self.row, self.today = row, today
        self.findings: list[RowFinding] = []
        self.notes: list[Finding] = []

    @property
    def wrong(self) -> bool:
        """Whether the row is refused."""
        return any(each.verdict is Verdict.ERROR for each in self.findings)

    def find(self, code: str, column: str, /, *, clause: str = "", **params: str | int) -> None:
        """An error: the row is refused."""
        self.findings.append(
            RowFinding(
                self.row.sheet_row, Verdict.ERROR, code, clause or self.clause,
                column=column, params=params,
            )
        )  # fmt: skip

    def flaw(self, flaw: Flaw, column: str, *, clause: str) -> None:
        """An error that a rule named."""
        self.find(flaw.code, column, clause=clause, **flaw.params)

    def note(self, code: str, column: str) -> None:
        """Only a word; the row stands."""
        said: dict[str, str | int] = {"row": self.row.sheet_row, "text": self.row.quote(column)}
        self.notes.append(Finding(code, SYSTEM_DEFAULT, Weight.NOTE, said))

    def word(self, column: str) -> str:
        """The cell folded for comparison with known words."""
        return plain(self.row.cells.get(column))

    def name(self) -> str:
        """The name exactly as written."""
        name = self.row.text("姓名")
        if not name:
            self.find("name_missing", "姓名")
        return name

    def identity(self) -> Identity | None:
        """The person's document, repaired where that is certain."""
        label, raw = self.row.text("证件类型"), self.row.cells.get("证件号码")
        found = read_identity(label, raw, today=self.today)
        if isinstance(found, Flaw):
            column = "证件类型" if found.code.startswith("document_kind") else "证件号码"
            self.flaw(found, column, clause=identity.CLAUSE)
            return None
        self.findings += (
            RowFinding(
                self.row.sheet_row, Verdict.REPAIRED, code, identity.CLAUSE, column="证件号码"
            )
            for code in found.repairs
        )
        return found

    def folded(self, column: str) -> str | None:
        """A long number in half-width capitals; None when a number cell has lost digits."""
        text = number_text(self.row.cells.get(column))
        return None if text is None else fold_number(text)[0]

    def day(self, column: str) -> date | None:
        """A day that must be there."""
        try:
            day = as_date(self.row.cells.get(column))
        except ValueError:
            self.find("list_day_unreadable", column, text=self.row.quote(column))
            return None
        if day is None:
            self.find("list_cell_missing", column, column=column)
        return day

    def phone(self) -> str:
        """The number as 11 digits where it is one."""
        text = re.sub(r"[\s()-]", "", fold_number(self.row.text("联系电话"))[0])
        match = _PHONE.fullmatch(text)
        if text and match is None:
            self.note("phone_unusual", "联系电话")
        return match[1] if match else text

    def district(self, districts: Sequence[str]) -> str:
        """The district as the table of districts names it; empty where the row names none."""
        word = self.word("所属区")
        known = {name.removesuffix("新区").removesuffix("区"): name for name in districts}
        found = known.get(word.removesuffix("新区").removesuffix("区"), "")
        if word and not found:
            self.find("district_unknown", "所属区", text=self.row.quote("所属区"))
        return found

    def check_route(self, words: frozenset[str]) -> None:
        """A row that names another route belongs into that route's list."""
        word = self.word("认证渠道")
        if word and word not in words:
            self.find("route_differs", "认证渠道", text=self.row.quote("认证渠道"))

    def check_level(self, level: Level | None) -> None:
        """A row that claims another level than the notice gives is refused."""
        word = self.word("拟发等级")
        if word and level and _LEVEL_BY_WORD.get(word) is not level:
            asked = {"text": self.row.quote("拟发等级"), "level": LEVEL_WORD[level]}
            self.find("level_not_of_route", "拟发等级", **asked)


@dataclass(frozen=True, slots=True)
class PassersReading:
    """`rows` are good; every other row has its finding. `notes` only inform."""

    sheet: str
    rows: tuple[Passer, ...]
    findings: tuple[RowFinding, ...]
    notes: tuple[Finding, ...]


def reading_of(
    sheet: str, read: Sequence[PasserReading], passers: Sequence[Passer], *, clause: str
) -> PassersReading:
    """All of a list: the second row of a person, or of a source certificate, is refused."""
    twice = [finding for what in _ONLY_ONCE for finding in _twice(passers, what, clause=clause)]
    doubles = {finding.sheet_row for finding in twice}
    found = [*(finding for each in read for finding in each.findings), *twice]
    return PassersReading(
        sheet=sheet,
        rows=tuple(one for one in passers if one.sheet_row not in doubles),
        findings=tuple(sorted(found, key=lambda finding: finding.sheet_row)),
        notes=tuple(note for each in read for note in each.notes),
    )


def _twice(passers: Iterable[Passer], what: str, *, clause: str) -> Iterator[RowFinding]:
    """The later rows that repeat a number of an earlier one."""
    code, column = _ONLY_ONCE[what]
    first = dict[str, int]()
    for one in passers:
        number = getattr(one, what)
        other = first.setdefault(number, one.sheet_row) if number else one.sheet_row
        if other != one.sheet_row:
            yield RowFinding(
                one.sheet_row, Verdict.ERROR, code, clause, column=column, params={"other": other}
            )
