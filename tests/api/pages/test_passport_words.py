"""A passport in words: a sentence, four axes with day and clause, and flags (E01, E05, E06)."""

from datetime import date

import pytest

from api.pages.passport_words import flag_marks, passport_of
from states.rules.dossier import Moved
from states.rules.law import adopt
from states.rules.versions import Published
from tests.states.rules.test_passport import BANK, NOON, a_class

TODAY = date(2026, 4, 1)


@pytest.mark.parametrize("case", [pytest.param("E01", id="E01")])
def test_the_sentence_names_the_notice_its_day_and_its_clause(case: str) -> None:
    klass = a_class(date(2026, 3, 12))
    assert case
    assert passport_of(klass, "en", today=TODAY).sentence == (
        "Opened on 12 March 2026, before the notice of 19 March 2026 (五(四)), not finished then: "
        "runs under Working rules of 2025 to its end."
    )
    assert passport_of(klass, "zh", today=TODAY).sentence == (
        "于2026年3月12日开班，早于沪人社职〔2026〕67号发文之日2026年3月19日（五（四）），当时尚未结束，"
        "按2025年原工作规则执行至结课。"
    )


def test_every_axis_says_what_since_when_and_by_which_clause() -> None:
    axes = {
        one.label: one for one in passport_of(a_class(date(2026, 4, 8)), "zh", today=TODAY).axes
    }
    assert list(axes) == ["工作规则", "技术要求", "考核题库", "课时限制"]
    assert axes["课时限制"].value == "总课时不少于40课时，线上不超过50%"
    assert axes["课时限制"].reason == "自2026年3月19日起，随工作规则（课时：一；线上：一）"
    assert "自2026年3月19日起施行" in axes["工作规则"].reason
    assert axes["考核题库"].value == "考核题库（2025），每部分满分100分、60分合格"
    assert "（五（四）、A02）" in axes["技术要求"].reason
    old = passport_of(a_class(date(2026, 3, 12)), "zh", today=TODAY).axes[-1]
    assert old.value == "总课时40课时、线上50%（仅提示）"


@pytest.mark.parametrize("case", [pytest.param("E05", id="E05")])
def test_a_filing_day_with_other_rules_is_told(case: str) -> None:
    klass = a_class(date(2026, 3, 20), filed=date(2026, 3, 17))
    assert case
    (flag,) = passport_of(klass, "zh", today=TODAY).flags
    assert flag == (
        "2026年3月17日备案，2026年3月20日首次上课，其间规则有变：按备案日应为2025年原工作规则；"
        "以首次上课日为准（A22）。"
    )
    assert flag_marks(klass, "zh") == ("备案日与开班日规则不同",)


@pytest.mark.parametrize("case", [pytest.param("E06", id="E06")])
def test_an_assessment_after_the_switch_is_told(case: str) -> None:
    klass = a_class(date(2026, 5, 4))
    adopt((), [Published(1, BANK, NOON)])
    klass.assessed_on = date(2026, 6, 8)
    assert case
    (flag,) = passport_of(klass, "en", today=TODAY).flags
    assert flag.startswith("Assessed on 8 June 2026, when 考核题库（2026） was in force already")


def test_a_move_by_decision_is_told_with_its_reason() -> None:
    klass = a_class(date(2026, 4, 8))
    klass.moved = Moved(date(2026, 4, 20), "示例理由", regime_changed=False)
    told = passport_of(klass, "en", today=TODAY)
    assert told.moved == "Moved on 20 April 2026 by decision of two persons, because: 示例理由"
    assert told.axes[2].reason == "by the decision of 20 April 2026"
