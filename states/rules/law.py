"""Which rules, standard and bank bind a class: decided once, on the day it opens (C45, C46)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
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
    """All regimes, standards and banks there are, and the calendar they count by."""

    regimes: Mapping[str, Rulebook]
    standards: Mapping[str, Standard]
    banks: Mapping[str, Bank]
    contest_banks: Mapping[str, ContestBank]
    calendar: Calendar

    def regime_on(self, opens_on: date) -> Rulebook:
        """The regime of a class that opens on that day (A22: strictly before the notice is old)."""
        known = [r for r in self.regimes.values() if r.opens_from <= opens_on]
        if not known:
            raise NothingInForce(opens_on.isoformat())
        return max(known, key=lambda regime: regime.opens_from)

    def pin(self, opens_on: date, ended_on: date | None = None) -> Pin:
        """Regime and versions of a class by its first session (A02, A23: two separate axes).

        `ended_on` changes no version; a class that ended under the old rules is closed (A22).
        Raises NothingInForce for a day before the first regime, standard or bank.
        """
        regime = self.regime_on(opens_on)
        return Pin(
            regime=regime.id,
            standard=_in_force(self.standards, opens_on),
            bank=_in_force(self.banks, opens_on),
            reason=self._reason(opens_on, ended_on),
        )

    def _reason(self, opens_on: date, ended_on: date | None) -> str:
        later = [r.opens_from for r in self.regimes.values() if r.opens_from > opens_on]
        if not later:
            return "opened_under_the_notice"
        ended = ended_on is not None and ended_on < min(later)
        return "ended_before_the_notice" if ended else "opened_before_the_notice"


def _in_force(versions: Mapping[str, V], day: date) -> str:
    known = [key for key, version in versions.items() if version.effective_from <= day]
    if not known:
        raise NothingInForce(day.isoformat())
    return max(known, key=lambda key: versions[key].effective_from)


def the_law() -> Law:
    """The law as the files of this release state it, with the calendars that were adopted since."""
    return _adopted.get("law") or _released()


def adopt(years: Iterable[CalendarYear]) -> None:
    """Count by these calendars and this release's from now on, in this process.

    Raises ValueError on a gap.
    """
    known = tuple(years)
    if known:
        _adopted["law"] = with_calendars(known)
    else:
        _adopted.clear()


def with_calendars(years: Iterable[CalendarYear]) -> Law:
    """The law as it would be with these calendars. Raises ValueError on a gap between years."""
    calendar = merge(succeeded(load_years(RULEBOOKS / "calendars"), years))
    return replace(_released(), calendar=calendar)


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
