"""Scores are matched to the learners of a class; what does not fit is reported, never dropped."""

from datetime import date

import pytest

from templates.sheets.blanks import SCORE_HEADER, Examinee, blank_scores
from templates.sheets.grid import SheetUnreadable
from templates.sheets.samples import sample_assessment_day, sample_scores
from templates.sheets.scores import ClassLearner, PassMarks, Result, ScoresReading, read_scores
from templates.sheets.writer import Out, Page, write_pages
from tests.templates.sheet_builders import number

MARKS = PassMarks(theory=600, practice=600)
ZHANG, LI = number("19900101", 1), number("19871117", 86)
LEARNERS = {ZHANG: ClassLearner(11, "张三"), LI: ClassLearner(12, "李·四")}
ASSESSED = date(2026, 4, 25)


def score(cell: Out, name: str, **changes: Out) -> dict[str, Out]:
    usual: dict[str, Out] = {
        "准考证号": "T1", "姓名": name, "证件号码": cell, "考核日期": "2026/4/25",
        "题库版本": "2025",
        "理论成绩": 75, "实操成绩": 67, "综合成绩": 71, "考核结果": "合格",
    }  # fmt: skip
    return usual | changes


def read(*rows: dict[str, Out], bank: str = "2025") -> ScoresReading:
    cells = [[row.get(name) for name in SCORE_HEADER] for row in rows]
    data = write_pages(Page("Sheet1", SCORE_HEADER, cells, titles=("成绩表", "登记人：示例")))
    return read_scores(data, "s.xlsx", learners=LEARNERS, marks=MARKS, bank=bank)


def codes(reading: ScoresReading) -> list[tuple[int, str]]:
    return [(finding.sheet_row, finding.code) for finding in reading.findings]


def test_a_score_finds_its_learner_however_the_number_is_written() -> None:
    reading = read(score(LI.lower(), "李•四"), score(ZHANG, "张三", 综合成绩=79.5))
    assert [(row.learner_id, row.theory, row.total) for row in reading.rows] == [
        (12, 750, 710), (11, 750, 795),
    ]  # fmt: skip
    assert (reading.findings, reading.missing) == ((), ())
    assert reading.rows[0].assessed_on == ASSESSED
    assert reading.rows[0].exam_number == "T1"


def test_a_row_of_a_stranger_is_an_error_and_a_learner_without_a_row_is_named() -> None:
    reading = read(
        score(number("19651218", 59), "王五"),
        score("319901198602220620", "赵六"),
        score(3.199011984112609e17, "钱七"),
        score("E12345678", "孙八"),
        score(ZHANG, "张三"),
    )
    assert codes(reading) == [
        (4, "score_unmatched"), (5, "number_check_digit"), (6, "number_digits_lost"),
        (7, "score_unmatched"),
    ]  # fmt: skip
    assert reading.missing == (12,)
    assert [(note.code, note.params) for note in reading.notes] == [
        ("learner_without_score", {"name": "李*四"})
    ]


def test_a_passport_is_matched_without_a_kind_of_document() -> None:
    learners = {"E12345678": ClassLearner(1, "张三")}
    data = sample_scores([Examinee("张三", "E12345678")], ASSESSED, seed=1, pass_rate=1)
    reading = read_scores(data, "s.xlsx", learners=learners, marks=MARKS)
    assert [row.learner_id for row in reading.rows] == [1]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"姓名": "张四"}, "score_name_differs"),
        ({"理论成绩": 59.9}, "result_contradicts_marks"),
        ({"考核结果": "不合格"}, "result_contradicts_marks"),
        ({"考核结果": "缺考"}, "absent_with_marks"),
        ({"考核结果": "优"}, "result_unknown"),
        ({"理论成绩": None}, "marks_missing"),
        ({"实操成绩": ""}, "marks_missing"),
        ({"理论成绩": "很好"}, "mark_unreadable"),
        ({"理论成绩": 75.55}, "mark_unreadable"),
        ({"实操成绩": 100.1}, "mark_out_of_range"),
        ({"考核日期": "某日"}, "assessed_on_unreadable"),
        ({"考核日期": None}, "assessed_on_missing"),
        ({"题库版本": "2026"}, "bank_differs"),
    ],
)
def test_what_a_single_cell_deserves(changes: dict[str, Out], code: str) -> None:
    reading = read(score(ZHANG, "张三", **changes), score(LI, "李·四"))
    assert codes(reading) == [(4, code)]
    assert [kept.learner_id for kept in reading.rows] == [12]
    assert reading.missing == ()


def test_exactly_sixty_in_each_part_passes_and_the_absent_have_no_marks() -> None:
    blank: dict[str, Out] = {"理论成绩": None, "实操成绩": None, "综合成绩": None}
    reading = read(
        score(ZHANG, "张三", 理论成绩=60, 实操成绩="60分", 题库版本=2025),
        score(LI, "李·四", 考核结果="缺考", **blank),
    )
    assert [row.result for row in reading.rows] == [Result.PASS, Result.ABSENT]


def test_misconduct_stands_whatever_the_marks_say() -> None:
    assert read(score(ZHANG, "张三", 考核结果="违纪")).rows[0].result is Result.MISCONDUCT


def test_one_learner_has_one_row() -> None:
    reading = read(score(ZHANG, "张三"), score(ZHANG, "张三"), score(LI, "李·四"))
    assert codes(reading) == [(5, "score_twice")]
    assert [row.sheet_row for row in reading.rows] == [4, 6]


def test_the_bank_is_only_compared_where_one_is_pinned() -> None:
    assert codes(read(score(ZHANG, "张三", 题库版本="2019"), bank="")) == []
    assert codes(read(score(ZHANG, "张三", 题库版本="2025版"))) == []


def test_a_prefilled_sheet_names_every_learner_and_waits_for_results() -> None:
    examinees = [Examinee("张三", ZHANG, "T0001"), Examinee("李·四", LI)]
    data = blank_scores(examinees, bank="2025")
    reading = read_scores(data, "s.xlsx", learners=LEARNERS, marks=MARKS)
    assert {code for _, code in codes(reading)} == {"assessed_on_missing", "result_unknown"}
    assert (reading.rows, reading.missing) == ((), ())


def test_sample_scores_are_good_to_the_last_row() -> None:
    learners = {number("19900101", n): ClassLearner(n, f"张{n}") for n in range(1, 200)}
    examinees = [Examinee(one.name, key) for key, one in learners.items()]
    data = sample_scores(examinees, sample_assessment_day(date(2026, 3, 19)), seed=4)
    reading = read_scores(data, "s.xlsx", learners=learners, marks=MARKS, bank="2025")
    assert (len(reading.rows), reading.findings) == (199, ())
    results = {row.result for row in reading.rows}
    assert results == {Result.PASS, Result.FAIL, Result.ABSENT}
    assert data == sample_scores(examinees, date(2026, 4, 23), seed=4)


def test_a_roster_is_no_score_sheet() -> None:
    data = write_pages(Page("s", ("姓名", "证件号码"), [["张三", ZHANG]]))
    with pytest.raises(SheetUnreadable) as caught:
        read_scores(data, "s.xlsx", learners=LEARNERS, marks=MARKS)
    assert caught.value.code == "column_missing"
    assert caught.value.column == "考核日期、理论成绩、实操成绩、考核结果"
