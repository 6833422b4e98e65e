"""Templates to download: an empty roster, and a score sheet with the learners already in it."""

from collections.abc import Iterable
from dataclasses import dataclass

from states.rules.identity import KIND_LABEL
from states.rules.people import CATEGORY_WORD
from templates.sheets.roster import ROSTER_COLUMNS
from templates.sheets.scores import RESULT_WORD
from templates.sheets.writer import Page, header, write_pages

ROSTER_HEADER = tuple(name for name in ROSTER_COLUMNS.spellings if name != "就业登记状态")
SCORE_HEADER = header(
    "序号 准考证号 姓名 证件号码 考核日期 题库版本 理论成绩 实操成绩 综合成绩 考核结果 备注"
)
WIDTHS = {"序号": 6, "性别": 6, "证件号码": 22, "统一社会信用代码": 22, "所在单位": 24, "备注": 20}
_HOW_TO_FILL = (
    ("证件号码", "按文本填写；18位号码的末位 X 大写。科学计数法（如 3.19901E+17）的号码无法恢复。"),
    ("出生日期", "如 2000-01-31；与证件号码不一致的，不予录入。"),
    ("人员类别", "、".join(CATEGORY_WORD.values())),
    ("退休类别", "男、女原55、女原50；女性不填的，可能需要人工核定。"),
    ("电子邮箱", "用于发送满意度测评链接，可不填。"),
)


@dataclass(frozen=True, slots=True)
class Examinee:
    """A learner as a score sheet names them. `exam_number` may be empty."""

    name: str
    number: str
    exam_number: str = ""


def blank_roster() -> bytes:
    """An empty 学员花名册 with the words of each column to choose from."""
    return write_pages(
        Page(
            name="学员花名册",
            header=ROSTER_HEADER,
            rows=(),
            titles=("人工智能推介官（基础）培训班学员花名册", "开班日期：            培训机构："),
            widths=WIDTHS,
            choices={
                "性别": ("男", "女"),
                "证件类型": tuple(KIND_LABEL.values()),
                "人员类别": tuple(CATEGORY_WORD.values()),
                "退休类别": ("男", "女原55", "女原50"),
                "领取养老金": ("是", "否"),
            },
        ),
        Page("填写说明", ("栏目", "填法"), _HOW_TO_FILL, widths={"填法": 80}),
    )


def blank_scores(learners: Iterable[Examinee], *, bank: str = "") -> bytes:
    """A 考核成绩表 of a class: only date, marks and result are left to fill in."""
    rows = [
        (place, one.exam_number, one.name, one.number, "", bank)
        for place, one in enumerate(learners, start=1)
    ]
    page = Page(
        name="考核成绩表",
        header=SCORE_HEADER,
        rows=rows,
        titles=("人工智能推介官（基础）考核成绩表", "登记人："),
        widths=WIDTHS,
        choices={"考核结果": tuple(RESULT_WORD.values())},
    )
    return write_pages(page)
