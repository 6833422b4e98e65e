"""The year's target: how far it is reached against the calendar, where it may end (C37, A20)."""

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from states.rules.law import RULEBOOKS

TARGETS = RULEBOOKS / "targets.toml"
_HUNDRED = 100

Positive = Annotated[int, Field(gt=0)]
Percent = Annotated[int, Field(gt=0, lt=100)]
Said = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Target(_Strict):
    """So many persons in a year; `source` is a clause."""

    year: int
    persons: Positive
    source: Said


class ContestShare(_Strict):
    """The limit for contests in percent, and from where on it is worth a warning (C39)."""

    warn_from_percent: Percent
    at_most_percent: Percent
    source: Said


class Colours(_Strict):
    """Percentage points behind the calendar from which progress is amber, and red."""

    amber_behind: Positive
    red_behind: Positive
    source: Said


class Forecast(_Strict):
    """How many days back the forecast looks."""

    days: Positive
    source: Said


class Terms(_Strict):
    """Everything that targets.toml says."""

    targets: tuple[Target, ...]
    contest_share: ContestShare
    colours: Colours
    forecast: Forecast

    def target(self, year: int) -> int | None:
        """The persons asked of the city in a year, None where nothing is."""
        return next((one.persons for one in self.targets if one.year == year), None)


class Colour(StrEnum):
    """How progress stands against the calendar; there is always a word beside it."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Calendar:
    """How much of a year has passed: today is counted in full."""

    passed: int
    days: int

    @classmethod
    def of(cls, year: int, today: date) -> "Calendar":
        """Nothing of a year to come, the whole of one that is over."""
        days = (date(year, 12, 31) - date(year, 1, 1)).days + 1
        return cls(min(max((today - date(year, 1, 1)).days + 1, 0), days), days)

    @property
    def left(self) -> int:
        return self.days - self.passed


def behind(done: int, quota: int, calendar: Calendar) -> Fraction:
    """Percentage points behind the calendar, negative when ahead. A quota of none is reached."""
    reached = Fraction(done, quota) if quota else Fraction(1)
    return _HUNDRED * (Fraction(calendar.passed, calendar.days) - reached)


def colour(done: int, quota: int, calendar: Calendar) -> Colour:
    """Green, from 10 points behind amber, from 20 red; exactly on the bound is behind."""
    late, bounds = behind(done, quota, calendar), the_terms().colours
    if late >= bounds.red_behind:
        return Colour.RED
    return Colour.AMBER if late >= bounds.amber_behind else Colour.GREEN


def window(calendar: Calendar) -> int:
    """The days that the forecast looks back on: not into the year before."""
    return min(the_terms().forecast.days, calendar.passed)


def forecast(done: int, recent: int, calendar: Calendar) -> int:
    """Persons by the end of the year, if it goes on as in the last `window` days, rounded down.

    `recent` are the persons of these days by routes that run all year: the exam's results come in
    the last quarter (trap 22), and what has not arrived is not counted on.
    """
    days = window(calendar)
    return done + (recent * calendar.left // days if days else 0)


@cache
def the_terms(file: Path = TARGETS) -> Terms:
    """The terms as the file of this release states them."""
    return Terms.model_validate(tomllib.loads(file.read_text("utf-8")))
