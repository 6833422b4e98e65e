"""One row of a roster: its cells read, its identity checked, its learner judged."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from states.rules import identity, uscc
from states.rules.findings import SYSTEM_DEFAULT, Finding, RowFinding, Verdict, Weight
from states.rules.identity import DocumentKind, Flaw, Identity, Sex, fold_number, read_identity
from states.rules.people import (
    CATEGORY_BY_WORD,
    Learner,
    LearnerCategory,
    LearnerRules,
    RetirementCategory,
    judge_learner,
)
from templates.sheets.cells import as_date, as_flag, plain
from templates.sheets.reader import TableRow

SEX_WORDS = {"男": Sex.MALE, "女": Sex.FEMALE, "男性": Sex.MALE, "女性": Sex.FEMALE}
RETIREMENT_WORDS = {
    "男": RetirementCategory.MALE,
    "男60": RetirementCategory.MALE,
    "女原55": RetirementCategory.FEMALE_55,
    "女55": RetirementCategory.FEMALE_55,
    "女原50": RetirementCategory.FEMALE_50,
    "女50": RetirementCategory.FEMALE_50,
    "不详": RetirementCategory.UNKNOWN,
    "未知": RetirementCategory.UNKNOWN,
}
WEIGHED = {Weight.MUST: Verdict.NOT_ELIGIBLE, Weight.SHOULD: Verdict.MANUAL_REVIEW}
_COLUMN_OF = {
    "employed_not_served": "人员类别",
    "category_not_served": "人员类别",
    "hukou_missing": "户籍所在地",
    "hukou_not_local": "户籍所在地",
    "hukou_needs_review": "户籍所在地",
    "school_missing": "就读院校",
    "pension_drawn": "领取养老金",
    "under_working_age": "出生日期",
    "student_under_working_age": "出生日期",
    "retirement_age_reached": "出生日期",
    "retirement_category_unknown": "退休类别",
}
_PHONE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_MAIL = re.compile(r"[^\s@,;<>\"']{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


class Admission(StrEnum):
    """What becomes of a row: admitted, left to the district, or refused."""

    ADMITTED = "admitted"
    MANUAL_REVIEW = "manual_review"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One learner as the sheet names them. What could not be read is None or empty.

    `name` stands exactly as written. `number` is normalised, empty when it was refused.
    """

    sheet_row: int
    name: str
    verdict: Admission
    document: DocumentKind | None = None
    number: str = ""
    birth: date | None = None
    sex: Sex | None = None
    hukou: str = ""
    category: LearnerCategory | None = None
    phone: str = ""
    email: str = ""
    employer: str = ""
    employer_uscc: str = ""
    employer_email: str = ""
    school: str = ""
    student_number: str = ""
    retirement: RetirementCategory = RetirementCategory.UNKNOWN
    draws_pension: bool = False
    note: str = ""

    def refused(self) -> "RosterRow":
        return replace(self, verdict=Admission.REFUSED)

    def left_to_a_person(self) -> "RosterRow":
        """An admitted row that somebody has to decide after all."""
        admitted = self.verdict is Admission.ADMITTED
        return replace(self, verdict=Admission.MANUAL_REVIEW) if admitted else self


class RowReader:
    """Reads the rows of one roster for one opening day."""

    def __init__(self, opens: date, rules: LearnerRules, today: date) -> None:
        self.opens, self.rules, self.today = opens, rules, today

    def read(self, row: TableRow) -> tuple[RosterRow, list[RowFinding], list[Finding]]:
        """The row, what it deserves, and what is only worth a word."""
        return _Reading(row, self).done()


class _Reading:
    """Collects all findings of one row: the office is told everything at once."""

    def __init__(self, row: TableRow, asked: RowReader) -> None:
        self.row, self.asked = row, asked
        self.findings: list[RowFinding] = []
        self.notes: list[Finding] = []

    def done(self) -> tuple[RosterRow, list[RowFinding], list[Finding]]:
        read = self._cells(self._identity())
        if not self._has(Verdict.ERROR):
            self._judge(read)
        return replace(read, verdict=self._admission()), self.findings, self.notes

    def _cells(self, found: Identity | None) -> RosterRow:
        text = self.row.text
        sex = self._sex(found)
        return RosterRow(
            sheet_row=self.row.sheet_row,
            name=self._name(),
            verdict=Admission.REFUSED,
            document=found.kind if found else None,
            number=found.number if found else "",
            birth=self._birth(found),
            sex=sex,
            hukou=text("户籍所在地"),
            category=self._category(),
            phone=self._phone(),
            email=self._mail("电子邮箱"),
            employer=text("所在单位"),
            employer_uscc=self._uscc(),
            employer_email=self._mail("单位邮箱"),
            school=text("就读院校"),
            student_number=text("学号"),
            retirement=self._retirement(sex),
            draws_pension=as_flag(self.row.cells.get("领取养老金")),
            note=text("备注"),
        )

    def _judge(self, read: RosterRow) -> None:
        if read.birth is None or read.sex is None or read.category is None:
            return  # each of them has its error already
        learner = Learner(
            birth=read.birth,
            sex=read.sex,
            category=read.category,
            document=read.document or DocumentKind.RESIDENT_ID,
            hukou=read.hukou,
            school=read.school,
            retirement=read.retirement,
            draws_pension=read.draws_pension,
        )
        for finding in judge_learner(learner, self.asked.rules, self.asked.opens):
            self._weigh(finding)

    def _weigh(self, finding: Finding) -> None:
        column = _COLUMN_OF.get(finding.code, "")
        if finding.weight is Weight.NOTE:
            self._note(finding.code, column, finding.clause, params=finding.params)
            return
        verdict = WEIGHED[finding.weight]
        self._find(
            finding.code, column, finding.clause, verdict=verdict, params=dict(finding.params)
        )

    def _has(self, verdict: Verdict) -> bool:
        return any(finding.verdict is verdict for finding in self.findings)

    def _admission(self) -> Admission:
        if self._has(Verdict.ERROR) or self._has(Verdict.NOT_ELIGIBLE):
            return Admission.REFUSED
        review = self._has(Verdict.MANUAL_REVIEW)
        return Admission.MANUAL_REVIEW if review else Admission.ADMITTED

    def _find(
        self,
        code: str,
        column: str,
        clause: str = SYSTEM_DEFAULT,
        *,
        verdict: Verdict = Verdict.ERROR,
        params: Mapping[str, str | int] | None = None,
    ) -> None:
        self.findings.append(
            RowFinding(
                self.row.sheet_row, verdict, code, clause, column=column, params=params or {}
            )
        )

    def _note(
        self,
        code: str,
        column: str,
        clause: str = SYSTEM_DEFAULT,
        *,
        params: Mapping[str, str | int] | None = None,
    ) -> None:
        said = {"row": self.row.sheet_row, "column": column, **(params or {})}
        self.notes.append(Finding(code, clause, Weight.NOTE, said))

    def _name(self) -> str:
        name = self.row.text("姓名")
        if not name:
            self._find("name_missing", "姓名")
        return name

    def _identity(self) -> Identity | None:
        found = read_identity(
            self.row.text("证件类型"), self.row.cells.get("证件号码"), today=self.asked.today
        )
        if isinstance(found, Flaw):
            column = "证件类型" if found.code.startswith("document_kind") else "证件号码"
            self._find(found.code, column, identity.CLAUSE, params=found.params)
            return None
        for code in found.repairs:
            self._find(code, "证件号码", identity.CLAUSE, verdict=Verdict.REPAIRED)
        return found

    def _birth(self, found: Identity | None) -> date | None:
        """The number's birth date; the column must not contradict it, and stands in for it."""
        try:
            written = as_date(self.row.cells.get("出生日期"))
        except ValueError:
            self._find("birth_unreadable", "出生日期", params={"text": self._raw("出生日期")})
            return None
        known = found.birth if found else None
        if known and written and known != written:
            params = {"written": written.isoformat(), "number": known.isoformat()}
            self._find("birth_contradicts_number", "出生日期", identity.CLAUSE, params=params)
        if found and not (known or written):
            self._find("birth_missing", "出生日期")
        if not known and written and written > self.asked.today:
            self._find("birth_in_future", "出生日期", params={"written": written.isoformat()})
        return known or written

    def _sex(self, found: Identity | None) -> Sex | None:
        word = plain(self.row.cells.get("性别"))
        written, known = SEX_WORDS.get(word), found.sex if found else None
        if word and written is None:
            self._find("sex_unknown", "性别", params={"text": self._raw("性别")})
        elif known and written and known is not written:
            self._find("sex_contradicts_number", "性别", identity.CLAUSE)
        elif found and not (known or written):
            self._find("sex_missing", "性别")
        return known or written

    def _category(self) -> LearnerCategory | None:
        word = plain(self.row.cells.get("人员类别"))
        if not word:
            self._find("category_missing", "人员类别", "C10")
            return None
        category = CATEGORY_BY_WORD.get(word)
        if category is None:
            params = {"text": self._raw("人员类别")}
            self._find("category_unknown", "人员类别", "C10", params=params)
        return category

    def _retirement(self, sex: Sex | None) -> RetirementCategory:
        word = re.sub(r"[(),周岁]", "", plain(self.row.cells.get("退休类别")))
        if not word:
            return RetirementCategory.MALE if sex is Sex.MALE else RetirementCategory.UNKNOWN
        category = RETIREMENT_WORDS.get(word)
        if category is None:
            self._find(
                "retirement_word_unknown", "退休类别", params={"text": self._raw("退休类别")}
            )
            return RetirementCategory.UNKNOWN
        woman = category in {RetirementCategory.FEMALE_50, RetirementCategory.FEMALE_55}
        man = category is RetirementCategory.MALE
        if (sex is Sex.MALE and woman) or (sex is Sex.FEMALE and man):
            self._find("retirement_contradicts_sex", "退休类别")
        return category

    def _phone(self) -> str:
        text = re.sub(r"[\s()-]", "", fold_number(self.row.text("联系电话"))[0])
        match = _PHONE.fullmatch(text)
        if text and match is None:
            self._note("phone_unusual", "联系电话")
        return match[1] if match else text

    def _mail(self, column: str) -> str:
        """The address, or nothing: a wrong one is left out with a note, the row stands."""
        text = plain(self.row.cells.get(column))
        if not text or _MAIL.fullmatch(text):
            return text
        self._note("mail_malformed", column)
        return ""

    def _uscc(self) -> str:
        code = uscc.fold_uscc(self.row.text("统一社会信用代码"))
        flaw = uscc.uscc_flaw(code) if code else None
        if flaw:
            self._find(flaw, "统一社会信用代码", uscc.CLAUSE)
        return code

    def _raw(self, column: str) -> str:
        return self.row.quote(column)
