"""Invented learners: good ones by the dozen, and one of each exceptional case (section 11)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from states.rules.identity import Sex, check_digit
from states.rules.people import (
    LearnerCategory,
    RetirementCategory,
    add_months,
    retirement_date,
)
from states.rules.stages import Channel
from states.rules.uscc import uscc_check_digit

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红辉建文婷雨欣梓轩宇晨子涵思琪"
_RARE = "𠮷㛃䶮𬭎璟翀"
_SCHOOL = "上海示例学院"
_EMPLOYER = "上海示例制造有限公司"
_USCC_BODY = "91319900MA0000001"
EMPLOYER_USCC = _USCC_BODY + uscc_check_digit(_USCC_BODY)
_HUNDRED = 100
_LOCAL = (
    LearnerCategory.REGISTERED_UNEMPLOYED,
    LearnerCategory.FLEXIBLY_EMPLOYED,
    LearnerCategory.UNREGISTERED,
    LearnerCategory.ENROLLED_STUDENT,
)


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """A learner as an office would write them. `cell` replaces the number where it is spoilt."""

    name: str
    sex: str
    number: str
    birth: date
    category: LearnerCategory
    phone: str
    email: str
    document: str = "居民身份证"
    hukou: str = "上海市"
    employer: str = ""
    employer_uscc: str = ""
    employer_email: str = ""
    school: str = ""
    cell: str | float | None = None
    case: str = ""


def citizen_number(rng: Random, birth: date, sex: Sex, *, area: str = "") -> str:
    """A number with a right check digit under an area code that was never assigned."""
    order = 2 * rng.randrange(1, 499) + (1 if sex is Sex.MALE else 0)
    body = f"{area or f'3199{rng.randrange(1, 100):02}'}{birth:%Y%m%d}{order:03}"
    return body + check_digit(body)


def ordinary_person(rng: Random, opens: date, channel: Channel) -> SamplePerson:
    """A learner whom the rules of the channel admit."""
    employed = channel is not Channel.DISTRICT_PROJECT
    category = LearnerCategory.EMPLOYED if employed else rng.choice(_LOCAL)
    student = category is LearnerCategory.ENROLLED_STUDENT
    years = rng.randint(18, 24) if student else rng.randint(20, 48)
    birth = add_months(opens, -12 * years) - timedelta(days=rng.randrange(1, 365))
    return _person(rng, birth, category)


def _person(
    rng: Random, birth: date, category: LearnerCategory, *, sex: Sex | None = None
) -> SamplePerson:
    sex = sex or rng.choice(tuple(Sex))
    number = citizen_number(rng, birth, sex)
    employed = category is LearnerCategory.EMPLOYED
    return SamplePerson(
        name=_name(rng),
        sex="男" if sex is Sex.MALE else "女",
        number=number,
        birth=birth,
        category=category,
        phone=f"139{rng.randrange(10**8):08}",
        email=_address(number),
        employer=_EMPLOYER if employed else "",
        employer_uscc=EMPLOYER_USCC if employed else "",
        employer_email="hr@employers.example.invalid" if employed else "",
        school=_SCHOOL if category is LearnerCategory.ENROLLED_STUDENT else "",
    )


def _address(number: str) -> str:
    """An address that is always the same for a person and tells nothing of the number."""
    return f"learner-{hashlib.sha256(number.encode()).hexdigest()[:10]}@learners.example.invalid"


def _name(rng: Random) -> str:
    """Two in a hundred with a rare character, one in a hundred with a middle dot."""
    die = rng.randrange(_HUNDRED)
    if die == 0:
        return "阿依古丽·" + "".join(rng.choices(_GIVEN, k=3))
    given = "".join(rng.choices(_GIVEN, k=rng.randint(1, 2)))
    return rng.choice(_SURNAMES) + (rng.choice(_RARE) if die < 3 else "") + given  # noqa: PLR2004


def case_people(rng: Random, opens: date, channel: Channel) -> list[SamplePerson]:
    """One learner of each exceptional case, with its id in `case`."""
    return [
        replace(change(ordinary_person(rng, opens, channel), rng), case=case)
        for case, change in _SPOILT.items()
    ] + _cases_of_age(rng, opens, channel)


def _cases_of_age(rng: Random, opens: date, channel: Channel) -> list[SamplePerson]:
    """E15 and E20, and for the district's own projects the two about hukou (E32, E33)."""
    own = channel is Channel.DISTRICT_PROJECT
    usual = LearnerCategory.FLEXIBLY_EMPLOYED if own else LearnerCategory.EMPLOYED
    young = add_months(opens, -16 * 12) + timedelta(days=1)
    people = [
        replace(_person(rng, _just_retired(opens), usual, sex=Sex.MALE), case="E15"),
        replace(_person(rng, young, usual), case="E20"),
    ]
    if own:
        grown = add_months(opens, -22 * 12)
        flexible = _person(rng, grown, LearnerCategory.FLEXIBLY_EMPLOYED)
        student = _person(rng, grown, LearnerCategory.ENROLLED_STUDENT)
        people.append(replace(flexible, hukou="江苏省", case="E32"))
        people.append(replace(student, hukou="安徽省", case="E33"))
    return people


def _just_retired(opens: date) -> date:
    """The youngest man who has reached the statutory retirement date by the opening day."""
    birth = add_months(opens, -60 * 12)
    while retirement_date(birth, RetirementCategory.MALE) > opens:
        birth -= timedelta(days=1)
    return birth


def _with_number(one: SamplePerson, body: str) -> SamplePerson:
    number = body + check_digit(body)
    return replace(one, number=number, email=_address(number))


def _wrong_check(one: SamplePerson, _rng: Random) -> SamplePerson:
    wrong = str((int(one.number[17].replace("X", "0")) + 1) % 10)
    return replace(one, cell=one.number[:17] + wrong)


def _lower_x(one: SamplePerson, _rng: Random) -> SamplePerson:
    """The next number of the same sex whose check digit is X."""
    order = int(one.number[14:17])
    while check_digit(f"{one.number[:14]}{order:03}") != "X":
        order = (order + 2) % 1000
    found = _with_number(one, f"{one.number[:14]}{order:03}")
    return replace(found, cell=found.number.lower())


def _full_width(one: SamplePerson, _rng: Random) -> SamplePerson:
    return replace(one, cell="".join(chr(ord(place) + 0xFEE0) for place in one.number))


def _as_float(one: SamplePerson, _rng: Random) -> SamplePerson:
    return replace(one, cell=float(one.number.replace("X", "0")))


def _other_birth(one: SamplePerson, _rng: Random) -> SamplePerson:
    return replace(one, birth=one.birth - timedelta(days=366))


def _hong_kong(one: SamplePerson, _rng: Random) -> SamplePerson:
    found = _with_number(one, "810000" + one.number[6:17])
    return replace(found, document="港澳台居民居住证")


def _old_number(one: SamplePerson, _rng: Random) -> SamplePerson:
    return replace(one, cell=one.number[:6] + one.number[8:17])


def _long_name(one: SamplePerson, _rng: Random) -> SamplePerson:
    return replace(one, name="买买提艾力·阿卜杜热合曼·吐尔逊江别")


def _rare_name(one: SamplePerson, rng: Random) -> SamplePerson:
    return replace(one, name=rng.choice(_SURNAMES) + "𠮷")


def _formula(one: SamplePerson, _rng: Random) -> SamplePerson:
    return replace(one, name='=HYPERLINK("http://example.invalid","x")')


_SPOILT: dict[str, Callable[[SamplePerson, Random], SamplePerson]] = {
    "E22": _wrong_check,
    "E23": _lower_x,
    "E24": _full_width,
    "E25": _as_float,
    "E27": _other_birth,
    "E29": _hong_kong,
    "E30": _old_number,
    "E59a": _long_name,
    "E59b": _rare_name,
    "E60": _formula,
}
