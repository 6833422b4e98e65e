"""The tables hang together: every name in a rulebook is known, and every arrow leads somewhere."""

from itertools import pairwise

import pytest

from states.rules.facts import Kind
from states.rules.guards import RULES
from states.rules.law import the_law
from states.rules.machine import STRAIGHT_ARROWS, targets
from states.rules.rulebook import Rulebook
from states.rules.stages import FINAL_STAGES, STRAIGHT_PATH, Channel, Stage
from states.rules.starts import STARTS
from states.rules.words import has


@pytest.fixture(params=sorted(the_law().regimes))
def book(request: pytest.FixtureRequest) -> Rulebook:
    return the_law().regimes[request.param]


def test_every_guard_is_a_rule_with_words(book: Rulebook) -> None:
    guards = {guard for arrow in book.arrows for guard in arrow.guards}
    assert guards == set(RULES)
    assert all(has("finding", guard) for guard in guards)


def test_every_weight_names_a_rule(book: Rulebook) -> None:
    assert set(book.weights) <= set(RULES)


def test_every_kind_of_fact_says_who_and_when(book: Rulebook) -> None:
    assert set(book.fact_rules) == set(Kind)
    assert all(rule.who and rule.stages for rule in book.facts)


def test_every_channel_is_ruled(book: Rulebook) -> None:
    assert set(book.channels) == set(Channel)


def test_every_deadline_starts_from_a_known_event(book: Rulebook) -> None:
    assert {rule.starts for rule in book.deadlines} <= STARTS


def test_every_stage_is_reached_and_only_the_final_ones_are_left_by_nothing(
    book: Rulebook,
) -> None:
    reached = {target for arrow in book.arrows for target in targets(arrow, book)}
    assert reached == set(Stage)
    left = {stage for arrow in book.arrows for stage in arrow.source}
    assert set(Stage) - left == set(FINAL_STAGES)


def test_the_straight_path_is_seven_stages_in_order(book: Rulebook) -> None:
    arrows = {arrow.name: arrow for arrow in book.arrows}
    for here, there in pairwise(STRAIGHT_PATH):
        assert arrows[STRAIGHT_ARROWS[here]].target is there
