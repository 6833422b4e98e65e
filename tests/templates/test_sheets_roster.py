"""A roster as an office sends it: every row gets what it deserves (section 11)."""

from datetime import date

import pytest

from states.rules.findings import Verdict
from states.rules.identity import DocumentKind, Sex
from states.rules.people import LearnerCategory, LearnerRules
from states.rules.stages import Channel
from states.rules.words import say
from templates.sheets.blanks import blank_roster
from templates.sheets.grid import SheetUnreadable
from templates.sheets.learner_row import Admission
from templates.sheets.roster import read_roster
from templates.sheets.samples import sample_roster
from templates.sheets.writer import header
from tests.templates.sheet_builders import (
    DISTRICT,
    OPENS,
    TODAY,
    codes,
    learner,
    number,
    read,
    roster_file,
)

ENTERPRISE = LearnerRules(categories=frozenset({LearnerCategory.EMPLOYED}), clause="C08")
GOOD = number("19900101", 1)
WOMAN = number("19900101", 2)


def test_the_office_sheet_gets_exactly_what_its_rows_deserve() -> None:
    """Like the sample of the district: nine rows have something, all others are good."""
    reading = read(
        learner(
            number("20040901", 100),
            户籍所在地="安徽省",
            人员类别="在校学生",
            就读院校="上海示例学院",
        ),
        learner("31990119871117086x", 出生日期="1987-11-17", 性别="女"),
        learner("319901850101001", 出生日期="1989-02-21"),
        learner(number("19900506", 92), 出生日期="1991.5.6"),
        learner(number("19990618", 102), 姓名='=HYPERLINK("http://example.invalid","x")'),
        learner(number("19651218", 59), 人员类别="灵活就业人员", 退休类别="男"),
        learner(number("19850101", 95, "810000"), 证件类型="港澳台居民居住证"),
        learner(3.199011984112609e17, 出生日期="1984-11-26"),
        learner(number("19960407", 99), 户籍所在地="江苏省", 人员类别="灵活就业人员"),
        learner("319901198602220620"),
        learner("３１９９０１１９７７０１０９０８８８"),
        learner(number("20100320", 60), 人员类别="未进行就业失业登记人员"),
        learner(GOOD, 出生日期="1990年1月1日", 性别="男"),
    )
    assert [(f.sheet_row, f.verdict.value, f.code) for f in reading.findings] == [
        (5, "repaired", "number_letter_raised"),
        (6, "error", "number_of_15_places"),
        (7, "error", "birth_contradicts_number"),
        (9, "not_eligible", "retirement_age_reached"),
        (11, "error", "number_digits_lost"),
        (12, "manual_review", "hukou_needs_review"),
        (13, "error", "number_check_digit"),
        (14, "repaired", "number_full_width_folded"),
        (15, "not_eligible", "under_working_age"),
    ]
    assert len(reading.rows) == 13
    assert reading.notes == ()


def test_a_good_row_is_read_whole() -> None:
    row = read(
        learner(
            GOOD,
            联系电话="+86 139-0000-0002",
            就读院校="上海示例学院",
            备注="x",
            人员类别="灵活就业",
        )
    ).rows[0]
    assert (row.sheet_row, row.name, row.number, row.birth) == (4, "张三", GOOD, date(1990, 1, 1))
    assert (row.sex, row.document, row.phone) == (Sex.MALE, DocumentKind.RESIDENT_ID, "13900000002")
    assert (row.category, row.verdict) == (LearnerCategory.FLEXIBLY_EMPLOYED, Admission.ADMITTED)


def test_a_document_number_stands_once_and_the_later_row_is_the_error() -> None:
    lower = number("19871117", 86)
    reading = read(learner(lower), learner(GOOD), learner(lower.lower()))
    assert codes(reading) == [(6, "number_letter_raised"), (6, "number_twice")]
    assert reading.findings[1].params == {"other": 4}
    assert [row.verdict.value for row in reading.rows] == ["admitted", "admitted", "refused"]


def test_E59_names_are_kept_exactly() -> None:  # noqa: N802
    names = ["买买提艾力·阿卜杜热合曼·吐尔逊江别", "王𠮷", "阿依•古丽", "欧阳　三"]
    reading = read(
        *(learner(number("19900101", 2 * n + 1), 姓名=name) for n, name in enumerate(names))
    )
    assert [row.name for row in reading.rows] == names
    assert reading.findings == ()


def test_everything_wrong_in_a_row_is_said_at_once() -> None:
    reading = read(
        learner(
            "319901198602220620",
            姓名="",
            性别="男性别",
            出生日期="春天",
            人员类别="神仙",
            退休类别="早退",
        )
    )
    assert {code for _, code in codes(reading)} == {
        "name_missing", "number_check_digit", "birth_unreadable", "sex_unknown",
        "category_unknown", "retirement_word_unknown",
    }  # fmt: skip
    assert all(finding.verdict is Verdict.ERROR for finding in reading.findings)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"性别": "女"}, "sex_contradicts_number"),
        ({"退休类别": "女原50"}, "retirement_contradicts_sex"),
        ({"人员类别": ""}, "category_missing"),
        ({"证件类型": "学生证"}, "document_kind_unknown"),
        ({"人员类别": "在职职工"}, "employed_not_served"),
        ({"户籍所在地": ""}, "hukou_missing"),
        ({"人员类别": "在校学生"}, "school_missing"),
    ],
)
def test_what_a_single_cell_deserves(changes: dict[str, str], code: str) -> None:
    assert codes(read(learner(GOOD, **changes))) == [(4, code)]


def test_a_woman_of_no_stated_category_between_the_limits_waits_for_a_human() -> None:
    between = number("19751018", 2)
    assert codes(read(learner(between))) == [(4, "retirement_category_unknown")]
    assert codes(read(learner(between, 退休类别="女（原55周岁）"))) == []


def test_a_document_that_tells_no_birth_needs_the_columns() -> None:
    passport = {"证件类型": "护照", "户籍所在地": "上海市"}
    bare = read(learner("E12345678", **passport))
    assert {code for _, code in codes(bare)} == {"birth_missing", "sex_missing"}
    full = read(learner("E12345678", 出生日期="1990/1/1", 性别="女", **passport))
    assert (codes(full), full.rows[0].birth) == ([], date(1990, 1, 1))
    late = read(learner("E12345678", 出生日期="2027/1/1", 性别="女", **passport))
    assert (4, "birth_in_future") in codes(late)


def test_optional_columns_are_checked_where_they_exist() -> None:
    columns = header(
        "姓名 证件号码 人员类别 户籍所在地 电子邮箱 单位邮箱 统一社会信用代码 领取养老金 联系电话"
    )
    rows = (
        learner(GOOD, 电子邮箱="a@learners.example.invalid", 统一社会信用代码="91110000600037341l"),
        learner(WOMAN, 电子邮箱="a at b", 单位邮箱="x@y", 联系电话="6234", 领取养老金="是"),
        learner(number("19900102", 1), 统一社会信用代码="91110000600037341M"),
        learner(number("19900103", 1), 统一社会信用代码="9111"),
    )
    reading = read_roster(
        roster_file(*rows, columns=columns), "r.xlsx", opens=OPENS, rules=DISTRICT, today=TODAY
    )
    assert codes(reading) == [
        (5, "pension_drawn"), (6, "uscc_check_digit"), (7, "uscc_malformed"),
    ]  # fmt: skip
    assert sorted(note.code for note in reading.notes) == [
        "mail_malformed",
        "mail_malformed",
        "phone_unusual",
    ]
    assert reading.rows[0].email == "a@learners.example.invalid"
    assert (reading.rows[0].employer_uscc, reading.rows[1].email) == ("91110000600037341L", "")


def test_a_young_student_is_admitted_with_a_note() -> None:
    reading = read(learner(number("20100320", 1), 人员类别="在校学生", 就读院校="上海示例学院"))
    assert (reading.findings, reading.rows[0].verdict) == ((), Admission.ADMITTED)
    assert reading.notes[0].params["row"] == 4


def test_a_title_with_another_opening_day_is_said_but_decides_nothing() -> None:
    other = roster_file(learner(GOOD), titles=("名册", "开班日期： 2026年3月20日  填表人：示例"))
    reading = read_roster(other, "r.xlsx", opens=OPENS, rules=DISTRICT, today=TODAY)
    assert [note.code for note in reading.notes] == ["opening_date_differs"]
    assert reading.notes[0].params == {"written": "2026-03-20", "opens": "2026-03-19"}
    never = roster_file(learner(GOOD), titles=("开班日期：2026-02-30",))
    reading = read_roster(never, "r.xlsx", opens=OPENS, rules=DISTRICT, today=TODAY)
    assert reading.notes[0].params["written"] == "2026-02-30"


@pytest.mark.parametrize("channel", list(Channel))
def test_sample_rosters_are_good_to_the_last_row(channel: Channel) -> None:
    rules = DISTRICT if channel is Channel.DISTRICT_PROJECT else ENTERPRISE
    data = sample_roster(OPENS, 30, seed=7, channel=channel)
    reading = read_roster(data, "r.xlsx", opens=OPENS, rules=rules, today=TODAY)
    assert (len(reading.rows), reading.findings, reading.notes) == (30, (), ())
    assert data == sample_roster(OPENS, 30, seed=7, channel=channel)


def test_the_sample_holds_one_row_of_each_case() -> None:
    data = sample_roster(OPENS, 20, seed=1, with_cases=True)
    reading = read_roster(data, "r.xlsx", opens=OPENS, rules=DISTRICT, today=TODAY)
    case = {row.sheet_row: row.note for row in reading.rows}
    assert {case[finding.sheet_row]: finding.code for finding in reading.findings} == {
        "E15": "retirement_age_reached",
        "E20": "under_working_age",
        "E22": "number_check_digit",
        "E23": "number_letter_raised",
        "E24": "number_full_width_folded",
        "E25": "number_digits_lost",
        "E27": "birth_contradicts_number",
        "E30": "number_of_15_places",
        "E32": "hukou_needs_review",
    }
    assert {"E29", "E33", "E59a", "E59b", "E60"} <= set(case.values())


def test_an_empty_template_is_refused_as_empty() -> None:
    with pytest.raises(SheetUnreadable) as caught:
        read_roster(blank_roster(), "t.xlsx", opens=OPENS, rules=DISTRICT, today=TODAY)
    assert caught.value.code == "sheet_without_rows"


def test_every_finding_can_be_said_in_both_languages() -> None:
    data = sample_roster(OPENS, 5, seed=2, with_cases=True)
    reading = read_roster(data, "r.xlsx", opens=OPENS, rules=DISTRICT, today=TODAY)
    for finding in reading.findings:
        assert "{" not in say("row", finding.code, "zh", **finding.params)
        assert "{" not in say("row", finding.code, "en", **finding.params)
