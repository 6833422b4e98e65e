"""Who stands above the cut of a contest: half of the valid, and no tie is cut silently (C34)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """One valid contestant: the total in tenths, and the time taken where it is known."""

    mark: int
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """Equal standings on both sides of the cut, by place from 1.

    `low` so many stand above the cut when all of them stay out, `high` when all come in.
    """

    places: tuple[int, int]
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Cut:
    """So many of the `valid` may be certified; with a tie somebody has to decide (A19)."""

    valid: int
    cut: int
    tie: Tie | None = None


def cut_of(standings: Sequence[Standing], *, faster_first: bool = False) -> Cut:
    """The best half, rounded down. `faster_first`: the organiser declared that time breaks ties.

    A declared tie-break decides only where the time of everybody in the tie is known.
    """
    valid = len(standings)
    tie = _tie(standings, _by_mark)
    if tie is not None and faster_first and _timed(standings, tie):
        tie = _tie(standings, _by_mark_and_time)
    return Cut(valid, valid // 2, tie)


def places_of(standings: Sequence[Standing], *, faster_first: bool = False) -> list[int]:
    """The place of each, in the order given; equals share the first place of theirs.

    `faster_first` as for `cut_of`: among equal marks only where everybody's time is known.
    """
    untimed = {standing.mark for standing in standings if standing.seconds is None}

    def key(standing: Standing) -> tuple[int, ...]:
        timed = faster_first and standing.mark not in untimed
        return _by_mark_and_time(standing) if timed else (-standing.mark, 0)

    first: dict[tuple[int, ...], int] = {}
    for place, ranked in enumerate(sorted(map(key, standings)), start=1):
        first.setdefault(ranked, place)
    return [first[key(standing)] for standing in standings]


_Key = Callable[[Standing], tuple[int, ...]]


def _by_mark(standing: Standing) -> tuple[int, ...]:
    return (-standing.mark,)


def _by_mark_and_time(standing: Standing) -> tuple[int, ...]:
    return (-standing.mark, standing.seconds or 0)


def _tie(standings: Sequence[Standing], key: _Key) -> Tie | None:
    ranked, cut = sorted(map(key, standings)), len(standings) // 2
    if cut == 0 or ranked[cut - 1] != ranked[cut]:
        return None
    first = ranked.index(ranked[cut])
    high = first + ranked.count(ranked[cut])
    return Tie(places=(first + 1, high), low=first, high=high)


def _timed(standings: Sequence[Standing], tie: Tie) -> bool:
    ranked = sorted(standings, key=_by_mark)
    return all(standing.seconds is not None for standing in ranked[tie.low : tie.high])
