"""The clauses one by one, on facts alone: hours, shares, licences, delivery."""

from datetime import UTC, date, datetime

import pytest

from states.rules.dossier import Dossier, Recorded
from states.rules.facts import ClassEnded, ClassOpened, PlanSubmitted, RosterImported
from states.rules.findings import Finding, Weight
from states.rules.folding import fold
from states.rules.guards import RULES
from states.rules.halves import hours
from states.rules.law import the_law
from states.rules.stages import Channel, Stage
from tests.house import a_plan

NOON = datetime(2026, 4, 20, 4, tzinfo=UTC)


def a_dossier(*facts: PlanSubmitted | ClassOpened | RosterImported | ClassEnded) -> Dossier:
    """The dossier of these facts, recorded one after the other at noon."""
    recorded = [
        Recorded(seq, fact.kind, fact.model_dump(mode="json"), 1, NOON)
        for seq, fact in enumerate(facts, 1)
    ]
    return fold(recorded, stage=Stage.PROPOSED, at=NOON, today=NOON.date())


def objections(
    rule: str, *facts: PlanSubmitted | ClassOpened | RosterImported | ClassEnded
) -> list[Finding]:
    return list(RULES[rule].check(a_dossier(*facts), the_law()))


@pytest.mark.parametrize(
    ("case", "online", "offline", "fine"),
    [
        ("E08: 20 of 40", 40, 40, True),
        ("E09: 20.5 of 40", 41, 39, False),
        ("E10: 0 of 40", 0, 80, True),
        ("E11: 40 of 40", 80, 0, False),
        ("E12: 21 of 42", 42, 42, True),
    ],
)
def test_at_most_half_may_be_online(case: str, online: int, offline: int, *, fine: bool) -> None:
    found = objections("plan_online_share_is_at_most_half", a_plan(online=online, offline=offline))
    assert (not found) is fine, case


def test_e12_more_than_forty_hours_is_only_worth_a_word() -> None:
    (found,) = objections("plan_stays_within_the_hours", a_plan(online=42, offline=42))
    assert found.weight is Weight.NOTE
    assert found.params == {"planned": "42", "wanted": "40"}


def test_e14_thirty_nine_and_a_half_hours_fail() -> None:
    (found,) = objections("plan_reaches_the_hours", a_plan(online=39, offline=40))
    assert (found.weight, found.clause) == (Weight.MUST, "C02")
    assert found.params["planned"] == "39.5"


def test_under_the_old_rules_the_hours_are_only_worth_a_word() -> None:
    plan = a_plan(online=39, offline=40, opens_on=date(2026, 3, 18))
    (found,) = objections("plan_reaches_the_hours", plan)
    assert found.weight is Weight.NOTE


def test_e13_delivery_is_checked_again() -> None:
    plan = a_plan()
    opened = ClassOpened(
        class_no=1, class_id=1, opens_on=plan.opens_on, ends_on=plan.ends_on,
        regime="2026-67", standard="2025", bank="2025", reason="opened_under_the_notice",
        licence_valid_until=date(2027, 12, 31), licence_covers=True,
    )  # fmt: skip
    ended = ClassEnded(
        class_no=1, ended_on=plan.ends_on, delivered_half_hours=80, online_half_hours=44
    )
    assert not objections("plan_online_share_is_at_most_half", plan, opened, ended)
    (found,) = objections("delivered_online_share_is_at_most_half", plan, opened, ended)
    assert (found.clause, found.subject, found.params["online"]) == ("C04", "1", "22")


def test_e51_a_licence_that_ends_in_the_middle_is_valid_at_opening_with_a_word() -> None:
    plan = a_plan(licence_valid_until=date(2026, 4, 20))
    assert not objections("licence_is_valid_at_opening", plan)
    (found,) = objections("licence_lasts_to_the_end", plan)
    assert found.weight is Weight.NOTE


@pytest.mark.parametrize("until", [None, date(2026, 4, 7)])
def test_a_licence_must_be_valid_on_the_opening_day(until: date | None) -> None:
    (found,) = objections("licence_is_valid_at_opening", a_plan(licence_valid_until=until))
    assert found.weight is Weight.MUST


def test_a_licence_must_name_the_training() -> None:
    assert objections("licence_covers_the_training", a_plan(licence_covers=False))


@pytest.mark.parametrize("channel", [Channel.TARGETED, Channel.ENTERPRISE])
def test_two_channels_need_an_employer(channel: Channel) -> None:
    assert not objections("employer_is_named", a_plan(channel=channel))
    nameless = a_plan(channel=channel).model_copy(update={"employer": ""})
    assert objections("employer_is_named", nameless)


@pytest.mark.parametrize(("half", "said"), [(79, "39.5"), (80, "40"), (1, "0.5"), (0, "0")])
def test_half_hours_are_said_as_an_office_says_hours(half: int, said: str) -> None:
    assert hours(half) == said
