"""The months of the monthly return: which one is reported when, and by which day (A13)."""

from datetime import date, datetime, timedelta

from states.rules.deadlines import shanghai_day
from states.rules.law import Law, the_law
from states.rules.rulebook import Rulebook
from states.rules.workdays import Due

_ONE_DAY = timedelta(days=1)
_LONGEST_MONTH = timedelta(days=31)


def month_before(at: datetime) -> str:
    """The month that a sweep at this moment reports: the one before it in Shanghai."""
    return month_of(shanghai_day(at).replace(day=1) - _ONE_DAY)


def month_of(day: date) -> str:
    """The month of a day ("2026-04")."""
    return f"{day:%Y-%m}"


def first_month() -> str:
    """The month in which the first rulebook began: before it nobody could report."""
    return month_of(_first_day())


def compilable(month: str, at: datetime) -> bool:
    """Whether a month may be reported: it has ended, and the programme had begun.

    Figures of a running month could still grow after they were signed, and a draft of it would
    take the classes that the month before has still to report. Raises ValueError.
    """
    first = date.fromisoformat(f"{month}-01")
    return first_month() <= month_of(first) <= month_before(at)


def first_after(month: str) -> date:
    """The first day after a month ("2026-04"). Raises ValueError."""
    return (date.fromisoformat(f"{month}-01") + _LONGEST_MONTH).replace(day=1)


def return_due_on(month: str) -> date:
    """The working day by which a month is to be reported (A13)."""
    return return_due(month, the_law()).day


def return_due(month: str, law: Law) -> Due:
    """The same day by some law, and whether its calendar reaches that far."""
    first, days = first_after(month), return_book(month, law).returns.working_days
    return law.calendar.nth_working_day_of_month(first.year, first.month, days)


def return_book(month: str, law: Law) -> Rulebook:
    """The rulebook of a month's return: that of its last day.

    A month before the first rulebook, which an import may have brought, counts by that one.
    """
    return law.regime_on(max(first_after(month) - _ONE_DAY, _first_day()))


def _first_day() -> date:
    return min(regime.opens_from for regime in the_law().regimes.values())
