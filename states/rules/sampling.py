"""Who is drawn for a spot check: at random, and so that anybody can draw again and get the same.

The whole recipe is docs/supervision.md: each key is ranked by HMAC-SHA-256 under the seed, and the
first ones are drawn. Nothing depends on the machine, the order of the list, or a random generator.
"""

import hashlib
import hmac
from collections.abc import Collection

ALGORITHM = "hmac-sha256-rank/1"
"""The name of the recipe; another recipe gets another name, and old draws keep theirs."""

PERCENT = range(1, 101)
"""The shares that can be drawn."""


def draw(population: Collection[str], *, seed: str, percent: int) -> tuple[str, ...]:
    """The keys drawn, in the order of their rank. Raises ValueError as `how_many` does."""
    key = seed.encode()
    ranked = sorted(set(population), key=lambda name: (_rank(key, name), name))
    return tuple(ranked[: how_many(len(ranked), percent)])


def how_many(size: int, percent: int) -> int:
    """At least that share, rounded up, and at least one. Raises ValueError for an empty list."""
    if size < 1 or percent not in PERCENT:
        raise ValueError(f"{percent} % of {size} cannot be drawn")
    return -(-size * percent // 100)


def digest(population: Collection[str]) -> str:
    """SHA-256 of the keys, sorted, one a line: whether two people speak of the same list."""
    listed = "".join(f"{name}\n" for name in sorted(set(population)))
    return hashlib.sha256(listed.encode()).hexdigest()


def _rank(key: bytes, name: str) -> bytes:
    return hmac.digest(key, name.encode(), hashlib.sha256)
