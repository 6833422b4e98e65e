"""How dates, hours, shares and counts look in the two languages.

Dates follow the convention of the office: 2026-03-19 on screens and in tables, 2026年3月19日 in
sentences (Arabic digits, no leading zeros); times 24 h in Asia/Shanghai; rates with one decimal.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import groupby
from zoneinfo import ZoneInfo

from states.rules.words import Language
from templates.catalogues import translations
from templates.shapes import Entry

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTHING = "—"
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def in_shanghai(moment: datetime) -> datetime:
    """The same instant on a Shanghai clock. Raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("A time without a zone is nobody's time.")
    return moment.astimezone(SHANGHAI)


def shanghai_date(value: date) -> date:
    """The calendar day in Shanghai (23:30 UTC on 18 March is already 19 March there)."""
    return in_shanghai(value).date() if isinstance(value, datetime) else value


def iso_date(value: date | None) -> str:
    """2026-03-19, the same in both languages; a dash for nothing."""
    return shanghai_date(value).isoformat() if value else NOTHING


def date_words(value: date | None, lang: Language) -> str:
    """2026年3月19日 / 19 March 2026."""
    if value is None:
        return NOTHING
    day = shanghai_date(value)
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def minute(value: datetime | None) -> str:
    """2026-03-19 14:05 on a Shanghai clock."""
    return in_shanghai(value).strftime("%Y-%m-%d %H:%M") if value else NOTHING


def clock_time(value: datetime) -> str:
    """14:05 on a Shanghai clock, for lists already grouped by day."""
    return in_shanghai(value).strftime("%H:%M")


def month(value: date | str, lang: Language) -> str:
    """2026年3月 / March 2026, from a day of the month or from "2026-03"."""
    day = date.fromisoformat(f"{value}-01") if isinstance(value, str) else shanghai_date(value)
    return f"{day.year}年{day.month}月" if lang == "zh" else f"{MONTHS[day.month - 1]} {day.year}"


def percent(part: int | Decimal | Fraction, whole: int = 1) -> str:
    """One decimal, halves up, never through a float: 1 of 3 is 33.3%. Of nothing: a dash."""
    if whole == 0:
        return NOTHING
    share = Fraction(part) * 1000 / whole
    tenths = Decimal(share.numerator) / Decimal(share.denominator)
    return f"{tenths.quantize(Decimal(1), ROUND_HALF_UP) / 10:,.1f}%"


def number(value: int | Decimal) -> str:
    """12,345."""
    return f"{value:,}"


def days_left(days: int, lang: Language) -> str:
    """The words of a clock badge for `days` working days; negative is late."""
    words = translations(lang)
    if days == 0:
        return words.gettext("due today")
    if days > 0:
        return words.ngettext("%(num)s working day left", "%(num)s working days left", days) % {
            "num": days
        }
    late = -days
    return words.ngettext("%(num)s working day late", "%(num)s working days late", late) % {
        "num": late
    }


def by_day(entries: Iterable[Entry]) -> list[tuple[date, list[Entry]]]:
    """Entries in the order given, grouped by their day in Shanghai."""
    days = groupby(entries, key=lambda entry: shanghai_date(entry.at))
    return [(day, list(group)) for day, group in days]
