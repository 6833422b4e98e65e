"""Grandfathering: two axes, decided by the day of the first session (E01-E06)."""

from datetime import date

import pytest

from states.rules.findings import Weight
from states.rules.law import NothingInForce, Pin, the_law


@pytest.mark.parametrize(
    ("case", "opens_on", "regime", "reason"),
    [
        ("E01", date(2026, 3, 18), "2025", "opened_before_the_notice"),
        ("E02", date(2026, 3, 19), "2026-67", "opened_under_the_notice"),
        ("E03", date(2026, 3, 20), "2026-67", "opened_under_the_notice"),
    ],
)
def test_the_opening_day_decides_the_regime(
    case: str, opens_on: date, regime: str, reason: str
) -> None:
    assert the_law().pin(opens_on) == Pin(regime, "2025", "2025", reason)


@pytest.mark.parametrize(
    ("ended_on", "reason"),
    [
        (date(2026, 3, 18), "ended_before_the_notice"),
        (date(2026, 3, 19), "opened_before_the_notice"),
    ],
)
def test_a_class_that_also_ended_before_the_notice_is_old_and_closed(
    ended_on: date, reason: str
) -> None:
    assert the_law().pin(date(2026, 3, 1), ended_on) == Pin("2025", "2025", "2025", reason)


def test_a_day_before_every_rule_is_refused() -> None:
    with pytest.raises(NothingInForce):
        the_law().pin(date(2024, 12, 31))


def test_the_new_regime_inherits_the_machine_and_makes_the_hours_a_duty() -> None:
    old, new = the_law().regimes["2025"], the_law().regimes["2026-67"]
    assert new.arrows == old.arrows
    assert old.weight("plan_reaches_the_hours") is Weight.NOTE
    assert new.weight("plan_reaches_the_hours") is Weight.MUST
    assert (new.limits.hours.source, old.limits.hours.source) == ("C02", "system default")


def test_a_rulebook_has_one_digest_in_every_process() -> None:
    digests = {book.digest for book in the_law().regimes.values()}
    assert len(digests) == 2
    assert all(len(digest) == 64 for digest in digests)
