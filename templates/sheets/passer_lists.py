"""The lists of the evaluation and of the exam: blanks to fill in, and invented samples."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from states.rules import evaluation, exam
from states.rules.evaluation import EVALUATION_WORD, EvaluationKind
from states.rules.identity import KIND_LABEL
from states.rules.stages import Channel
from templates.sheets.blanks import WIDTHS
from templates.sheets.sample_people import SamplePerson, ordinary_person
from templates.sheets.writer import Out, Page, header, write_pages

EVALUATION_HEADER = header(
    "序号 姓名 证件类型 证件号码 评价类型 技能等级 评价日期 原证书编号 联系电话 所属区 拟发等级 "
    "备注"
)
EXAM_HEADER = header(
    "序号 姓名 证件类型 证件号码 就读院校 学号 考试年份 考试科目 考试等级 考试结果 分数 联系电话 "
    "拟发等级 备注"
)
_WIDTHS = {**WIDTHS, "评价类型": 36, "原证书编号": 26, "就读院校": 24, "考试科目": 30}
_EVALUATION_TITLE = "人工智能推介官（高级）职业技能评价合格人员名单"
_EXAM_TITLE = "上海高等学校信息技术水平考试人工智能科目合格人员名单"
_HOW_TO_FILL_EVALUATION = (
    ("证件号码", "按文本填写；18位号码的末位 X 大写。"),
    ("评价类型", "、".join(EVALUATION_WORD.values())),
    ("技能等级", "人工智能训练师填五级至一级；专项职业能力评价不填。"),
    ("原证书编号", "评价机构已发证书的编号，按文本填写；等级和发证年份应与本行一致。"),
    ("拟发等级", "可不填；评价一律为高级。"),
)
_HOW_TO_FILL_EXAM = (
    ("证件号码", "按文本填写；18位号码的末位 X 大写。"),
    ("考试等级", "按成绩单上印的等级；二三级同卷的，填二级或三级。"),
    ("考试结果", "合格或优秀；其他结果不列入名单。"),
    ("拟发等级", "可不填；一级为基础，二、三、四级为高级。"),
)
_SUBJECT_OF_GRADE = {
    grade: f"《{subject}》" for subject, grades in exam.PAPERS.items() for grade in grades
}
_SCHOOLS = ("上海示例大学", "上海示例理工大学", "上海示例职业技术学院")


def blank_evaluation(districts: Sequence[str]) -> bytes:
    """A 评价合格人员名单 to fill in, with the words of each column to choose from."""
    choices = {
        "证件类型": tuple(KIND_LABEL.values()),
        "评价类型": tuple(EVALUATION_WORD.values()),
        "技能等级": tuple(evaluation.GRADE_WORD.values()),
        "所属区": tuple(districts),
    }
    titles = (_EVALUATION_TITLE, "评价机构：            填表人：")
    page = Page(
        "合格人员名单", EVALUATION_HEADER, (), titles=titles, widths=_WIDTHS, choices=choices
    )
    return write_pages(page, _help(_HOW_TO_FILL_EVALUATION))


def blank_exam() -> bytes:
    """A list of passers of the exam to fill in."""
    choices = {
        "证件类型": tuple(KIND_LABEL.values()),
        "考试科目": tuple(dict.fromkeys(_SUBJECT_OF_GRADE.values())),
        "考试等级": tuple(exam.GRADE_WORD.values()),
        "考试结果": tuple(exam.RESULT_BY_WORD),
    }
    titles = (_EXAM_TITLE, "市教育考试院            填表人：")
    page = Page("合格人员名单", EXAM_HEADER, (), titles=titles, widths=_WIDTHS, choices=choices)
    return write_pages(page, _help(_HOW_TO_FILL_EXAM))


def _help(lines: Sequence[tuple[str, str]]) -> Page:
    return Page("填写说明", ("栏目", "填法"), lines, widths={"填法": 80})


def sample_evaluation(
    today: date, size: int, *, year: int, seed: int, districts: Sequence[str]
) -> bytes:
    """A list as a body would send it: `size` good rows, then a few that deserve a refusal.

    What is wrong stands in the remarks. Equal arguments give equal bytes.
    """
    rng = Random(seed)  # noqa: S311 -- samples, not secrets
    last = min(today, date(year, 12, 31))
    rows = [_evaluated(rng, place, last, districts=districts) for place in range(1, size + 1)]
    rows += [
        {**row, **changes}
        for row, changes in zip(
            (_evaluated(rng, size + place, last, districts=districts) for place in range(1, 5)),
            _evaluation_cases(year),
            strict=True,
        )
    ]
    return _sample(rows, EVALUATION_HEADER, (_EVALUATION_TITLE, "评价机构：上海示例评价中心"))


def _evaluated(rng: Random, place: int, last: date, *, districts: Sequence[str]) -> dict[str, Out]:
    one, kind = _person(rng, last), rng.choice(tuple(EvaluationKind))
    day = last - timedelta(days=rng.randrange(max((last - date(last.year, 1, 1)).days, 1)))
    grade = rng.randint(3, 5)
    trainer = kind is EvaluationKind.TRAINER
    serial = f"S000031319900{day:%y}{grade}{place:06}"
    return {
        "序号": place, "姓名": one.name, "证件类型": one.document, "证件号码": one.number,
        "评价类型": EVALUATION_WORD[kind], "联系电话": one.phone,
        "技能等级": evaluation.GRADE_WORD[grade] if trainer else "",
        "评价日期": f"{day:%Y.%m.%d}",
        "原证书编号": serial if trainer else f"ZX{day:%Y}-31990-{place:05}",
        "所属区": rng.choice(districts) if districts and rng.random() < 0.5 else "",  # noqa: PLR2004
    }  # fmt: skip


def _evaluation_cases(year: int) -> Sequence[dict[str, Out]]:
    trainer = EVALUATION_WORD[EvaluationKind.TRAINER]
    return (
        {"评价日期": f"{year - 1}-11-20", "备注": "上一年度的评价"},
        {"评价类型": "人工智能应用工程师评价", "备注": "不在三种评价之内"},
        {"评价类型": trainer, "技能等级": "三级", "备注": "编号中的等级不一致",
         "原证书编号": f"S000031319900{year % 100}4999999"},
        {"拟发等级": "基础", "备注": "评价不发基础"},
    )  # fmt: skip


def sample_exam(today: date, size: int, *, year: int, seed: int) -> bytes:
    """A list as the exam authority would send it: `size` good rows, then some to be refused."""
    rng = Random(seed)  # noqa: S311 -- samples, not secrets
    rows = [_examined(rng, place, today, year=year) for place in range(1, size + 1)]
    rows += [
        {**row, **changes}
        for row, changes in zip(
            (_examined(rng, size + place, today, year=year) for place in range(1, 5)),
            _exam_cases(year),
            strict=True,
        )
    ]
    return _sample(rows, EXAM_HEADER, (_EXAM_TITLE, "市教育考试院（示例）"))


def _examined(rng: Random, place: int, today: date, *, year: int) -> dict[str, Out]:
    one = _person(rng, today)
    grade = rng.choices((1, 2, 3, 4), weights=(80, 9, 8, 3))[0]
    result = rng.choices(tuple(exam.RESULT_BY_WORD), weights=(8, 2))[0]
    return {
        "序号": place, "姓名": one.name, "证件类型": one.document, "证件号码": one.number,
        "就读院校": rng.choice(_SCHOOLS), "学号": f"{year - 2}{place:06}", "考试年份": year,
        "考试科目": _SUBJECT_OF_GRADE[grade], "考试等级": exam.GRADE_WORD[grade],
        "考试结果": result, "分数": rng.randint(*((85, 98) if result == "优秀" else (60, 84))),
        "联系电话": one.phone,
    }  # fmt: skip


def _exam_cases(year: int) -> Sequence[dict[str, Out]]:
    return (
        {"考试年份": year - 1, "备注": "上一年度的考试"},
        {"考试结果": "不合格", "备注": "未通过"},
        {"考试科目": "《人工智能技术及应用》", "考试等级": "二三级", "备注": "等级应按成绩单填写"},
        {"考试科目": "《人工智能》", "考试等级": "四级", "拟发等级": "基础", "备注": "四级为高级"},
    )


def _person(rng: Random, today: date) -> SamplePerson:
    return ordinary_person(rng, today, Channel.ENTERPRISE)


def _sample(
    rows: Sequence[dict[str, Out]], columns: Sequence[str], titles: tuple[str, ...]
) -> bytes:
    cells = [[row.get(name) for name in columns] for row in rows]
    foot = (f"合计    共{len(rows)}人",)
    return write_pages(Page("Sheet1", columns, cells, titles=titles, foot=foot, widths=_WIDTHS))
