"""A class takes over rules that were changed before the day it opens; later ones never (A02)."""

from collections.abc import Mapping
from datetime import date, datetime

from states.rules.dossier import SHANGHAI, ClassFacts
from states.rules.law import Law, Pin
from states.rules.versions import VersionKind

AXES: Mapping[str, VersionKind] = {
    "regime": VersionKind.REGIME,
    "standard": VersionKind.STANDARD,
    "bank": VersionKind.BANK,
}
"""What is pinned to a class, by the name of its field."""


def fresh_pin(klass: ClassFacts, law: Law) -> Pin | None:
    """What a class that was filed early is to take over; None when nothing changes for it.

    A change counts when it was known before the opening day: on that day the class is under way.
    """
    if klass.moved is not None:
        return None
    now = law.pin(klass.opens_on)
    taken = {axis: _taken(klass, now, axis, law=law) for axis in AXES}
    if all(key == getattr(klass, axis) for axis, key in taken.items()):
        return None
    return Pin(**taken, reason=now.reason)


def _taken(klass: ClassFacts, now: Pin, axis: str, *, law: Law) -> str:
    old, new = str(getattr(klass, axis)), str(getattr(now, axis))
    changed = changed_on(law, AXES[axis], old=old, new=new)
    return new if changed is not None and changed < klass.opens_on else old


def changed_on(law: Law, kind: VersionKind, *, old: str, new: str) -> date | None:
    """The day on which one version took another's place; None when no publication did that."""
    if old == new:
        return None
    came, went = law.history_of(kind, new), law.history_of(kind, old)
    days = [came.published_at] if came else []
    days += [went.withdrawn_at] if went and went.withdrawn_at else []
    return max(map(_day, days), default=None)


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()
