"""学员花名册 read: every row with what it deserves, nobody dropped silently (section 2.4 no. 1)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from states.rules.findings import Finding, RowFinding, Verdict, Weight
from states.rules.people import LearnerRules
from templates.sheets.cells import as_date
from templates.sheets.learner_row import WEIGHED, RosterRow, RowReader
from templates.sheets.reader import Columns, Progress, Table, counted, read_table, silent
from templates.sheets.registered import REGISTER, Registered, restored

ROSTER_COLUMNS = Columns(
    spellings={
        "序号": (),
        "姓名": ("学员姓名", "学员"),
        "性别": (),
        "证件类型": ("证件种类", "证件名称"),
        "证件号码": ("证件号", "身份证号", "身份证号码", "公民身份号码", "身份证件号码"),
        "出生日期": ("出生年月日", "生日"),
        "民族": (),
        "文化程度": ("学历",),
        "户籍所在地": ("户籍", "户籍地", "户口所在地"),
        "户口性质": (),
        "人员类别": ("人员类型", "学员类别", "人员身份"),
        "就业登记状态": (),
        "联系电话": ("手机", "手机号", "手机号码", "电话", "联系方式"),
        "电子邮箱": ("邮箱", "电子邮件", "邮箱地址", "email", "e-mail"),
        "所在单位": ("工作单位", "单位名称", "单位"),
        "统一社会信用代码": ("单位统一社会信用代码", "社会信用代码", "信用代码"),
        "单位邮箱": ("单位电子邮箱", "单位电子邮件"),
        "就读院校": ("院校", "学校", "就读学校"),
        "学号": (),
        "退休类别": ("原退休类别",),
        "领取养老金": ("是否领取养老金", "是否享受养老保险待遇"),
        "承诺书签署日期": (),
        "备注": (),
        REGISTER: (),
    },
    required=("姓名", "证件号码", "人员类别"),
)
NOBODY: Mapping[int, Registered] = MappingProxyType({})
_OPENING = re.compile(r"开班(?:日期|时间)\s*:\s*(\d{4}[-./年]\s*\d{1,2}[-./月]\s*\d{1,2}日?)")


@dataclass(frozen=True, slots=True)
class RosterReading:
    """A roster as read. `findings` belong to rows, in sheet order; `notes` only inform.

    A note is about the sheet, or about the row in its param "row".
    """

    sheet: str
    rows: tuple[RosterRow, ...]
    findings: tuple[RowFinding, ...]
    notes: tuple[Finding, ...]

    def joined(self, known: Mapping[int, Sequence[Finding]]) -> "RosterReading":
        """The same roster with what the records hold against its rows, by sheet row.

        What is more than a note leaves an admitted row to a person.
        """
        told = [(row, finding) for row, findings in known.items() for finding in findings]
        asked = [_of_person(row, f) for row, f in told if f.weight is not Weight.NOTE]
        notes = [replace(f, params={"row": row, **f.params}) for row, f in told
                 if f.weight is Weight.NOTE]  # fmt: skip
        waiting = {finding.sheet_row for finding in asked}
        return replace(
            self,
            rows=tuple(
                row.left_to_a_person() if row.sheet_row in waiting else row for row in self.rows
            ),
            findings=_in_order((*self.findings, *asked)),
            notes=(*self.notes, *notes),
        )


def read_roster(  # noqa: PLR0913  a sheet, and all by which it is judged
    data: bytes,
    filename: str,
    *,
    opens: date,
    rules: LearnerRules,
    today: date,
    enrolled: Mapping[int, Registered] = NOBODY,
    progress: Progress = silent,
) -> RosterReading:
    """Judges every row of a roster by the rules of its channel on the opening day.

    `enrolled` are the learners that a prefilled roster names by 登记号. Raises SheetUnreadable
    when the file is no roster; then nothing of it counts.
    """
    table = read_table(data, filename, ROSTER_COLUMNS)
    judge = RowReader(opens, rules, today)
    read = [judge.read(restored(row, enrolled)) for row in counted(table.rows, progress)]
    rows, doubles = _without_doubles([row for row, _, _ in read])
    findings = [finding for _, found, _ in read for finding in found]
    return RosterReading(
        sheet=table.sheet,
        rows=rows,
        findings=_in_order((*findings, *doubles)),
        notes=(*_title_notes(table, opens), *(note for _, _, notes in read for note in notes)),
    )


def _of_person(row: int, finding: Finding) -> RowFinding:
    return RowFinding(
        row, WEIGHED[finding.weight], finding.code, finding.clause,
        column="证件号码", params=finding.params,
    )  # fmt: skip


def _in_order(findings: Iterable[RowFinding]) -> tuple[RowFinding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.sheet_row))


def _without_doubles(
    rows: list[RosterRow],
) -> tuple[tuple[RosterRow, ...], list[RowFinding]]:
    """One document number stands once in a roster: the later row is the error."""
    first: dict[str, RosterRow] = {}
    doubles = {
        row.sheet_row: first[row.number].sheet_row
        for row in rows
        if row.number and first.setdefault(row.number, row) is not row
    }
    kept = tuple(row.refused() if row.sheet_row in doubles else row for row in rows)
    return kept, [_double(row, other) for row, other in doubles.items()]


def _double(row: int, other: int) -> RowFinding:
    return RowFinding(
        row, Verdict.ERROR, "number_twice", "A24", column="证件号码", params={"other": other}
    )


def _title_notes(table: Table, opens: date) -> Iterator[Finding]:
    """A title that names another opening day than the class has: said, not decided."""
    for title in table.titles:
        for found in _OPENING.findall(unicodedata.normalize("NFKC", title)):
            if (written := _date_or_none(found)) != opens:
                params: Mapping[str, str] = {
                    "written": written.isoformat() if written else found,
                    "opens": opens.isoformat(),
                }
                yield Finding("opening_date_differs", "A22", Weight.NOTE, params)


def _date_or_none(text: str) -> date | None:
    try:
        return as_date(text)
    except ValueError:
        return None
