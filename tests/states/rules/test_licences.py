"""The provider's licence on the day a class really opens (C11, A10, E51)."""

from datetime import UTC, date, datetime

import pytest

from states.rules.admission import objections as at_the_door
from states.rules.dossier import Dossier, Recorded
from states.rules.facts import ClassOpened, PlanSubmitted
from states.rules.findings import Finding, Weight
from states.rules.folding import fold
from states.rules.guards import RULES
from states.rules.law import the_law
from states.rules.stages import Stage
from tests.house import a_plan

NOON = datetime(2026, 4, 20, 4, tzinfo=UTC)
EXPIRES = date(2026, 5, 10)


def a_class(opens_on: date, *, until: date | None = EXPIRES, covers: bool = True) -> ClassOpened:
    return ClassOpened(
        class_no=1, class_id=1, opens_on=opens_on, ends_on=date(2026, 6, 20), regime="2026-67",
        standard="2025", bank="2025", reason="opened_under_the_notice",
        licence_valid_until=until, licence_covers=covers,
    )  # fmt: skip


def dossier_of(opened: ClassOpened) -> Dossier:
    told: tuple[PlanSubmitted | ClassOpened, ...] = (a_plan(licence_valid_until=EXPIRES), opened)
    recorded = [
        Recorded(seq, fact.kind, fact.model_dump(mode="json"), 1, NOON)
        for seq, fact in enumerate(told, 1)
    ]
    return fold(recorded, stage=Stage.APPROVED, at=NOON, today=NOON.date())


def objections(rule: str, opened: ClassOpened) -> list[Finding]:
    return list(RULES[rule].check(dossier_of(opened), the_law()))


def test_a_class_that_opens_after_the_licence_ended_objects_though_the_plan_was_fine() -> None:
    late = a_class(date(2026, 5, 11))
    assert not objections("licence_is_valid_at_opening", late)
    (found,) = objections("licence_is_valid_when_class_opens", late)
    assert (found.clause, found.weight, found.subject) == ("C11", Weight.MUST, "1")
    assert found.params == {"until": "2026-05-10", "opens_on": "2026-05-11"}


def test_E51_a_licence_that_ends_in_the_middle_of_the_class_is_valid_with_a_word() -> None:  # noqa: N802
    middle = a_class(EXPIRES)
    assert not objections("licence_is_valid_when_class_opens", middle)
    (found,) = objections("licence_lasts_through_the_class", middle)
    assert (found.clause, found.weight) == ("A10", Weight.NOTE)


def test_a_renewed_licence_answers_when_the_class_is_filed_anew() -> None:
    renewed = a_class(date(2026, 5, 11), until=date(2027, 5, 10))
    assert not objections("licence_is_valid_when_class_opens", renewed)
    assert not objections("licence_lasts_through_the_class", renewed)


@pytest.mark.parametrize(
    ("opened", "code"),
    [
        (a_class(date(2026, 5, 11)), "licence_is_valid_when_class_opens"),
        (a_class(date(2026, 4, 21), until=None), "licence_is_valid_when_class_opens"),
        (a_class(date(2026, 4, 21), covers=False), "licence_covers_the_class"),
    ],
)
def test_such_a_class_is_not_filed_at_all(opened: ClassOpened, code: str) -> None:
    dossier = dossier_of(a_class(date(2026, 4, 21)))
    rule = the_law().regimes["2026-67"].fact_rules[opened.kind]
    found = at_the_door(opened, 1, dossier, rule=rule)
    assert [each.code for each in found] == [code]
    assert [each.code for each in found] == [
        each.code
        for name in ("licence_is_valid_when_class_opens", "licence_covers_the_class")
        for each in objections(name, opened)
    ]
