"""A draw is random, and yet anybody draws the same again."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.rules.sampling import digest, draw, how_many

populations = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=60, unique=True)
percents = st.integers(1, 100)
seeds = st.text(max_size=20)


@given(populations, seeds, percents, st.randoms())
def test_the_order_of_the_list_does_not_matter(
    population: list[str], seed: str, percent: int, chance: object
) -> None:
    shuffled = sorted(population, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert draw(population, seed=seed, percent=percent) == draw(
        shuffled, seed=seed, percent=percent
    )
    assert digest(population) == digest(shuffled)


@given(populations, seeds, percents)
def test_it_draws_at_least_the_share_and_one_and_nobody_twice(
    population: list[str], seed: str, percent: int
) -> None:
    drawn = draw(population, seed=seed, percent=percent)
    assert set(drawn) <= set(population)
    assert len(set(drawn)) == len(drawn) == how_many(len(population), percent)
    assert len(drawn) >= 1
    assert len(drawn) * 100 >= len(population) * percent
    assert (len(drawn) - 1) * 100 < len(population) * percent


@given(populations, seeds, percents, percents)
def test_a_larger_share_only_adds(population: list[str], seed: str, one: int, other: int) -> None:
    less, more = sorted((one, other))
    small, large = (draw(population, seed=seed, percent=percent) for percent in (less, more))
    assert large[: len(small)] == small


@given(populations, seeds, st.text(min_size=1, max_size=12))
def test_a_newcomer_does_not_change_the_rank_of_the_others(
    population: list[str], seed: str, newcomer: str
) -> None:
    before = draw(population, seed=seed, percent=100)
    after = draw({*population, newcomer}, seed=seed, percent=100)
    assert [name for name in after if name in population] == list(before)


@pytest.mark.parametrize(("size", "percent", "drawn"), [(1, 1, 1), (10, 10, 1), (11, 10, 2),
                                                        (30, 10, 3), (10_000, 10, 1000),
                                                        (7, 100, 7)])  # fmt: skip
def test_shares_are_rounded_up(size: int, percent: int, drawn: int) -> None:
    assert how_many(size, percent) == drawn


@pytest.mark.parametrize(("size", "percent"), [(0, 10), (5, 0), (5, 101), (5, -1)])
def test_nothing_and_no_share_cannot_be_drawn(size: int, percent: int) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        how_many(size, percent)


def test_the_recipe_of_the_docs_gives_the_same_by_hand() -> None:
    classes = [f"HP-2026-{n:03}/1" for n in range(1, 31)]

    def rank(name: str) -> str:
        return hmac.new(b"2026-04", name.encode(), hashlib.sha256).hexdigest()

    assert draw(classes, seed="2026-04", percent=10) == tuple(sorted(classes, key=rank)[:3])
    assert draw(classes, seed="2026-04", percent=10) == (
        "HP-2026-015/1", "HP-2026-017/1", "HP-2026-022/1",
    )  # fmt: skip


def test_ten_thousand_classes_are_drawn_evenly() -> None:
    classes = [f"HP-2026-{n:05}/1" for n in range(10_000)]
    drawn = draw(classes, seed="even", percent=10)
    assert len(drawn) == 1000
    assert 400 < sum(name < "HP-2026-05000/1" for name in drawn) < 600
