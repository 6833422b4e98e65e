"""信息技术水平考试合格人员名单 read: who passed the exam, and to which level it leads (C27-C29)."""

import re
from datetime import date

from states.rules import exam
from states.rules.exam import CLAUSE, GRADE_CLAUSE, RESULT_BY_WORD, ExamResult
from states.rules.routes import Level, level_of_exam
from templates.sheets.cells import as_tenths, plain
from templates.sheets.passer_row import Passer, PasserReading, PassersReading, reading_of
from templates.sheets.reader import Columns, Progress, counted, read_table, silent

EXAM_COLUMNS = Columns(
    spellings={
        "序号": (),
        "姓名": ("考生姓名", "学生姓名"),
        "证件类型": ("证件种类",),
        "证件号码": ("证件号", "身份证号", "身份证号码", "公民身份号码"),
        "就读院校": ("学校", "院校", "学校名称"),
        "学号": (),
        "考试年份": ("年份", "考试年度"),
        "考试科目": ("科目",),
        "考试等级": ("等级", "成绩等级", "级别"),
        "考试结果": ("结果", "成绩结果", "考试成绩"),
        "分数": ("成绩", "得分"),
        "联系电话": ("手机号码", "手机", "电话"),
        "认证渠道": (),
        "拟发等级": ("配发等级", "推介官等级"),
        "备注": (),
    },
    required=("姓名", "证件号码", "就读院校", "考试年份", "考试科目", "考试等级", "考试结果"),
)
FULL_TENTHS = 1000
_YEAR = re.compile(r"(\d{4})年?度?")
_ROUTE_WORDS = frozenset({"信息技术水平考试", "上海高等学校信息技术水平考试", "考试"})


def read_exam(
    data: bytes, filename: str, *, year: int, today: date, progress: Progress = silent
) -> PassersReading:
    """The passers of the exam of `year` (C27). Raises SheetUnreadable."""
    table = read_table(data, filename, EXAM_COLUMNS)
    read = [_Reading(row, today) for row in table.rows]
    passers = [one for each in counted(read, progress) if (one := each.passer(year))]
    return reading_of(table.sheet, read, passers, clause=CLAUSE)


class _Reading(PasserReading):
    """One row of the list."""

    clause = CLAUSE

    def passer(self, year: int) -> Passer | None:
        """The student, unless something is wrong with the row."""
        found, name, school = self.identity(), self.name(), self._school()
        self._check_year(year)
        grade, result, score = self._grade(), self._result(), self._score()
        self._check_subject(grade)
        level = level_of_exam(grade) if grade else None
        self.check_route(_ROUTE_WORDS)
        self.check_level(level)
        phone = self.phone()
        if self.wrong or found is None or level is None or result is None:
            return None
        return Passer(
            sheet_row=self.row.sheet_row,
            name=name,
            document=found.kind,
            number=found.number,
            level=Level(level),
            kind=f"grade_{grade}",
            result=result,
            phone=phone,
            school=school,
            score=score,
        )

    def _school(self) -> str:
        school = self.row.text("就读院校")
        if not school:
            self.find("list_cell_missing", "就读院校", column="就读院校")
        elif not exam.looks_like_college(plain(school)):
            self.note("school_is_no_college", "就读院校")
        return school

    def _check_year(self, year: int) -> None:
        match = _YEAR.fullmatch(self.word("考试年份"))
        if match is None:
            self.find("exam_year_unreadable", "考试年份", text=self.row.quote("考试年份"))
        elif int(match[1]) != year:
            self.find("exam_of_other_year", "考试年份", written=int(match[1]), year=year)

    def _grade(self) -> int | None:
        """The grade printed on the official result, never that of the paper (A16, E54)."""
        grade = exam.grade_of(self.word("考试等级"))
        if grade is None:
            asked = {"text": self.row.quote("考试等级")}
            self.find("exam_grade_unknown", "考试等级", clause=GRADE_CLAUSE, **asked)
        return grade

    def _check_subject(self, grade: int | None) -> None:
        subject, text = exam.subject_of(self.word("考试科目")), self.row.quote("考试科目")
        if not exam.is_about_ai(subject):
            self.find("exam_subject_other", "考试科目", text=text)
        elif grade and not exam.paper_prints(subject, grade):
            asked = {"text": text, "grade": exam.GRADE_WORD[grade]}
            self.find("exam_grade_not_of_subject", "考试等级", clause=GRADE_CLAUSE, **asked)

    def _result(self) -> ExamResult | None:
        result = RESULT_BY_WORD.get(self.word("考试结果"))
        if result is None:
            asked = {"text": self.row.quote("考试结果")}
            self.find("exam_not_passed", "考试结果", clause=GRADE_CLAUSE, **asked)
        return result

    def _score(self) -> int | None:
        try:
            score = as_tenths(self.row.cells.get("分数"))
        except ValueError:
            self.find("mark_unreadable", "分数", text=self.row.quote("分数"))
            return None
        if score is not None and score > FULL_TENTHS:
            self.find("mark_out_of_range", "分数", full=FULL_TENTHS // 10)
        return score
