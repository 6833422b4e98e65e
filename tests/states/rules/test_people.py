"""Statutory working age and the verdict on a learner on the opening day (programme, section 3)."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.rules.findings import Weight
from states.rules.identity import DocumentKind, Sex
from states.rules.people import (
    Eligibility,
    Learner,
    LearnerCategory,
    LearnerRules,
    RetirementCategory,
    add_months,
    age_on,
    eligibility,
    judge_learner,
    retirement_date,
    retirement_delay,
)

M, F55, F50 = tuple(RetirementCategory)[:3]
OPENS = date(2026, 3, 19)
FLEXIBLE = LearnerCategory.FLEXIBLY_EMPLOYED
STUDENT = LearnerCategory.ENROLLED_STUDENT
DISTRICT = LearnerRules(
    categories=frozenset(LearnerCategory) - {LearnerCategory.EMPLOYED},
    hukou_local_for=frozenset(LearnerCategory) - {LearnerCategory.EMPLOYED, STUDENT},
    manual_review_for_non_local=frozenset({FLEXIBLE}),
)
ENTERPRISE = LearnerRules(categories=frozenset({LearnerCategory.EMPLOYED}), clause="C08")


def judged(
    birth: date = date(1990, 1, 1),
    sex: Sex = Sex.MALE,
    category: LearnerCategory = FLEXIBLE,
    *,
    hukou: str = "上海市",
    school: str = "",
    retirement: RetirementCategory = RetirementCategory.UNKNOWN,
    pension: bool = False,
    document: DocumentKind = DocumentKind.RESIDENT_ID,
    rules: LearnerRules = DISTRICT,
) -> tuple[Eligibility, list[str]]:
    learner = Learner(birth, sex, category, document, hukou, school, retirement, pension)
    findings = judge_learner(learner, rules, OPENS)
    return eligibility(findings), [finding.code for finding in findings]


def month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


@pytest.mark.parametrize(
    ("category", "born", "delay", "retires"),
    [
        (M, "1964-12", 0, "2024-12"), (M, "1965-01", 1, "2025-02"), (M, "1965-04", 1, "2025-05"),
        (M, "1965-05", 2, "2025-07"), (M, "1965-12", 3, "2026-03"), (M, "1967-05", 8, "2028-01"),
        (M, "1976-08", 35, "2039-07"), (M, "1976-09", 36, "2039-09"), (M, "1976-12", 36, "2039-12"),
        (F55, "1969-12", 0, "2024-12"), (F55, "1970-01", 1, "2025-02"),
        (F55, "1970-05", 2, "2025-07"), (F55, "1971-04", 4, "2026-08"),
        (F55, "1974-10", 15, "2031-01"), (F55, "1981-09", 36, "2039-09"),
        (F50, "1974-12", 0, "2024-12"), (F50, "1975-01", 1, "2025-02"),
        (F50, "1975-02", 1, "2025-03"), (F50, "1975-03", 2, "2025-05"),
        (F50, "1975-11", 6, "2026-05"), (F50, "1984-10", 59, "2039-09"),
        (F50, "1984-11", 60, "2039-11"), (F50, "1995-12", 60, "2050-12"),
    ],
)  # fmt: skip
def test_the_table_of_section_3(
    category: RetirementCategory, born: str, *, delay: int, retires: str
) -> None:
    assert retirement_delay(month(born), category) == delay
    assert retirement_date(month(born), category) == month(retires)


def _months(first: int, last: int) -> Iterator[date]:
    return (date(year, number, 1) for year in range(first, last) for number in range(1, 13))


@pytest.mark.parametrize(
    ("category", "born"),
    [
        (M, "1965-10 1965-11 1965-12 - 1966-01 1966-02 1966-03 1966-04 - 1966-05 1966-06 1966-07"),
        (F55, "1970-10 1970-11 1970-12 - 1971-01 1971-02 1971-03 1971-04 - 1971-05 1971-06 1971-07"),  # noqa: E501
        (F50, "- 1975-09 1975-10 - 1975-11 1975-12 - 1976-01 1976-02 - 1976-03 1976-04"),
    ],
)  # fmt: skip
def test_who_retires_in_each_month_of_2026(category: RetirementCategory, born: str) -> None:
    retires = {retirement_date(birth, category): birth for birth in _months(1960, 1996)}
    found = [retires.get(date(2026, number, 1)) for number in range(1, 13)]
    assert [f"{birth:%Y-%m}" if birth else "-" for birth in found] == born.split()


@given(st.dates(date(1940, 1, 1), date(2010, 12, 31)), st.sampled_from([M, F55, F50]))
def test_nobody_younger_retires_before_an_elder(birth: date, category: RetirementCategory) -> None:
    later = retirement_date(birth + timedelta(days=1), category)
    assert later >= retirement_date(birth, category)
    retires = retirement_date(birth, category)
    last = monthrange(retires.year, retires.month)[1]
    assert retires.day == min(birth.day, last)


def test_a_month_without_that_day_ends_on_its_last() -> None:
    assert retirement_date(date(1966, 8, 31), M) == date(2027, 1, 31)
    assert retirement_date(date(1966, 10, 31), M) == date(2027, 4, 30)
    assert retirement_date(date(1967, 5, 12), M) == date(2028, 1, 12)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert age_on(date(2008, 2, 29), date(2024, 2, 28)) == 15


@pytest.mark.parametrize(
    ("day", "verdict"),
    [
        (18, Eligibility.NOT_ELIGIBLE),
        (19, Eligibility.NOT_ELIGIBLE),
        (20, Eligibility.ELIGIBLE),
    ],
)
def test_E15_to_E17_the_retirement_date_itself_is_out(day: int, verdict: Eligibility) -> None:  # noqa: N802
    assert judged(date(1965, 12, day))[0] is verdict
    assert judged(date(1970, 12, day), Sex.FEMALE, retirement=F55)[0] is verdict
    assert judged(date(1975, 10, day), Sex.FEMALE, retirement=F50)[0] is verdict


def test_E19_a_woman_between_the_limits_depends_on_her_category() -> None:  # noqa: N802
    birth = date(1975, 10, 18)
    assert judged(birth, Sex.FEMALE, retirement=F55) == (Eligibility.ELIGIBLE, [])
    assert judged(birth, Sex.FEMALE) == (
        Eligibility.MANUAL_REVIEW, ["retirement_category_unknown"],
    )  # fmt: skip
    assert judged(date(1970, 12, 18), Sex.FEMALE)[0] is Eligibility.NOT_ELIGIBLE
    assert judged(date(1976, 12, 18), Sex.FEMALE)[0] is Eligibility.ELIGIBLE


def test_E20_sixteen_on_the_opening_day_is_in_and_a_day_later_is_out() -> None:  # noqa: N802
    assert judged(date(2010, 3, 19)) == (Eligibility.ELIGIBLE, [])
    assert judged(date(2010, 3, 20)) == (Eligibility.NOT_ELIGIBLE, ["under_working_age"])


def test_a_student_under_sixteen_is_only_warned_of() -> None:
    young = judged(date(2010, 3, 20), category=STUDENT, school="上海示例学院")
    assert young == (Eligibility.ELIGIBLE, ["student_under_working_age"])
    assert judged(date(1950, 1, 1), category=STUDENT, school="上海示例学院", pension=True) == (
        Eligibility.ELIGIBLE, [],
    )  # fmt: skip


def test_E32_a_non_local_flexible_worker_goes_to_a_human_others_do_not() -> None:  # noqa: N802
    assert judged(hukou="江苏省") == (Eligibility.MANUAL_REVIEW, ["hukou_needs_review"])
    unemployed = judged(category=LearnerCategory.REGISTERED_UNEMPLOYED, hukou="江苏省")
    assert unemployed == (Eligibility.NOT_ELIGIBLE, ["hukou_not_local"])
    assert judged(hukou="") == (Eligibility.MANUAL_REVIEW, ["hukou_missing"])
    assert judged(hukou="上海市 黄浦区")[0] is Eligibility.ELIGIBLE


def test_papers_from_outside_the_mainland_are_never_refused_for_hukou() -> None:
    permit = judged(
        category=LearnerCategory.REGISTERED_UNEMPLOYED,
        hukou="香港",
        document=DocumentKind.HMT_PERMIT,
    )
    assert permit == (Eligibility.MANUAL_REVIEW, ["hukou_needs_review"])


def test_E33_a_non_local_student_is_eligible_when_the_school_is_named() -> None:  # noqa: N802
    named = judged(category=STUDENT, hukou="安徽省", school="上海示例学院")
    assert named == (Eligibility.ELIGIBLE, [])
    unnamed = judged(category=STUDENT, hukou="安徽省")
    assert unnamed == (Eligibility.MANUAL_REVIEW, ["school_missing"])


def test_the_employed_are_sent_to_the_channel_that_serves_them() -> None:
    employed = LearnerCategory.EMPLOYED
    assert judged(category=employed) == (Eligibility.NOT_ELIGIBLE, ["employed_not_served"])
    assert judged(category=employed, hukou="江苏省", rules=ENTERPRISE) == (Eligibility.ELIGIBLE, [])
    assert judged(rules=ENTERPRISE) == (Eligibility.NOT_ELIGIBLE, ["category_not_served"])


def test_who_draws_a_pension_is_out_whatever_the_table_says() -> None:
    assert judged(pension=True) == (Eligibility.NOT_ELIGIBLE, ["pension_drawn"])


def test_all_objections_come_at_once_each_with_its_clause() -> None:
    learner = Learner(date(2011, 1, 1), Sex.MALE, LearnerCategory.UNREGISTERED, hukou="江苏省")
    findings = judge_learner(learner, DISTRICT, OPENS)
    assert {(finding.code, finding.clause, finding.weight) for finding in findings} == {
        ("hukou_not_local", "C10", Weight.MUST),
        ("under_working_age", "C10", Weight.MUST),
    }
