"""Which rules, standard and bank bind a class: decided by the day it opens (C45, C46)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

from states.rules.rulebook import (
    Bank,
    ContestBank,
    Rulebook,
    Standard,
    read_contest_banks,
    read_regimes,
    read_versions,
)
from states.rules.versions import Published, VersionKind
from states.rules.workdays import (
    Calendar,
    CalendarYear,
    load_calendars,
    load_years,
    merge,
    succeeded,
)

RULEBOOKS = Path(__file__).parent.parent / "rulebooks"


class _Dated(Protocol):
    @property
    def effective_from(self) -> date: ...


V = TypeVar("V", bound=_Dated)
T = TypeVar("T")


class NothingInForce(LookupError):
    """No rules were in force on that day."""


@dataclass(frozen=True, slots=True)
class Pin:
    """What binds a class. `reason` is a key to the word list's section `pin`."""

    regime: str
    standard: str
    bank: str
    reason: str


@dataclass(frozen=True)
class Law:
    """All regimes, standards and banks there are, and the calendar they count by.

    `published` came after the release. What is `barred` still explains the classes it binds, but
    binds no further one: it was withdrawn, or not yet known at the moment asked about.
    """

    regimes: Mapping[str, Rulebook]
    standards: Mapping[str, Standard]
    banks: Mapping[str, Bank]
    contest_banks: Mapping[str, ContestBank]
    calendar: Calendar
    published: tuple[Published, ...] = ()
    barred: frozenset[tuple[VersionKind, str]] = frozenset()

    def regime_on(self, opens_on: date) -> Rulebook:
        """The regime of a class that opens on that day (A22: strictly before the notice is old)."""
        known = [regime for regime in self.standing_regimes() if regime.opens_from <= opens_on]
        if not known:
            raise NothingInForce(opens_on.isoformat())
        return max(known, key=lambda regime: regime.opens_from)

    def standing_regimes(self) -> list[Rulebook]:
        """Every regime that may bind a class, the oldest first."""
        known = _standing(self.regimes, VersionKind.REGIME, self.barred)
        return sorted(known.values(), key=lambda regime: regime.opens_from)

    def standing(self, kind: VersionKind) -> list[Standard] | list[Bank]:
        """Every standard or bank that may bind a class, the oldest first."""
        if kind is VersionKind.STANDARD:
            return _by_day(_standing(self.standards, kind, self.barred).values())
        return _by_day(_standing(self.banks, kind, self.barred).values())

    def pin(self, opens_on: date, ended_on: date | None = None) -> Pin:
        """Regime and versions of a class by its first session (A02, A23: two separate axes).

        `ended_on` changes no version; a class that ended under the old rules is closed (A22).
        Raises NothingInForce for a day before the first regime, standard or bank.
        """
        regime = self.regime_on(opens_on)
        standards = _standing(self.standards, VersionKind.STANDARD, self.barred)
        banks = _standing(self.banks, VersionKind.BANK, self.barred)
        return Pin(
            regime=regime.id,
            standard=_in_force(standards, opens_on),
            bank=_in_force(banks, opens_on),
            reason=self._reason(opens_on, ended_on),
        )

    def _reason(self, opens_on: date, ended_on: date | None) -> str:
        notice = self.notice_after(opens_on)
        if notice is None:
            return "opened_under_the_notice"
        ended = ended_on is not None and ended_on < notice.opens_from
        return "ended_before_the_notice" if ended else "opened_before_the_notice"

    def notice_after(self, opens_on: date) -> Rulebook | None:
        """The first notice that a class opened on that day was too early for."""
        later = (regime for regime in self.standing_regimes() if regime.opens_from > opens_on)
        return next(later, None)

    def as_of(self, moment: datetime) -> "Law":
        """The law as it was known at a moment: what is told again is judged by what stood then."""
        if not self.published:
            return self
        barred = frozenset(one.key for one in self.published if not one.stood_at(moment))
        return replace(self, barred=barred)

    def history_of(self, kind: VersionKind, key: str) -> Published | None:
        """When a version was published and withdrawn; None for what this release brought."""
        return next((one for one in self.published if one.key == (kind, key)), None)


def _standing(
    versions: Mapping[str, T], kind: VersionKind, barred: frozenset[tuple[VersionKind, str]]
) -> dict[str, T]:
    return {key: one for key, one in versions.items() if (kind, key) not in barred}


def _by_day(versions: Iterable[V]) -> list[V]:
    return sorted(versions, key=lambda one: one.effective_from)


def _in_force(versions: Mapping[str, V], day: date) -> str:
    known = [key for key, version in versions.items() if version.effective_from <= day]
    if not known:
        raise NothingInForce(day.isoformat())
    return max(known, key=lambda key: versions[key].effective_from)


def the_law() -> Law:
    """The law as the files of this release state it, with all that was adopted since."""
    return _adopted.get("law") or _released()


def adopt(years: Iterable[CalendarYear], published: Iterable[Published] = ()) -> None:
    """Go by these calendars and versions and this release's from now on, in this process.

    Raises ValueError on a gap between the calendars.
    """
    years, published = tuple(years), tuple(published)
    law = with_calendars(years) if years else _released()
    if years or published:
        _adopted["law"] = with_versions(law, published)
    else:
        _adopted.clear()


def with_calendars(years: Iterable[CalendarYear]) -> Law:
    """The law as it would be with these calendars. Raises ValueError on a gap between years."""
    calendar = merge(succeeded(load_years(RULEBOOKS / "calendars"), years))
    return replace(_released(), calendar=calendar)


def with_versions(law: Law, published: Iterable[Published]) -> Law:
    """The law with these versions as well, each laid over the one it succeeds.

    Raises KeyError for a version that succeeds nothing known.
    """
    regimes, standards, banks = dict(law.regimes), dict(law.standards), dict(law.banks)
    known = tuple(sorted(published, key=lambda one: one.number))
    for one in known:
        version = one.version
        if version.kind is VersionKind.STANDARD:
            standards[version.id] = version.as_standard()
        elif version.kind is VersionKind.BANK:
            banks[version.id] = version.as_bank()
        else:
            regimes[version.id] = version.as_regime(regimes[version.succeeds])
    barred = frozenset(one.key for one in known if one.withdrawn_at)
    return replace(
        law, regimes=regimes, standards=standards, banks=banks,
        published=(*law.published, *known), barred=law.barred | barred,
    )  # fmt: skip


_adopted: dict[str, Law] = {}


@cache
def _released(folder: Path = RULEBOOKS) -> Law:
    standards, banks = read_versions(folder / "standards")
    return Law(
        regimes=read_regimes(folder / "regimes"),
        standards=standards,
        banks=banks,
        contest_banks=read_contest_banks(folder / "standards"),
        calendar=load_calendars(folder / "calendars"),
    )
