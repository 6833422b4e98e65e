"""The months of the monthly return: which one is reported when, and by which day (A13)."""

from datetime import date, datetime, timedelta

from states.rules.deadlines import shanghai_day
from states.rules.law import the_law

_ONE_DAY = timedelta(days=1)
_LONGEST_MONTH = timedelta(days=31)


def month_before(at: datetime) -> str:
    """The month that a sweep at this moment reports: the one before it in Shanghai."""
    return f"{shanghai_day(at).replace(day=1) - _ONE_DAY:%Y-%m}"


def first_after(month: str) -> date:
    """The first day after a month ("2026-04"). Raises ValueError."""
    return (date.fromisoformat(f"{month}-01") + _LONGEST_MONTH).replace(day=1)


def return_due_on(month: str) -> date:
    """The working day by which a month is to be reported (A13)."""
    first = first_after(month)
    book = the_law().regime_on(first - _ONE_DAY)
    days = next(rule.working_days for rule in book.deadlines if rule.duty == "report")
    return the_law().calendar.nth_working_day_of_month(first.year, first.month, days).day
