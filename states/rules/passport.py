"""The rule passport of a class: what binds it on each axis, since when, by which clause; and flags.

A flag says that some other day than the first session would give other rules. It changes nothing:
the event's own date decides (A02, A22), and whoever reads the class is told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from states.rules.dossier import ClassFacts
from states.rules.law import Law, NothingInForce, Pin
from states.rules.repinning import AXES
from states.rules.rulebook import Limits

_WHY = {"regime": "C45", "standard": "C46", "bank": "C46"}


@dataclass(frozen=True, slots=True)
class Bound:
    """One axis: the version that binds, the day from which it does, and the clause that says so."""

    axis: str
    key: str
    since: date
    clause: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why a class runs under its regime: a code of the section `pin`, and the notice it looks at.

    `notice` is the notice that the class was too early for, or its own when it was not.
    """

    code: str
    notice: str
    on: date


@dataclass(frozen=True, slots=True)
class Flag:
    """Another day would give other rules: a code of the section `late`, the day, what differs.

    `other` maps an axis to the version that the other day would give.
    """

    code: str
    day: date
    other: Mapping[str, str] = field(default_factory=dict)


def bound(klass: ClassFacts, law: Law) -> tuple[Bound, ...]:
    """What binds the class on the three axes that are pinned to it."""
    since = {
        "regime": law.regimes[klass.regime].opens_from,
        "standard": law.standards[klass.standard].effective_from,
        "bank": law.banks[klass.bank].effective_from,
    }
    return tuple(
        Bound(axis, str(getattr(klass, axis)), since[axis], clause) for axis, clause in _WHY.items()
    )


def limits_of(klass: ClassFacts, law: Law) -> Limits:
    """The limits of hours: the fourth axis, which stands in the regime (A23)."""
    return law.regimes[klass.regime].limits


def why(klass: ClassFacts, law: Law, *, today: date) -> Why:
    """The reason of the regime, told by the law: no date of a notice stands in its words."""
    own = law.regimes[klass.regime]
    notice = next((r for r in law.standing_regimes() if r.opens_from > own.opens_from), None)
    if klass.moved and klass.moved.regime_changed:
        return Why("moved_by_decision", own.id, klass.moved.on)
    if notice is None or klass.opens_on >= notice.opens_from:
        return Why("opened_under_the_notice", own.id, own.opens_from)
    if klass.ended_on is not None and klass.ended_on < notice.opens_from:
        return Why("ended_before_the_notice", notice.id, notice.opens_from)
    if today < notice.opens_from:
        return Why("opens_before_the_next_notice", notice.id, notice.opens_from)
    return Why("opened_before_the_notice", notice.id, notice.opens_from)


def flags(klass: ClassFacts, law: Law) -> tuple[Flag, ...]:
    """Every day of the class on which the law says something else than what binds it."""
    return tuple(_flags(klass, law))


def _flags(klass: ClassFacts, law: Law) -> Iterator[Flag]:
    own = Pin(klass.regime, klass.standard, klass.bank, klass.reason)
    by_opening = _pin(law, klass.opens_on)
    if other := _others(by_opening, _pin(law, klass.filed_on)):
        early = klass.filed_on < klass.opens_on
        yield Flag("filed_under_others" if early else "backdated", klass.filed_on, other)
    if klass.moved is None and (other := _others(own, by_opening)):
        yield Flag("changed_since", klass.opens_on, other)
    assessed = klass.assessed_on
    if assessed and (other := _others(own, _pin(law, assessed), only=("standard", "bank"))):
        yield Flag("assessed_under_others", assessed, other)


def _pin(law: Law, day: date) -> Pin | None:
    try:
        return law.pin(day)
    except NothingInForce:
        return None


def _others(
    one: Pin | None, other: Pin | None, *, only: tuple[str, ...] = tuple(AXES)
) -> dict[str, str]:
    if one is None or other is None:
        return {}
    return {
        axis: getattr(other, axis) for axis in only if getattr(one, axis) != getattr(other, axis)
    }
