"""开班信息表: a class and its learners as the city wants to know them."""

import io
from dataclasses import dataclass, replace
from datetime import date

import openpyxl

from templates.sheets.registration import write_registration
from templates.sheets.writer import ExportMark


@dataclass(frozen=True)
class Learner:
    name: str = "张示例"
    sex: str = "female"
    birth: date | None = date(1995, 1, 1)
    category: str = "registered_unemployed"
    phone: str = "13800000000"
    employer: str = ""
    employer_uscc: str = ""
    school: str = ""
    document_kind: str = "resident_id_card"
    document_number: str = "31990019950101002X"


@dataclass(frozen=True)
class Klass:
    code: str = "HP-2026-001-1"
    title: str = "人工智能推介官（基础）培训"
    channel: str = "district_project_training"
    provider: str = "上海示例职业技能培训学校"
    provider_uscc: str = "52319900MJ0000001X"
    licence_no: str = "3199007000001"
    licence_valid_until: date | None = None
    district: str = "黄浦区"
    employer: str = ""
    opens_on: date = date(2026, 4, 8)
    ends_on: date = date(2026, 5, 8)
    half_hours: int = 81
    online_half_hours: int = 39
    teachers: tuple[str, ...] = ("示例教师甲", "示例教师乙")
    learners: tuple[Learner, ...] = (Learner(),)


def sheet(workbook: bytes, name: str) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    return [*book[name].iter_rows(values_only=True)]


def test_the_class_stands_on_one_sheet() -> None:
    told = {row[0]: row[1] for row in sheet(write_registration(Klass()), "开班信息")}
    assert told["培训渠道"] == "区级项目制培训"
    assert (told["总课时"], told["其中线上课时"]) == ("40.5", "19.5")
    assert told["授课教师"] == "示例教师甲、示例教师乙"
    assert told["许可证有效期至"] is None


def test_its_learners_stand_on_another_with_every_digit() -> None:
    *_, row = sheet(write_registration(Klass()), "学员信息")
    assert row[:8] == (
        "1", "张示例", "女", "1995-01-01", "居民身份证", "31990019950101002X", "登记失业人员",
        "13800000000",
    )  # fmt: skip


def test_a_name_that_looks_like_a_formula_stays_a_name() -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(write_registration(replace(Klass(), learners=(Learner(name="=1+1"),))))
    )
    cell = book["学员信息"]["B3"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_equal_classes_give_equal_bytes_and_a_mark_shows_on_every_sheet() -> None:
    plain = write_registration(Klass())
    assert plain == write_registration(Klass())
    mark = ExportMark("EX-1", "陈示例", "上海示例", "2026-04-08 12:00", "报送")
    marked = openpyxl.load_workbook(io.BytesIO(write_registration(Klass(), mark=mark)))
    footers = [page.oddFooter for page in marked]
    assert all(foot and "EX-1" in str(foot.center.text) for foot in footers)
