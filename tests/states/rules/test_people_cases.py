"""People, case by case: the retirement tables told another way, and section 11's people by id."""

from collections.abc import Iterator
from datetime import date

import pytest

from states.rules.findings import Weight
from states.rules.identity import DocumentKind, Identity, Sex, comparable_name, read_identity
from states.rules.law import the_law
from states.rules.people import (
    Eligibility,
    Learner,
    LearnerCategory,
    LearnerRules,
    RetirementCategory,
    eligibility,
    judge_learner,
    retirement_date,
    retirement_delay,
)
from states.rules.stages import Channel
from states.rules.uscc import fold_uscc, uscc_check_digit, uscc_flaw
from states.rules.words import say
from tests.states.rules.test_identity import TODAY, resident
from tests.states.rules.test_people import OPENS, STUDENT, judged

MONTHS_A_CATEGORY = 252

# The annex of the State Council's measures in its own words: whose age begins to rise with which
# month of birth, by one month for every how many, from what, and no further than to what.
ANNEX = {
    RetirementCategory.MALE: ("1960-01", "1965-01", 4, 60 * 12, 63 * 12),
    RetirementCategory.FEMALE_55: ("1965-01", "1970-01", 4, 55 * 12, 58 * 12),
    RetirementCategory.FEMALE_50: ("1970-01", "1975-01", 2, 50 * 12, 55 * 12),
}


def rows_of(category: RetirementCategory) -> Iterator[tuple[date, int, date]]:
    """(month of birth, age in months, month of retirement): 21 years, one month after another."""
    begins, rises, every, age, highest = ANNEX[category]
    born, waited = f"{begins}-01", 0
    for _ in range(MONTHS_A_CATEGORY):
        if born >= f"{rises}-01":
            if waited % every == 0 and age < highest:
                age += 1
            waited += 1
        yield date.fromisoformat(born), age, date.fromisoformat(later(born, age))
        born = later(born, 1)


def later(day: str, months: int) -> str:
    """The same day so many months on, counted on the fingers."""
    year, month = int(day[:4]), int(day[5:7])
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return f"{year}-{month:02}-{day[8:]}"


@pytest.mark.parametrize("category", list(ANNEX))
def test_every_month_of_the_three_annex_tables_comes_out_of_the_formula(
    category: RetirementCategory,
) -> None:
    """756 rows in all."""
    base = ANNEX[category][3]
    told = list(rows_of(category))
    assert len(told) == MONTHS_A_CATEGORY
    for born, age, retires in told:
        assert retirement_delay(born, category) == age - base, born
        assert retirement_date(born, category) == retires, born


def test_the_annex_ends_at_63_58_and_55_years() -> None:
    ends = {category: list(rows_of(category))[-1][1] for category in ANNEX}
    assert [divmod(age, 12) for age in ends.values()] == [(63, 0), (58, 0), (55, 0)]


@pytest.mark.parametrize("day", [18, 19])
def test_E15_E16_who_retires_by_the_opening_day_is_out(day: int) -> None:  # noqa: N802
    born = date(1965, 12, day)
    assert judged(born) == (Eligibility.NOT_ELIGIBLE, ["retirement_age_reached"])


def test_E17_who_retires_the_day_after_is_in() -> None:  # noqa: N802
    assert judged(date(1965, 12, 20)) == (Eligibility.ELIGIBLE, [])


def test_the_woman_whose_category_nobody_stated_waits_for_a_person() -> None:
    assert judged(date(1975, 10, 18)) == (Eligibility.ELIGIBLE, [])
    assert judged(date(1975, 10, 18), Sex.FEMALE) == (
        Eligibility.MANUAL_REVIEW,
        ["retirement_category_unknown"],
    )


def test_E19_the_same_woman_of_category_55_is_in() -> None:  # noqa: N802
    found = judged(date(1975, 10, 18), Sex.FEMALE, retirement=RetirementCategory.FEMALE_55)
    assert found == (Eligibility.ELIGIBLE, [])
    out = judged(date(1975, 10, 18), Sex.FEMALE, retirement=RetirementCategory.FEMALE_50)
    assert out == (Eligibility.NOT_ELIGIBLE, ["retirement_age_reached"])


def test_E20_sixteen_on_the_opening_day_is_in_fifteen_is_out() -> None:  # noqa: N802
    assert judged(date(2010, 3, 19)) == (Eligibility.ELIGIBLE, [])
    assert judged(date(2010, 3, 20)) == (Eligibility.NOT_ELIGIBLE, ["under_working_age"])


def rules_of(channel: Channel, opens: date = OPENS) -> LearnerRules:
    """The rules as the rulebook has them, not as a test would."""
    return the_law().regime_on(opens).channels[channel].learners


@pytest.mark.parametrize(
    ("category", "hukou", "school", "verdict"),
    [
        (LearnerCategory.REGISTERED_UNEMPLOYED, "上海市", "", Eligibility.ELIGIBLE),
        (LearnerCategory.FLEXIBLY_EMPLOYED, "上海市", "", Eligibility.ELIGIBLE),
        (LearnerCategory.UNREGISTERED, "上海市", "", Eligibility.ELIGIBLE),
        (LearnerCategory.REGISTERED_UNEMPLOYED, "江苏省", "", Eligibility.NOT_ELIGIBLE),
        (LearnerCategory.FLEXIBLY_EMPLOYED, "江苏省", "", Eligibility.MANUAL_REVIEW),  # E32
        (LearnerCategory.UNREGISTERED, "江苏省", "", Eligibility.NOT_ELIGIBLE),
        (STUDENT, "安徽省", "上海示例学院", Eligibility.ELIGIBLE),  # E33
        (LearnerCategory.EMPLOYED, "上海市", "", Eligibility.NOT_ELIGIBLE),
    ],
)
def test_E32_E33_whom_the_districts_own_projects_take(  # noqa: N802
    category: LearnerCategory, hukou: str, *, school: str, verdict: Eligibility
) -> None:
    rules = rules_of(Channel.DISTRICT_PROJECT)
    learner = Learner(date(1990, 1, 1), Sex.MALE, category, hukou=hukou, school=school)
    found = judge_learner(learner, rules, OPENS)
    assert eligibility(found) is verdict
    assert all(finding.clause in {"C10", "A06"} for finding in found)


def test_the_employed_hear_which_channel_serves_them() -> None:
    """And it does: the advice names the channels whose rules take the employed."""
    employed = Learner(date(1990, 1, 1), Sex.MALE, LearnerCategory.EMPLOYED, hukou="江苏省")
    (found,) = judge_learner(employed, rules_of(Channel.DISTRICT_PROJECT), OPENS)
    assert (found.code, found.weight) == ("employed_not_served", Weight.MUST)
    for channel in (Channel.ENTERPRISE, Channel.TARGETED):
        assert judge_learner(employed, rules_of(channel), OPENS) == ()
        assert say("channel", channel, "zh") in say("row", found.code, "zh", **found.params)
        assert say("channel", channel, "en").lower() in say("row", found.code, "en").lower()


def test_a_refusal_rests_on_the_clause_of_its_channel() -> None:
    unemployed = Learner(date(1990, 1, 1), Sex.MALE, LearnerCategory.REGISTERED_UNEMPLOYED)
    (found,) = judge_learner(unemployed, rules_of(Channel.ENTERPRISE), OPENS)
    assert (found.code, found.clause) == ("category_not_served", "C08")
    child = Learner(date(2011, 1, 1), Sex.MALE, LearnerCategory.REGISTERED_UNEMPLOYED)
    (found,) = judge_learner(child, rules_of(Channel.TARGETED), OPENS)
    assert (found.code, found.clause) == ("under_working_age", "C07")


def test_E29_who_comes_from_outside_the_mainland_is_a_learner_like_others() -> None:  # noqa: N802
    for area in ("810000", "820000", "830000"):
        found = read_identity("港澳台居民居住证", resident("19850101", area=area), today=TODAY)
        assert isinstance(found, Identity)
        assert found.kind is DocumentKind.HMT_PERMIT
        assert judged(date(1985, 1, 1), document=found.kind) == (Eligibility.ELIGIBLE, [])


def test_E30_the_hint_for_an_old_number_says_what_to_enter() -> None:  # noqa: N802
    for lang in ("zh", "en"):
        assert "18" in say("row", "number_of_15_places", lang, number="319********1001")


@pytest.mark.parametrize("name", ["买买提艾力·阿卜杜热合曼·吐尔逊江别", "王𠮷", "欧阳　三"])
def test_E59_comparing_names_leaves_the_names_alone(name: str) -> None:  # noqa: N802
    habits = comparable_name(name.replace("·", "•").replace("　", " "))
    assert comparable_name(name) == habits
    assert comparable_name("王吉") != comparable_name("王𠮷")


@pytest.mark.parametrize("first", ["9", "5", "A", "N", "Y"])
def test_a_social_credit_code_may_begin_with_a_letter(first: str) -> None:
    """GB 32100 lets the registering authority be a letter; other checkers refuse A, N and Y."""
    body = f"{first}1319900MA0000001"
    code = body + uscc_check_digit(body)
    assert uscc_flaw(code) is None
    assert uscc_flaw(fold_uscc(f" {code.lower()} ")) is None
    wrong = "0" if code[-1] != "0" else "1"
    assert uscc_flaw(body + wrong) == "uscc_check_digit"
