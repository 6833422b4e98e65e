"""Half of the valid, rounded down; equal standings at the cut wait for a decision."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.rules.contest import Cut, Standing, Tie, cut_of

MARKS = st.lists(st.builds(Standing, st.integers(0, 12), st.none() | st.integers(0, 3)))


def standings(*marks: int) -> list[Standing]:
    return [Standing(mark) for mark in marks]


@pytest.mark.parametrize(
    ("valid", "cut"), [(0, 0), (1, 0), (2, 1), (3, 1), (49, 24), (51, 25), (100, 50), (101, 50)]
)
def test_E40_half_of_the_valid_rounded_down(valid: int, cut: int) -> None:  # noqa: N802
    assert cut_of(standings(*range(valid))) == Cut(valid, cut)


def test_E39_a_tie_from_49_to_52_of_100_shows_both_bounds() -> None:  # noqa: N802
    marks = [*range(1000, 952, -1), *[800] * 4, *range(700, 652, -1)]
    assert cut_of(standings(*marks)) == Cut(100, 50, Tie((49, 52), low=48, high=52))


def test_two_equal_ones_cannot_be_halved() -> None:
    assert cut_of(standings(10, 10)) == Cut(2, 1, Tie((1, 2), low=0, high=2))


def test_equal_marks_on_one_side_of_the_cut_are_no_tie() -> None:
    assert cut_of(standings(9, 9, 5, 5)).tie is None


def test_a_declared_tie_break_decides_where_every_time_is_known() -> None:
    fast, slow, unknown = Standing(9, 60), Standing(9, 61), Standing(9)
    assert cut_of([slow, fast]).tie is not None
    assert cut_of([slow, fast], faster_first=True).tie is None
    assert cut_of([fast, fast], faster_first=True).tie == Tie((1, 2), low=0, high=2)
    assert cut_of([fast, unknown], faster_first=True).tie is not None


@given(MARKS, st.booleans())
def test_a_tie_lies_across_the_cut_and_holds_equal_marks(
    given_ones: list[Standing],
    faster_first: bool,  # noqa: FBT001 -- hypothesis draws it
) -> None:
    found = cut_of(given_ones, faster_first=faster_first)
    assert found.cut * 2 in {found.valid, found.valid - 1}
    if found.tie is None:
        return
    assert found.tie.low < found.cut < found.tie.high
    ranked = sorted((one.mark for one in given_ones), reverse=True)
    assert len(set(ranked[found.tie.low : found.tie.high])) == 1
