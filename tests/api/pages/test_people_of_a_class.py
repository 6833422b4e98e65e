"""The class page says of each learner why they may learn, may not, or wait for a person."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from templates.sheets.writer import Out, header
from tests.api.pages.person_at_screen import AtScreen
from tests.templates.sheet_builders import learner, number, roster_file

Sit = Callable[[str], AtScreen]
Enter = Callable[[str], TestClient]
PROVIDER, ELSEWHERE = "P001/provider_operator", "P002/provider_operator"
REVIEWER = "HP/district_reviewer"
COLUMNS = header(
    "序号 姓名 性别 证件类型 证件号码 出生日期 户籍所在地 人员类别 联系电话 就读院校 退休类别 备注"
)
WOMAN = number("19900506", 92)
PASSPORT: dict[str, Out] = {
    "姓名": "阿依•古丽", "证件类型": "护照", "出生日期": "1990-05-06", "性别": "女",
}  # fmt: skip
PHONE = "13900000001"


def opens_a_class(enter: Enter, who: str = PROVIDER, district: str = "HP") -> str:
    """A project whose class 1 waits for its roster; the address of the class."""
    units = [{"name": "示例", "half_hours": 80, "mode": "offline", "teacher": "示例教师"}]
    plan = {
        "title": "示例班", "channel": "district_project_training", "units": units,
        "class_size": 8, "opens_on": "2026-04-13", "ends_on": "2026-04-24",
    }  # fmt: skip
    provider = enter(who)
    made = provider.post("/projects", json={"district": district, "plan": plan})
    code = str(made.json()["code"])
    for reviewer in ("0", "1"):
        signed = f"{district}/district_reviewer/{reviewer}"
        enter(signed).post(f"/projects/{code}/facts", json={"kind": "review_signed"})
    opening = {"class_no": 1, "opens_on": "2026-04-13", "ends_on": "2026-04-24"}
    assert provider.post(f"/projects/{code}/classes", json=opening).status_code == 200
    return f"/projects/{code}/classes/1"


def enrols(enter: Enter, path: str, *rows: dict[str, Out], who: str = PROVIDER) -> None:
    sheet = roster_file(*rows, titles=(), columns=COLUMNS)
    answer = enter(who).post(f"{path}/roster", files={"file": ("r.xlsx", sheet)})
    assert answer.status_code == 200, answer.text


def why(page: AtScreen) -> list[str]:
    """What stands behind each learner's verdict."""
    cells = re.findall(r'<details class="why">(.*?)</details>', page.page.text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]


@pytest.fixture
def here(enter: Enter) -> str:
    """A class of 黄浦区 with an eligible learner, a student, and one for a person to decide."""
    path = opens_a_class(enter)
    enrols(
        enter,
        path,
        learner(WOMAN, 姓名="阿依·古丽", 联系电话=PHONE),
        learner(number("20040901", 100), 人员类别="在校学生", 就读院校="上海示例学院"),
        learner(number("19960407", 99), 户籍所在地="江苏省", 人员类别="灵活就业人员"),
    )
    return path


def test_every_verdict_has_its_sentence_and_its_clause(sit: Sit, here: str) -> None:
    eligible, student, waits = why(sit(PROVIDER).opens(here))
    assert "按开班日2026-04-13判定" in eligible
    assert "C10" in eligible
    assert "户籍和退休年龄不作要求" in student
    assert "A07" in student
    assert "江苏省" in waits
    assert "A06" in waits
    assert "户籍所在地 江苏省" in waits  # the snapshot of the opening day (A09)
    assert "A09" in waits


def test_a_decided_learner_says_that_a_person_decided(sit: Sit, here: str) -> None:
    reviewer = sit(REVIEWER).opens(here)
    (decide,) = re.findall(r'action="([^"]+/admissions/\d+)"', reviewer.page.text)
    reviewer.sends(decide, decision="refuse", reason="未提供灵活就业登记")
    decided = why(reviewer)[2]
    assert "区审核员已人工核定：不予录取" in decided
    assert "江苏省" in decided


def test_numbers_stay_masked_whoever_looks(sit: Sit, here: str) -> None:
    for who in (PROVIDER, REVIEWER):
        assert not re.search(r"3199\d{14}", sit(who).opens(here).page.text)


def test_E34_the_second_class_hears_of_the_conflict_and_waits(  # noqa: N802
    sit: Sit, enter: Enter, here: str
) -> None:
    second = opens_a_class(enter)
    enrols(enter, second, learner(WOMAN, 姓名="阿依·古丽", 联系电话=PHONE))
    (waits,) = why(sit(PROVIDER).opens(second))
    assert here.removeprefix("/projects/").replace("/classes", "") in waits
    assert "上课时间冲突" in waits


def test_E34_a_neighbour_is_told_the_days_and_no_more(  # noqa: N802
    sit: Sit, enter: Enter, here: str
) -> None:
    there = opens_a_class(enter, ELSEWHERE, "PD")
    enrols(enter, there, learner(WOMAN, 姓名="阿依·古丽", 联系电话=PHONE), who=ELSEWHERE)
    for who in (ELSEWHERE, "PD/district_reviewer"):
        page = sit(who).opens(there)
        (waits,) = why(page)
        assert "外区一个班级" in waits
        assert here.split("/")[2] not in page.page.text


def test_E37_a_likeness_is_shown_to_the_district_and_not_to_the_provider(  # noqa: N802
    sit: Sit, enter: Enter, here: str
) -> None:
    second = opens_a_class(enter)
    enrols(enter, second, learner("E00000001", **PASSPORT, 联系电话=PHONE))
    district = sit(REVIEWER).opens(second)
    assert "可能是同一人" in district.text
    assert "居民身份证" in why(district)[0]
    assert "可能是同一人" not in sit(PROVIDER).opens(second).text
    assert "可能是同一人" in sit(REVIEWER).opens(here).text


def test_a_plan_with_a_wrong_social_credit_code_is_refused_in_words(enter: Enter) -> None:
    plan = {
        "title": "示例班", "channel": "enterprise_training", "class_size": 8,
        "opens_on": "2026-04-13", "ends_on": "2026-04-24", "employer": "上海示例制造有限公司",
        "employer_uscc": "91319900MA00000017",
        "units": [{"name": "示例", "half_hours": 80, "mode": "offline", "teacher": "示例教师"}],
    }  # fmt: skip
    answer = enter(PROVIDER).post("/projects", json={"district": "HP", "plan": plan})
    assert (answer.status_code, answer.json()["code"]) == (422, "uscc_wrong")
    assert "校验位" in answer.json()["sentence"]["zh"]


def test_licence_number_term_and_scope_stand_on_the_project_and_the_class(
    sit: Sit, here: str
) -> None:
    provider = sit(PROVIDER).opens(here.partition("/classes")[0])
    assert "机构登记中现有的办学资质" in provider.text
    assert "办学范围包含本培训项目" in provider.text
    assert "开班备案时的办学资质" in provider.opens(here).text
