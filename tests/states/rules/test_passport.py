"""The rule passport: what binds a class, why, and which other day would have given others."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from states.rules.dossier import ClassFacts, Moved
from states.rules.law import Law, the_law, with_versions
from states.rules.passport import bound, flags, why
from states.rules.repinning import fresh_pin
from states.rules.versions import Published, RuleVersion, VersionKind

NOTICE = date(2026, 3, 19)
NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)
BANK = RuleVersion(
    kind=VersionKind.BANK, id="bank-2026", title="考核题库（2026）", document="示例文件",
    effective_from=date(2026, 6, 1), succeeds="2025", pass_tenths=700, full_tenths=1000,
)  # fmt: skip


def a_class(opens_on: date, *, filed: date | None = None, law: Law | None = None) -> ClassFacts:
    """A class as it is pinned when it is filed, on its first session unless said otherwise."""
    day = filed or opens_on
    pin = (law or the_law()).pin(opens_on)
    return ClassFacts(
        no=1, id=1, opens_on=opens_on, ends_on=date(2026, 12, 31),
        filed_at=datetime(day.year, day.month, day.day, 4, tzinfo=UTC),
        regime=pin.regime, standard=pin.standard, bank=pin.bank, reason=pin.reason,
        licence_valid_until=None, licence_covers=True,
    )  # fmt: skip


def published(on: datetime = NOON, **changed: object) -> Law:
    version = BANK.model_copy(update=changed)
    return with_versions(the_law(), [Published(1, version, on)])


@pytest.mark.parametrize(
    ("opens_on", "regime", "code"),
    [
        pytest.param(date(2026, 3, 18), "2025", "opened_before_the_notice", id="E01"),
        pytest.param(date(2026, 3, 19), "2026-67", "opened_under_the_notice", id="E02"),
        pytest.param(date(2026, 3, 20), "2026-67", "opened_under_the_notice", id="E03"),
    ],
)
def test_a_running_class_is_told_its_rules_with_day_and_clause(
    opens_on: date, regime: str, code: str
) -> None:
    klass, law = a_class(opens_on), the_law()
    told = why(klass, law, today=date(2026, 4, 1))
    assert (klass.regime, told.code, told.on) == (regime, code, NOTICE)
    axes = {one.axis: one for one in bound(klass, law)}
    assert (axes["standard"].key, axes["bank"].key) == ("2025", "2025")
    assert (axes["standard"].clause, axes["regime"].clause) == ("C46", "C45")
    assert flags(klass, law) == ()


def test_the_reason_is_told_by_the_law_and_by_the_day_one_looks() -> None:
    klass, law = a_class(date(2026, 3, 12)), the_law()
    assert why(klass, law, today=date(2026, 3, 15)).code == "opens_before_the_next_notice"
    klass.ended_on = date(2026, 3, 18)
    assert why(klass, law, today=date(2026, 4, 1)).code == "ended_before_the_notice"
    klass.ended_on = date(2026, 3, 19)
    assert why(klass, law, today=date(2026, 4, 1)).code == "opened_before_the_notice"


@pytest.mark.parametrize(
    ("filed", "opens_on", "regime", "code"),
    [
        pytest.param(
            date(2026, 3, 17), date(2026, 3, 20), "2026-67", "filed_under_others", id="E05"
        ),
        pytest.param(date(2026, 3, 20), date(2026, 3, 17), "2025", "backdated", id="backdated"),
    ],
)
def test_the_first_session_decides_and_another_filing_day_is_flagged(
    filed: date, opens_on: date, regime: str, code: str
) -> None:
    klass = a_class(opens_on, filed=filed)
    assert klass.regime == regime
    (flag,) = flags(klass, the_law())
    assert (flag.code, flag.day) == (code, filed)
    assert set(flag.other) == {"regime"}
    assert flag.other["regime"] != regime


@pytest.mark.parametrize("case", [pytest.param("E06", id="E06")])
def test_an_assessment_after_the_switch_keeps_the_bank_of_the_opening(case: str) -> None:
    law = published()
    klass = a_class(date(2026, 5, 4), law=law)
    klass.assessed_on = date(2026, 5, 29)
    assert flags(klass, law) == ()
    klass.assessed_on = date(2026, 6, 8)
    (flag,) = flags(klass, law)
    assert (case, flag.code, flag.other) == ("E06", "assessed_under_others", {"bank": "bank-2026"})
    assert klass.bank == "2025"


def test_a_class_filed_early_takes_over_what_changed_before_it_opens() -> None:
    waiting, under_way = a_class(date(2026, 6, 8)), a_class(date(2026, 6, 1))
    law = published(on=datetime(2026, 6, 1, 4, tzinfo=UTC))
    fresh = fresh_pin(waiting, law)
    assert fresh
    assert (fresh.regime, fresh.standard, fresh.bank) == ("2026-67", "2025", "bank-2026")
    assert fresh_pin(under_way, law) is None, "published on the day it opened: it is under way"
    (flag,) = flags(under_way, law)
    assert (flag.code, flag.other) == ("changed_since", {"bank": "bank-2026"})
    assert fresh_pin(a_class(date(2026, 6, 8)), the_law()) is None


def test_a_class_that_was_moved_is_left_where_the_decision_put_it() -> None:
    law = published()
    klass = a_class(date(2026, 6, 8))
    klass.moved = Moved(date(2026, 5, 21), "示例理由", regime_changed=False)
    assert fresh_pin(klass, law) is None
    assert flags(klass, law) == ()


def test_a_version_that_was_withdrawn_binds_nobody_and_still_explains_whom_it_bound() -> None:
    morning, afternoon = (datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in (1, 6))
    mistake = Published(1, BANK, morning, withdrawn_at=afternoon)
    right = Published(
        2, BANK.model_copy(update={"id": "bank-2026-a", "effective_from": date(2026, 6, 2)}),
        afternoon,
    )  # fmt: skip
    law = with_versions(the_law(), [mistake, right])
    assert law.pin(date(2026, 6, 1)).bank == "2025"
    assert law.pin(date(2026, 6, 2)).bank == "bank-2026-a"
    assert law.banks["bank-2026"].pass_tenths == 700
    bound_by_mistake = a_class(date(2026, 6, 1), law=with_versions(the_law(), [
        replace(mistake, withdrawn_at=None)
    ]))  # fmt: skip
    assert bound_by_mistake.bank == "bank-2026"
    assert [flag.code for flag in flags(bound_by_mistake, law)] == ["changed_since"]
    assert fresh_pin(bound_by_mistake, law) is None
