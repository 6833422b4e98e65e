"""The lists of the evaluation and of the exam: who may be certified, and which rows are refused."""

from datetime import date

import pytest

from states.rules.evaluation import EvaluationKind
from states.rules.exam import ExamResult
from states.rules.routes import Level
from states.rules.words import has, say
from templates.sheets.evaluation_list import read_evaluation
from templates.sheets.exam_list import read_exam
from templates.sheets.grid import SheetUnreadable
from templates.sheets.passer_lists import (
    EVALUATION_HEADER,
    EXAM_HEADER,
    blank_evaluation,
    blank_exam,
    sample_evaluation,
    sample_exam,
)
from templates.sheets.passer_row import Passer, PassersReading
from templates.sheets.reading_room import read_aside
from templates.sheets.writer import Out, Page, write_pages
from tests.templates.sheet_builders import number

TODAY = date(2026, 11, 20)
DISTRICTS = ("黄浦区", "浦东新区")
FIRST_ROW = 3
TRAINER = "人工智能训练师技能等级评价"
LABELLING = "人工智能数据标注专项职业能力评价"


def evaluated(order: int, **changes: Out) -> dict[str, Out]:
    usual: dict[str, Out] = {
        "姓名": f"示例{order}", "证件类型": "居民身份证",
        "证件号码": number("19900506", order), "评价类型": TRAINER, "技能等级": "三级",
        "评价日期": "2026.6.13", "原证书编号": f"S000031319900263{order:06}",
        "联系电话": "139 0000 0001", "所属区": "",
    }  # fmt: skip
    return usual | changes


def examined(order: int, **changes: Out) -> dict[str, Out]:
    usual: dict[str, Out] = {
        "姓名": f"学生{order}", "证件类型": "", "证件号码": number("20050506", order),
        "就读院校": "上海示例大学", "学号": "2024000001", "考试年份": "2026年",
        "考试科目": "《人工智能技术及应用》", "考试等级": "二级", "考试结果": "合格", "分数": 79.5,
    }  # fmt: skip
    return usual | changes


def evaluation(*rows: dict[str, Out]) -> PassersReading:
    columns = (*EVALUATION_HEADER, "认证渠道")
    cells = [[row.get(name) for name in columns] for row in rows]
    data = write_pages(Page("s", columns, cells, titles=("名单",)))
    return read_evaluation(data, "e.xlsx", year=2026, today=TODAY, districts=DISTRICTS)


def exam(*rows: dict[str, Out]) -> PassersReading:
    columns = (*EXAM_HEADER, "认证渠道")
    cells = [[row.get(name) for name in columns] for row in rows]
    data = write_pages(Page("s", columns, cells, titles=("名单",)))
    return read_exam(data, "x.xlsx", year=2026, today=TODAY)


def codes(reading: PassersReading) -> list[tuple[int, str]]:
    return [(finding.sheet_row, finding.code) for finding in reading.findings]


def test_who_passed_an_evaluation_is_led_to_the_advanced_level() -> None:
    (one,) = evaluation(evaluated(1, 所属区="浦东")).rows
    assert one == Passer(
        FIRST_ROW, "示例1", one.document, number("19900506", 1), Level.ADVANCED,
        kind=EvaluationKind.TRAINER, result="3", phone="13900000001", district="浦东新区",
        source_number="S000031319900263000001", evaluated_on=date(2026, 6, 13),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"姓名": ""}, "name_missing"),
        ({"证件号码": 3.19901e17}, "number_digits_lost"),
        ({"评价类型": "人工智能应用工程师评价"}, "evaluation_unknown"),
        ({"技能等级": "高级"}, "grade_unknown"),
        ({"技能等级": None}, "grade_unknown"),
        ({"评价日期": "2025-12-31"}, "evaluated_in_other_year"),
        ({"评价日期": "2026-11-21"}, "evaluated_in_future"),
        ({"评价日期": "六月"}, "list_day_unreadable"),
        ({"评价日期": None}, "list_cell_missing"),
        ({"原证书编号": None}, "list_cell_missing"),
        ({"原证书编号": 3.1e20}, "source_digits_lost"),
        ({"原证书编号": "X000031319900263000001"}, "source_number_malformed"),
        ({"原证书编号": "S000031319900266000001"}, "source_number_malformed"),
        ({"原证书编号": "S000032319900263000001"}, "source_of_another_city"),
        ({"原证书编号": "S000031319900253000001"}, "source_year_differs"),
        ({"原证书编号": "S000031319900264000001"}, "source_grade_differs"),
        ({"评价类型": LABELLING, "原证书编号": "12345"}, "source_number_unusual"),
        ({"所属区": "示例区"}, "district_unknown"),
        ({"拟发等级": "基础"}, "level_not_of_route"),
        ({"认证渠道": "技能比武"}, "route_differs"),
    ],
)
def test_a_row_of_an_evaluation_that_cannot_stand_is_refused_alone(
    changes: dict[str, Out], code: str
) -> None:
    reading = evaluation(evaluated(1, **changes), evaluated(2))
    assert codes(reading) == [(FIRST_ROW, code)]
    assert [row.name for row in reading.rows] == ["示例2"]


@pytest.mark.parametrize(
    "source",
    ["Y000131319900263000001", "SS12345678901234567890",
     "2631009001300001", " s000031319900263000001 "],
)  # fmt: skip
def test_each_form_of_source_number_is_known(source: str) -> None:
    assert codes(evaluation(evaluated(1, 原证书编号=source))) == []


@pytest.mark.parametrize("word", ["三级", "三级/高级工", "高级工（三级）", "3级", 3])
def test_a_grade_is_read_in_the_spellings_of_offices(word: Out) -> None:
    (one,) = evaluation(evaluated(1, 技能等级=word)).rows
    assert one.result == "3"


def test_a_certificate_of_late_december_may_be_numbered_in_january() -> None:
    late = evaluated(1, 评价日期="2025-12-20", 原证书编号="S000031319900263000001")
    assert codes(evaluation(late)) == [(FIRST_ROW, "evaluated_in_other_year")]


def test_numbers_of_special_abilities_are_taken_with_one_word_for_all() -> None:
    rows = [
        evaluated(order, 评价类型=LABELLING, 技能等级=None, 原证书编号=f"沪专〔2026〕{order:04}号")
        for order in (1, 2)
    ]
    reading = evaluation(*rows, evaluated(3))
    assert [row.result for row in reading.rows] == ["", "", "3"]
    (note,) = reading.notes
    assert (note.code, note.params) == ("source_not_checked", {"count": 2})


def test_a_person_and_a_source_certificate_stand_once_in_a_list() -> None:
    reading = evaluation(
        evaluated(1),
        evaluated(1, 原证书编号="S000031319900263000009"),
        evaluated(2, 原证书编号="S000031319900263000001"),
    )
    assert codes(reading) == [(4, "number_twice"), (5, "source_twice")]
    assert [row.sheet_row for row in reading.rows] == [3]


@pytest.mark.parametrize(
    ("subject", "grade", "level"),
    [
        ("大学信息技术+人工智能基础", "一级", Level.BASIC),
        ("人工智能技术及应用", "二级", Level.ADVANCED),
        ("《人工智能技术及应用》", "三级", Level.ADVANCED),
        ("人工智能", "4级", Level.ADVANCED),
    ],
)
def test_the_printed_grade_decides_the_level(subject: str, grade: str, *, level: Level) -> None:
    (one,) = exam(examined(1, 考试科目=subject, 考试等级=grade, 考试结果="优秀")).rows
    assert (one.level, one.result, one.school) == (level, ExamResult.EXCELLENT, "上海示例大学")


def test_E54_the_paper_of_grades_two_and_three_with_the_result_two_is_advanced() -> None:  # noqa: N802
    printed = examined(1, 考试等级="二级", 拟发等级="高级")
    paper = examined(2, 考试等级="二三级")
    reading = exam(printed, paper)
    (one,) = reading.rows
    assert (one.level, one.kind, one.score) == (Level.ADVANCED, "grade_2", 795)
    assert codes(reading) == [(4, "exam_grade_unknown")]
    assert "二三级" in say("row", "exam_grade_unknown", "zh", text="二三级")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"就读院校": None}, "list_cell_missing"),
        ({"考试年份": 2025}, "exam_of_other_year"),
        ({"考试年份": "去年"}, "exam_year_unreadable"),
        ({"考试年份": None}, "exam_year_unreadable"),
        ({"考试科目": "数据库技术"}, "exam_subject_other"),
        ({"考试等级": "一级"}, "exam_grade_not_of_subject"),
        ({"考试等级": "五级"}, "exam_grade_unknown"),
        ({"考试结果": "不合格"}, "exam_not_passed"),
        ({"考试结果": "缺考"}, "exam_not_passed"),
        ({"分数": "甲"}, "mark_unreadable"),
        ({"分数": 101}, "mark_out_of_range"),
        ({"拟发等级": "人工智能推介官（基础）"}, "level_not_of_route"),
        ({"认证渠道": "职业技能评价"}, "route_differs"),
        ({"证件号码": "319901198602220620"}, "number_check_digit"),
    ],
)
def test_a_row_of_an_exam_that_cannot_stand_is_refused_alone(
    changes: dict[str, Out], code: str
) -> None:
    reading = exam(examined(1, **changes), examined(2))
    assert codes(reading) == [(FIRST_ROW, code)]
    assert [row.name for row in reading.rows] == ["学生2"]


@pytest.mark.parametrize("school", ["上海示例中学", "上海示例技师学院", "某单位"])
def test_a_school_that_looks_like_no_college_is_only_noted(school: str) -> None:
    reading = exam(examined(1, 就读院校=school))
    assert [(note.code, note.params["text"]) for note in reading.notes] == [
        ("school_is_no_college", school)
    ]
    assert len(reading.rows) == 1


def test_a_list_of_the_other_route_is_not_read_at_all() -> None:
    data = write_pages(Page("s", EXAM_HEADER, [["1", "甲"]]))
    with pytest.raises(SheetUnreadable) as refused:
        read_evaluation(data, "x.xlsx", year=2026, today=TODAY)
    assert refused.value.code == "column_missing"


def test_the_samples_read_as_they_say_and_the_blanks_hold_nobody() -> None:
    made = sample_evaluation(TODAY, 20, year=2026, seed=1, districts=DISTRICTS)
    reading = read_aside(
        read_evaluation, made, "e.xlsx", year=2026, today=TODAY, districts=DISTRICTS
    )
    assert (len(reading.rows), {code for _, code in codes(reading)}) == (
        20, {"evaluated_in_other_year", "evaluation_unknown", "source_grade_differs",
             "level_not_of_route"},
    )  # fmt: skip
    sat = read_aside(
        read_exam, sample_exam(TODAY, 20, year=2026, seed=1), "x.xlsx", year=2026, today=TODAY
    )
    assert (len(sat.rows), [code for _, code in codes(sat)]) == (
        20, ["exam_of_other_year", "exam_not_passed", "exam_grade_unknown", "level_not_of_route"],
    )  # fmt: skip
    for blank in (blank_evaluation(DISTRICTS), blank_exam()):
        with pytest.raises(SheetUnreadable):
            read_exam(blank, "b.xlsx", year=2026, today=TODAY)


def test_every_finding_is_said_in_both_languages() -> None:
    evaluations = evaluation(evaluated(1, 评价日期="2025-12-31", 所属区="甲", 拟发等级="基础"))
    exams = exam(
        examined(1, 考试年份=2025, 考试等级="一级", 分数=101), examined(2, 就读院校="中学")
    )
    found = [(one.code, one.params) for one in (*evaluations.findings, *exams.findings)]
    for code, params in (*found, *((note.code, note.params) for note in exams.notes)):
        assert has("row", code)
        assert "{" not in say("row", code, "zh", **params)
        assert "{" not in say("row", code, "en", **params)
