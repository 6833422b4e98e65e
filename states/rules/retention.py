"""How long what is known of people is kept: periods as data, and what is due on a day."""

import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from states.rules.law import RULEBOOKS

RETENTION = RULEBOOKS / "retention.toml"
_ONE_DAY = timedelta(days=1)

Positive = Annotated[int, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Period(_Strict):
    """Whole calendar years, or days; `source` names where that stands."""

    years: Positive | None = None
    days: Positive | None = None
    source: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "Period":
        if (self.years is None) == (self.days is None):
            raise ValueError("a period has years or days")
        return self

    def last_due(self, on: date) -> date:
        """Whatever ended on this day or before is due on the day `on`: its last kept day is over.

        An anniversary of 29 February falls on the 28th where there is no 29th.
        """
        if self.days:
            return on - timedelta(days=self.days) - _ONE_DAY
        return _years_before(on, self.years or 0) - _ONE_DAY


class Retention(_Strict):
    """All periods, and the days of notice before anybody is forgotten."""

    notice_days: Positive
    notice_source: str
    learner_with_certificate: Period
    learner_without_certificate: Period
    upload_report: Period
    repeated_answer: Period

    @property
    def periods(self) -> dict[str, Period]:
        """Every period by its kind, a code of the word list's section `kept`."""
        kinds = (
            name for name, field in Retention.model_fields.items() if field.annotation is Period
        )
        return {name: getattr(self, name) for name in kinds}

    def due(self, on: date) -> dict[str, date]:
        """By kind, the last day on which something may have ended to be due on the day `on`."""
        return {kind: period.last_due(on) for kind, period in self.periods.items()}


@cache
def the_retention(file: Path = RETENTION) -> Retention:
    """The periods as the file of this release states them."""
    return Retention.model_validate(tomllib.loads(file.read_text("utf-8")))


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)
