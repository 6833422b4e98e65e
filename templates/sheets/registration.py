"""开班信息表 written: a class and its learners for the city's training information system (C14)."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from states.rules.halves import hours
from states.rules.words import has, say
from templates.sheets.writer import ExportMark, Out, Page, header, write_pages

CLASS_HEADER = ("项目", "内容")
LEARNER_HEADER = header(
    "序号 姓名 性别 出生日期 证件类型 证件号码 人员类别 手机号码 所在单位 统一社会信用代码 所在学校"
)
WIDTHS = {
    "项目": 20, "内容": 60, "序号": 6, "性别": 6, "证件类型": 20, "证件号码": 22, "人员类别": 22,
    "所在单位": 24, "统一社会信用代码": 22, "所在学校": 24,
}  # fmt: skip


class Registered(Protocol):
    """A learner as the city wants to know them: name and number whole."""

    @property
    def name(self) -> str: ...
    @property
    def sex(self) -> str: ...
    @property
    def birth(self) -> date | None: ...
    @property
    def category(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def employer(self) -> str: ...
    @property
    def employer_uscc(self) -> str: ...
    @property
    def school(self) -> str: ...
    @property
    def document_kind(self) -> str: ...
    @property
    def document_number(self) -> str: ...


class ClassOfTheCity(Protocol):
    """A class as the city wants to know it; hours are halves of a class hour."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def provider_uscc(self) -> str: ...
    @property
    def licence_no(self) -> str: ...
    @property
    def licence_valid_until(self) -> date | None: ...
    @property
    def district(self) -> str: ...
    @property
    def employer(self) -> str: ...
    @property
    def opens_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...
    @property
    def half_hours(self) -> int: ...
    @property
    def online_half_hours(self) -> int: ...
    @property
    def teachers(self) -> Sequence[str]: ...
    @property
    def learners(self) -> Sequence[Registered]: ...


def write_registration(klass: ClassOfTheCity, *, mark: ExportMark | None = None) -> bytes:
    """The workbook as xlsx: the class on one sheet, its learners on another.

    `mark` names whoever takes it out of the house; without it equal classes give equal bytes.
    """
    return write_pages(
        Page(
            name="开班信息",
            header=CLASS_HEADER,
            rows=list(_lines(klass)),
            titles=("上海市职业培训信息管理系统开班信息表",),
            widths=WIDTHS,
        ),
        Page(
            name="学员信息",
            header=LEARNER_HEADER,
            rows=(_learner(place, one) for place, one in enumerate(klass.learners, start=1)),
            titles=(f"{klass.code} 学员信息",),
            widths=WIDTHS,
        ),
        mark=mark,
    )


def _lines(klass: ClassOfTheCity) -> Iterator[tuple[Out, ...]]:
    yield "班级编号", klass.code
    yield "培训项目", klass.title
    yield "培训渠道", say("channel", klass.channel, "zh")
    yield "所属区", klass.district
    yield "培训机构", klass.provider
    yield "统一社会信用代码", klass.provider_uscc
    yield "办学许可证号", klass.licence_no
    yield "许可证有效期至", _day(klass.licence_valid_until)
    yield "用人单位", klass.employer
    yield "开班日期", _day(klass.opens_on)
    yield "结课日期", _day(klass.ends_on)
    yield "总课时", hours(klass.half_hours)
    yield "其中线上课时", hours(klass.online_half_hours)
    yield "授课教师", "、".join(klass.teachers)
    yield "学员人数", str(len(klass.learners))


def _learner(place: int, one: Registered) -> tuple[Out, ...]:
    return (
        str(place), one.name, _word("sex", one.sex), _day(one.birth),
        _word("document", one.document_kind), one.document_number, _word("category", one.category),
        one.phone, one.employer, one.employer_uscc, one.school,
    )  # fmt: skip


def _word(section: str, code: str) -> str:
    return say(section, code, "zh") if has(section, code) else code


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
