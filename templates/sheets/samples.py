"""Workbooks as an office would send them, for the sample programme and the tests. All invented.

Citizen numbers use area codes 3199xx, which were never assigned; mail goes to *.example.invalid.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from states.rules.people import CATEGORY_WORD, LearnerCategory
from states.rules.stages import Channel
from templates.sheets.blanks import SCORE_HEADER, WIDTHS, Examinee
from templates.sheets.sample_people import SamplePerson, case_people, ordinary_person
from templates.sheets.writer import Out, Page, header, write_pages

_HEADER = header(
    "序号 姓名 性别 证件类型 证件号码 出生日期 文化程度 户籍所在地 人员类别 联系电话 电子邮箱 "
    "所在单位 统一社会信用代码 单位邮箱 就读院校 学号 退休类别 备注"
)
_SPELLINGS = ("{0:%Y-%m-%d}", "{0.year}.{0.month}.{0.day}", "{0.year}/{0.month}/{0.day}",
              "{0.year}年{0.month}月{0.day}日")  # fmt: skip
ABSENT_PER_HUNDRED = 3


def sample_roster(
    opens: date,
    size: int,
    *,
    seed: int,
    channel: Channel = Channel.DISTRICT_PROJECT,
    with_cases: bool = False,
) -> bytes:
    """A roster of `size` good learners; `with_cases` mixes in one row of each exceptional case.

    A case stands in the remarks by its id. Equal arguments give equal bytes.
    """
    rng = Random(seed)  # noqa: S311 -- samples, not secrets
    people = _strangers(rng, opens, channel, size=size)
    if with_cases:
        people += case_people(rng, opens, channel)
        rng.shuffle(people)
    page = Page(
        name="Sheet1",
        header=_HEADER,
        rows=[_roster_cells(rng, place, one) for place, one in enumerate(people, start=1)],
        titles=(
            "人工智能推介官（基础）培训班学员花名册",
            f"培训机构：上海示例职业技能培训学校    开班日期：{opens}    填表人：示例",
        ),
        foot=(f"合计    共{len(people)}人",),
        widths=WIDTHS,
    )
    return write_pages(page)


def _strangers(rng: Random, opens: date, channel: Channel, *, size: int) -> list[SamplePerson]:
    """So many good learners, no two of them under one number."""
    people: dict[str, SamplePerson] = {}
    while len(people) < size:
        one = ordinary_person(rng, opens, channel)
        people[one.number] = one
    return list(people.values())


def _roster_cells(rng: Random, place: int, one: SamplePerson) -> Sequence[Out]:
    phone: Out = int(one.phone) if rng.random() < 0.2 else one.phone  # noqa: PLR2004
    return (
        place,
        one.name,
        one.sex,
        one.document,
        one.cell if one.cell is not None else one.number,
        rng.choice(_SPELLINGS).format(one.birth),
        "大学专科",
        one.hukou,
        CATEGORY_WORD[one.category],
        phone,
        one.email,
        one.employer,
        one.employer_uscc,
        one.employer_email,
        one.school,
        f"S{one.number[6:14]}" if one.category is LearnerCategory.ENROLLED_STUDENT else "",
        "男" if one.sex == "男" else "女原55",
        one.case,
    )


def sample_scores(
    learners: Sequence[Examinee],
    assessed_on: date,
    *,
    seed: int,
    pass_rate: float = 0.88,
    bank: str = "2025",
) -> bytes:
    """A score sheet for `learners`; a few are absent, and of the rest `pass_rate` pass.

    With a pass rate of 1 everybody sits and passes. Equal arguments give equal bytes.
    """
    rng = Random(seed)  # noqa: S311 -- samples, not secrets
    rows = [
        _score_cells(rng, place, one, pass_rate=pass_rate)
        for place, one in enumerate(learners, start=1)
    ]
    day = f"{assessed_on.year}/{assessed_on.month}/{assessed_on.day}"
    page = Page(
        name="Sheet1",
        header=SCORE_HEADER,
        rows=[(*row[:4], day, bank, *row[4:]) for row in rows],
        titles=("人工智能推介官（基础）考核成绩表", "登记人：示例"),
        foot=(f"合计    共{len(rows)}人",),
        widths=WIDTHS,
    )
    return write_pages(page)


def _score_cells(rng: Random, place: int, one: Examinee, *, pass_rate: float) -> tuple[Out, ...]:
    exam_number = one.exam_number or f"T{place:04}"
    head = (place, exam_number, one.name, one.shown)
    if pass_rate < 1 and rng.randrange(100) < ABSENT_PER_HUNDRED:
        return (*head, "", "", "", "缺考", "", one.register or None)
    passed = rng.random() < pass_rate
    theory, practice = rng.randint(60, 98), rng.randint(60, 98)
    if not passed:
        theory = rng.randint(40, 59)
    result = "合格" if passed else "不合格"
    register = one.register or None
    return (*head, theory, practice, (theory + practice) / 2, result, "", register)


def sample_assessment_day(opens: date) -> date:
    """Five weeks after the opening: when a sample class is assessed."""
    return opens + timedelta(weeks=5)
