"""Who may learn: statutory working age, and the verdict on a learner on the opening day (C10)."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from states.rules.findings import Finding, Weight
from states.rules.identity import DocumentKind, Sex, quoted

AGE_CLAUSE = "A08"
HUKOU_CLAUSE = "A06"


class RetirementCategory(StrEnum):
    """The original retirement age a person counts from; for women a fact of their work."""

    MALE = "male"
    FEMALE_55 = "female_55"
    FEMALE_50 = "female_50"
    UNKNOWN = "unknown"


class LearnerCategory(StrEnum):
    """人员类别: the groups of C10, and the employed, whom other channels serve."""

    REGISTERED_UNEMPLOYED = "registered_unemployed"
    FLEXIBLY_EMPLOYED = "flexibly_employed"
    UNREGISTERED = "unregistered_person"
    ENROLLED_STUDENT = "enrolled_student"
    EMPLOYED = "employed"


_CATEGORY_WORDS = {
    LearnerCategory.REGISTERED_UNEMPLOYED: "登记失业人员 失业人员 登记失业",
    LearnerCategory.FLEXIBLY_EMPLOYED: "灵活就业人员 灵活就业",
    LearnerCategory.UNREGISTERED: "未进行就业失业登记人员 未进行就业失业登记的人员 "
    "其他未进行就业失业登记人员 其他未进行就业失业登记的人员 未登记人员",
    LearnerCategory.ENROLLED_STUDENT: "在校学生 就读学生 院校就读学生 本市各类院校就读学生 学生",
    LearnerCategory.EMPLOYED: "企业职工 在职职工 在职人员 单位就业 单位就业人员 职工 在岗职工",
}
CATEGORY_BY_WORD = {word: kind for kind, words in _CATEGORY_WORDS.items() for word in words.split()}
CATEGORY_WORD = {kind: words.split()[0] for kind, words in _CATEGORY_WORDS.items()}


@dataclass(frozen=True, slots=True)
class _Step:
    """One row of the State Council's measures: ages in years, steps and cap in months."""

    start: tuple[int, int]
    base: int
    every: int
    cap: int


_STEPS = {
    RetirementCategory.MALE: _Step((1965, 1), 60, 4, 36),
    RetirementCategory.FEMALE_55: _Step((1970, 1), 55, 4, 36),
    RetirementCategory.FEMALE_50: _Step((1975, 1), 50, 2, 60),
}


def add_months(day: date, months: int) -> date:
    """The corresponding day, or the last day of the month (Civil Code 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def retirement_delay(birth: date, category: RetirementCategory) -> int:
    """Months that the decision of 2024-09-13 adds. Raises KeyError for UNKNOWN."""
    step = _STEPS[category]
    months = (birth.year - step.start[0]) * 12 + birth.month - step.start[1]
    return 0 if months < 0 else min(months // step.every + 1, step.cap)


def retirement_date(birth: date, category: RetirementCategory) -> date:
    """The statutory retirement date (section 3). Raises KeyError for UNKNOWN."""
    return add_months(birth, _STEPS[category].base * 12 + retirement_delay(birth, category))


def age_on(birth: date, day: date) -> int:
    """Full years on `day`."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


class LearnerRules(BaseModel):
    """Who may learn in one channel: filled from the rulebook.

    `categories` may learn; those in `hukou_local_for` need local hukou, and when it is another
    place those in `manual_review_for_non_local` go to a human (A06) while the rest are refused;
    `age_limits_for` must be within statutory working age, others are only warned (A07).
    `home_names` are how a local hukou begins; `clause` is what the category rests on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    categories: frozenset[LearnerCategory]
    hukou_local_for: frozenset[LearnerCategory] = frozenset()
    manual_review_for_non_local: frozenset[LearnerCategory] = frozenset()
    age_limits_for: frozenset[LearnerCategory] = frozenset(LearnerCategory) - {
        LearnerCategory.ENROLLED_STUDENT
    }
    age_min: int = 16
    home_names: tuple[str, ...] = ("上海", "本市")
    clause: str = "C10"


@dataclass(frozen=True, slots=True)
class Learner:
    """What eligibility is judged on: a snapshot of the opening day (A09)."""

    birth: date
    sex: Sex
    category: LearnerCategory
    document: DocumentKind = DocumentKind.RESIDENT_ID
    hukou: str = ""
    school: str = ""
    retirement: RetirementCategory = RetirementCategory.UNKNOWN
    draws_pension: bool = False


class Eligibility(StrEnum):
    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    MANUAL_REVIEW = "manual_review"


def eligibility(findings: Sequence[Finding]) -> Eligibility:
    """MUST refuses, SHOULD asks a human, NOTE only warns."""
    weights = {finding.weight for finding in findings}
    if Weight.MUST in weights:
        return Eligibility.NOT_ELIGIBLE
    return Eligibility.MANUAL_REVIEW if Weight.SHOULD in weights else Eligibility.ELIGIBLE


def judge_learner(learner: Learner, rules: LearnerRules, opens: date) -> tuple[Finding, ...]:
    """Everything the rules hold against this learner on the opening day, at once."""
    checks = (_category_is_served, _hukou_is_local, _school_is_named, _pension_is_not_drawn)
    found = [finding for check in checks if (finding := check(learner, rules))]
    return (*found, *_age_is_working_age(learner, rules, opens))


def _category_is_served(learner: Learner, rules: LearnerRules) -> Finding | None:
    if learner.category in rules.categories:
        return None
    employed = learner.category is LearnerCategory.EMPLOYED
    return Finding("employed_not_served" if employed else "category_not_served", rules.clause)


def _hukou_is_local(learner: Learner, rules: LearnerRules) -> Finding | None:
    """A06. Papers from outside the mainland have no hukou: never refused for it, only asked."""
    if learner.category not in rules.hukou_local_for or is_home(learner.hukou, rules):
        return None
    if not learner.hukou.strip():
        return Finding("hukou_missing", HUKOU_CLAUSE, Weight.SHOULD)
    params = {"hukou": quoted(learner.hukou)}
    mainland = learner.document is DocumentKind.RESIDENT_ID
    if mainland and learner.category not in rules.manual_review_for_non_local:
        return Finding("hukou_not_local", rules.clause, params=params)
    return Finding("hukou_needs_review", HUKOU_CLAUSE, Weight.SHOULD, params)


def is_home(hukou: str, rules: LearnerRules) -> bool:
    """Whether the hukou text names this city."""
    packed = re.sub(r"\s+", "", unicodedata.normalize("NFKC", hukou))
    return packed.startswith(rules.home_names)


def _school_is_named(learner: Learner, rules: LearnerRules) -> Finding | None:
    student = learner.category is LearnerCategory.ENROLLED_STUDENT
    if not student or learner.school.strip():
        return None
    return Finding("school_missing", rules.clause, Weight.SHOULD)


def _pension_is_not_drawn(learner: Learner, rules: LearnerRules) -> Finding | None:
    """A08: who draws a pension is out of the age band, whatever the table says."""
    if not learner.draws_pension or learner.category not in rules.age_limits_for:
        return None
    return Finding("pension_drawn", AGE_CLAUSE)


def _age_is_working_age(learner: Learner, rules: LearnerRules, opens: date) -> Iterator[Finding]:
    limited = learner.category in rules.age_limits_for
    if opens < add_months(learner.birth, rules.age_min * 12):
        params: dict[str, str | int] = {
            "age": age_on(learner.birth, opens),
            "age_min": rules.age_min,
            "opens": opens.isoformat(),
        }
        code = "under_working_age" if limited else "student_under_working_age"
        clause = rules.clause if limited else "A07"
        yield Finding(code, clause, Weight.MUST if limited else Weight.NOTE, params)
    if limited:
        yield from _is_not_retired(learner, opens)


def _is_not_retired(learner: Learner, opens: date) -> Iterator[Finding]:
    """Section 3: in range while the opening day is before the retirement date."""
    first, last = (retirement_date(learner.birth, each) for each in _possible(learner))
    params: dict[str, str | int] = {
        "first": first.isoformat(),
        "retires": last.isoformat(),
        "opens": opens.isoformat(),
    }
    if opens >= last:
        yield Finding("retirement_age_reached", AGE_CLAUSE, params=params)
    elif opens >= first:
        yield Finding("retirement_category_unknown", AGE_CLAUSE, Weight.SHOULD, params)


def _possible(learner: Learner) -> tuple[RetirementCategory, RetirementCategory]:
    """The earliest and the latest category this person can belong to."""
    if learner.sex is Sex.MALE:
        return RetirementCategory.MALE, RetirementCategory.MALE
    if learner.retirement in {RetirementCategory.FEMALE_50, RetirementCategory.FEMALE_55}:
        return learner.retirement, learner.retirement
    return RetirementCategory.FEMALE_50, RetirementCategory.FEMALE_55
