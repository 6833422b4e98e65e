"""Templates to download: a roster and a score sheet, with the learners in it that are known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from states.rules.identity import KIND_LABEL, mask_number, mask_phone
from states.rules.people import CATEGORY_WORD
from templates.sheets.registered import REGISTER
from templates.sheets.roster import ROSTER_COLUMNS
from templates.sheets.scores import RESULT_WORD
from templates.sheets.writer import Out, Page, header, write_pages

ROSTER_HEADER = tuple(
    name for name in ROSTER_COLUMNS.spellings if name not in ("就业登记状态", REGISTER)
)
SCORE_HEADER = header(
    "序号 准考证号 姓名 证件号码 考核日期 题库版本 理论成绩 实操成绩 综合成绩 考核结果 备注 登记号"
)
WIDTHS = {
    "序号": 6,
    "性别": 6,
    "证件号码": 22,
    "统一社会信用代码": 22,
    "所在单位": 24,
    "备注": 20,
    REGISTER: 10,
}
SEX_WORD = {"male": "男", "female": "女"}
RETIREMENT_WORD = {"male": "男", "female_55": "女原55", "female_50": "女原50"}
_HOW_TO_FILL = (
    ("证件号码", "按文本填写；18位号码的末位 X 大写。科学计数法（如 3.19901E+17）的号码无法恢复。"),
    ("出生日期", "如 2000-01-31；与证件号码不一致的，不予录入。"),
    ("人员类别", "、".join(CATEGORY_WORD.values())),
    ("退休类别", "男、女原55、女原50；女性不填的，可能需要人工核定。"),
    ("电子邮箱", "用于发送满意度测评链接，可不填。"),
)


@dataclass(frozen=True, slots=True)
class Examinee:
    """A learner as a score sheet names them. `exam_number` may be empty.

    With their `register` (登记号) the number is written masked.
    """

    name: str
    number: str
    exam_number: str = ""
    register: int = 0

    @property
    def shown(self) -> str:
        return mask_number(self.number) if self.register else self.number


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A learner of a class, to be corrected: words as the sheet has them, number and phone whole.

    What the roster keeps of nobody stays empty; `birth` is None when it was not told.
    """

    register: int
    name: str
    sex: str
    document: str
    number: str
    birth: date | None
    hukou: str
    category: str
    phone: str
    email: str
    employer: str
    employer_uscc: str
    employer_email: str
    school: str
    retirement: str


def blank_roster(learners: Iterable[Enrolled] = ()) -> bytes:
    """A 学员花名册 with the words of each column to choose from.

    `learners` stand in it already, numbers and phones masked: their 登记号 finds them again.
    """
    rows = [_roster_cells(place, one) for place, one in enumerate(learners, start=1)]
    return write_pages(
        Page(
            name="学员花名册",
            header=(*ROSTER_HEADER, REGISTER) if rows else ROSTER_HEADER,
            rows=rows,
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


def _roster_cells(place: int, one: Enrolled) -> list[Out]:
    known: dict[str, Out] = {
        "序号": place, "姓名": one.name, "性别": one.sex, "证件类型": one.document,
        "证件号码": mask_number(one.number), "户籍所在地": one.hukou, "人员类别": one.category,
        "出生日期": one.birth.isoformat() if one.birth else None,
        "联系电话": mask_phone(one.phone), "电子邮箱": one.email, "所在单位": one.employer,
        "统一社会信用代码": one.employer_uscc, "单位邮箱": one.employer_email,
        "就读院校": one.school, "退休类别": one.retirement, REGISTER: one.register,
    }  # fmt: skip
    return [known.get(name) for name in (*ROSTER_HEADER, REGISTER)]


def blank_scores(learners: Iterable[Examinee], *, bank: str = "") -> bytes:
    """A 考核成绩表 of a class: only date, marks and result are left to fill in."""
    rows = [_score_cells(place, one, bank) for place, one in enumerate(learners, start=1)]
    page = Page(
        name="考核成绩表",
        header=SCORE_HEADER,
        rows=rows,
        titles=("人工智能推介官（基础）考核成绩表", "登记人："),
        widths=WIDTHS,
        choices={"考核结果": tuple(RESULT_WORD.values())},
    )
    return write_pages(page)


def _score_cells(place: int, one: Examinee, bank: str) -> list[Out]:
    known: dict[str, Out] = {
        "序号": place, "准考证号": one.exam_number, "姓名": one.name, "证件号码": one.shown,
        "题库版本": bank, REGISTER: one.register or None,
    }  # fmt: skip
    return [known.get(name) for name in SCORE_HEADER]
