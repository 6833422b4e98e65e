"""The share of contests: exact at its edge, and never a float (C39, A21)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.rules.routes import Route
from states.rules.shares import Share, Standing, standing
from states.rules.targets import the_terms

COUNTS = st.integers(min_value=0, max_value=10**12)
LIMIT = the_terms().contest_share.at_most_percent


def stands(share: Share) -> Standing:
    terms = the_terms().contest_share
    return standing(share, warn_from=terms.warn_from_percent, at_most=terms.at_most_percent)


@pytest.mark.parametrize(
    ("contest", "expected"),
    [(299, Standing.NEAR), (300, Standing.NEAR), (301, Standing.OVER)],
    ids=["E43", "E44", "E45"],
)
def test_beside_700_others_300_contestants_are_the_most(contest: int, expected: Standing) -> None:
    assert stands(Share(contest, 700)) is expected
    assert Share(contest, 700).within(LIMIT) is (expected is not Standing.OVER)


def test_a_district_with_contests_alone_is_over_from_the_first_certificate() -> None:  # E46
    assert stands(Share(1, 0)) is Standing.OVER


def test_a_district_without_certificates_has_nothing_to_warn_of() -> None:
    assert stands(Share(0, 0)) is Standing.FINE
    assert stands(Share(0, 7)) is Standing.FINE


def test_the_warning_begins_at_a_quarter() -> None:
    assert stands(Share(24, 75)) is Standing.FINE
    assert stands(Share(25, 75)) is Standing.NEAR


@pytest.mark.parametrize(
    ("others", "most"), [(0, 0), (7, 3), (70, 30), (700, 300), (701, 300), (1000, 428)]
)
def test_the_room_is_three_sevenths_of_the_others(others: int, most: int) -> None:
    assert Share(0, others).room(LIMIT) == most == 3 * others // 7


@given(COUNTS, COUNTS)
def test_within_the_limit_is_what_the_notice_says(contest: int, others: int) -> None:
    share = Share(contest, others)
    assert share.within(LIMIT) is (10 * contest <= 3 * (contest + others))
    assert share.within(LIMIT) is (share.room(LIMIT) >= 0)


@given(COUNTS, COUNTS)
def test_the_room_is_used_up_exactly(contest: int, others: int) -> None:
    share = Share(contest, others)
    full = share.plus(Route.CONTEST, share.room(LIMIT))
    assert full.within(LIMIT)
    assert not full.plus(Route.CONTEST, 1).within(LIMIT)


@given(COUNTS, COUNTS, COUNTS)
def test_other_routes_never_bring_a_district_closer_to_the_limit(
    contest: int, others: int, more: int
) -> None:
    before = Share(contest, others)
    assert before.plus(Route.TRAINING, more).room(LIMIT) >= before.room(LIMIT)
