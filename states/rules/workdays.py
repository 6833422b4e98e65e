"""Working days by dated calendars: a deadline past their coverage is provisional and says so."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

SATURDAY = 5
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A day reached by counting; `provisional` when part of the way is not yet arranged."""

    day: date
    provisional: bool


class CalendarYear(BaseModel):
    """One calendar file: the State Council's arrangement of one year, and where it stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    coverage_start: date
    coverage_end: date
    holidays: dict[str, tuple[date, ...]]
    makeup_workdays: dict[str, tuple[date, ...]]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Holidays and make-up working days from `coverage_start` to `coverage_end`, both covered.

    Outside of them only weekends are known, and every answer is provisional.
    """

    holidays: frozenset[date]
    makeup_workdays: frozenset[date]
    coverage_start: date
    coverage_end: date

    def is_working_day(self, day: date) -> bool:
        if day in self.makeup_workdays:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def covers(self, day: date) -> bool:
        return self.coverage_start <= day <= self.coverage_end

    def nth_working_day_after(self, day: date, n: int) -> Due:
        """The n-th working day after `day`, which does not count itself. Raises ValueError."""
        if n < 1:
            raise ValueError("count working days from one on")
        reached = day
        for _ in range(n):
            reached = self._next(reached)
        return Due(reached, provisional=not (self.covers(day + ONE_DAY) and self.covers(reached)))

    def nth_working_day_before(self, day: date, n: int) -> date:
        """The n-th working day before `day`, which does not count itself. Raises ValueError."""
        if n < 1:
            raise ValueError("count working days from one on")
        reached = day
        for _ in range(n):
            reached -= ONE_DAY
            while not self.is_working_day(reached):
                reached -= ONE_DAY
        return reached

    def nth_working_day_of_month(self, year: int, month: int, n: int) -> Due:
        """A13: the n-th working day of a month. Raises ValueError when n < 1."""
        return self.nth_working_day_after(date(year, month, 1) - ONE_DAY, n)

    def working_day_on_or_after(self, day: date) -> Due:
        """A last day that is a day off moves to the next working day (Civil Code 203)."""
        return self.nth_working_day_after(day - ONE_DAY, 1)

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; 0 when `end` is not later."""
        days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
        return sum(map(self.is_working_day, days))

    def _next(self, day: date) -> date:
        day += ONE_DAY
        while not self.is_working_day(day):
            day += ONE_DAY
        return day


def load_calendars(folder: Traversable | None = None) -> Calendar:
    """All calendar files of a folder as one calendar. Raises ValueError on a gap between years."""
    return merge(load_years(folder))


def load_years(folder: Traversable | None = None) -> tuple[CalendarYear, ...]:
    """Every calendar file of a folder, in the order of their years."""
    folder = folder or resources.files("states") / "rulebooks" / "calendars"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=_name)
    return tuple(CalendarYear.model_validate(tomllib.loads(_text(file))) for file in files)


def succeeded(
    known: Iterable[CalendarYear], newer: Iterable[CalendarYear]
) -> tuple[CalendarYear, ...]:
    """The years of both; of two that begin on the same day the newer one stands."""
    by_start = {year.coverage_start: year for year in (*known, *newer)}
    return tuple(by_start[start] for start in sorted(by_start))


def merge(years: Iterable[CalendarYear]) -> Calendar:
    """One calendar of many years. Raises ValueError when there is none, or a gap between two."""
    inorder = sorted(years, key=lambda year: year.coverage_start)
    if not inorder:
        raise ValueError("no calendar was given")
    for one, following in pairwise(inorder):
        if one.coverage_end + ONE_DAY != following.coverage_start:
            raise ValueError(f"the calendars leave a gap or overlap after {one.coverage_end}")
    return Calendar(
        holidays=frozenset(_days(year.holidays for year in inorder)),
        makeup_workdays=frozenset(_days(year.makeup_workdays for year in inorder)),
        coverage_start=inorder[0].coverage_start,
        coverage_end=inorder[-1].coverage_end,
    )


def _days(named: Iterable[dict[str, tuple[date, ...]]]) -> Iterator[date]:
    for by_name in named:
        for days in by_name.values():
            yield from days


def _name(file: Traversable) -> str:
    return file.name


def _text(file: Traversable) -> str:
    return file.read_text("utf-8")
