"""What another rule would change: class by class, before anything is saved (A02, A22, C45, C46)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from states.rules.law import Law, NothingInForce, with_versions
from states.rules.versions import Published, RuleVersion, VersionKind


class Standing(StrEnum):
    """How far a class is."""

    OPENED = "opened"
    WAITING = "waiting"
    PLANNED = "planned"
    CLOSED = "closed"


class Effect(StrEnum):
    """What becomes of a class: `keeps` is one that its day would change, but that is under way."""

    CHANGES = "changes"
    KEEPS = "keeps"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Pinned:
    """A class as it stands; what is only planned has nothing pinned to it yet."""

    standing: Standing
    opens_on: date
    key: str = ""
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one class, and why: `why` is a code of the section `what_if`."""

    effect: Effect
    why: str
    before: str
    after: str


def judge(klass: Pinned, *, by_now: str, by_then: str) -> Verdict:
    """Look at one class whose opening day the two laws give these versions."""
    before = klass.key or by_now
    if by_now == by_then:
        return Verdict(Effect.SAME, "untouched", before, before)
    if klass.moved:
        return Verdict(Effect.KEEPS, "moved", before, before)
    if klass.standing is Standing.CLOSED:
        return Verdict(Effect.KEEPS, "closed", before, before)
    if klass.standing is Standing.OPENED:
        return Verdict(Effect.KEEPS, "under_way", before, before)
    return Verdict(Effect.CHANGES, klass.standing, before, by_then)


def law_with(
    law: Law, version: RuleVersion, *, at: datetime, instead_of: RuleVersion | None = None
) -> Law:
    """The law as it would be with this version, and without the one that it corrects."""
    if instead_of is not None:
        law = replace(law, barred=law.barred | {(instead_of.kind, instead_of.id)})
    return with_versions(law, [Published(_NEXT, version, at)])


def law_with_notice_on(law: Law, day: date) -> Law:
    """The law as it would be if its newest notice bore another date."""
    newest = law.standing_regimes()[-1]
    moved = newest.model_copy(update={"opens_from": day})
    return replace(law, regimes={**law.regimes, newest.id: moved})


def newest_of(law: Law, kind: VersionKind, *, day: date) -> str:
    """The version that one taking effect on `day` would succeed; the oldest if there is none."""
    dated = dated_versions(law, kind)
    before = [key for since, key in dated if since < day]
    return before[-1] if before else dated[0][1]


def dated_versions(law: Law, kind: VersionKind) -> list[tuple[date, str]]:
    """Day and id of every version that stands, the oldest first."""
    if kind is VersionKind.REGIME:
        return [(one.opens_from, one.id) for one in law.standing_regimes()]
    return [(one.effective_from, one.id) for one in law.standing(kind)]


def both_keys(day: date, kind: VersionKind, *, now: Law, then: Law) -> tuple[str, str] | None:
    """What both laws give a class that opens on that day; None for a day before every rule."""
    try:
        by_now, by_then = (str(getattr(law.pin(day), kind)) for law in (now, then))
    except NothingInForce:
        return None
    return by_now, by_then


_NEXT = 1 << 62
"""The number of what is not numbered yet: after everything that is."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Why a version cannot stand beside the others: a code of the section `input`."""

    why: str
    version: str
    day: date


def overlap(version: RuleVersion, law: Law, *, instead_of: RuleVersion | None) -> Overlap | None:
    """The first version that stands in the way of this one; None when it fits."""
    taken = {VersionKind.REGIME: law.regimes, VersionKind.STANDARD: law.standards}.get(
        version.kind, law.banks
    )
    if version.id in taken:
        return Overlap("rule_name_is_taken", version.id, version.effective_from)
    standing = _others(dated_versions(law, version.kind), instead_of)
    for since, key in standing:
        if since == version.effective_from:
            return Overlap("rule_day_is_taken", key, since)
    newest_day, newest = standing[-1]
    if version.effective_from < newest_day:
        return Overlap("rule_comes_before_the_newest", newest, newest_day)
    if version.succeeds != newest:
        return Overlap("rule_succeeds_another", newest, newest_day)
    return None


def _others(
    dated: Iterable[tuple[date, str]], instead_of: RuleVersion | None
) -> list[tuple[date, str]]:
    return [one for one in dated if instead_of is None or one[1] != instead_of.id]
