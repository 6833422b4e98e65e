"""Dates and spans as an office writes them: 2026年3月26日, no leading zeros; Shanghai's day."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from states.rules.words import Language

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def full_day(value: date, lang: Language) -> str:
    """2026年3月26日, 26 March 2026. A moment gives its day in Shanghai."""
    day = _shanghai_day(value)
    return f"{day.year}年{short_day(day, lang)}" if lang == "zh" else f"{_english(day)} {day.year}"


def short_day(value: date, lang: Language) -> str:
    """3月26日, 26 March."""
    day = _shanghai_day(value)
    return f"{day.month}月{day.day}日" if lang == "zh" else _english(day)


def moment(value: datetime, lang: Language) -> str:
    """2026年3月26日18:00, 26 March 2026, 18:00 (Shanghai time). A ValueError without a zone."""
    if value.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    clock = value.astimezone(_SHANGHAI).strftime("%H:%M")
    day = full_day(value, lang)
    return f"{day}{clock}" if lang == "zh" else f"{day}, {clock} (Shanghai time)"


def month_name(value: date | str, lang: Language) -> str:
    """2026年5月, May 2026, of any day of that month or of "2026-05"."""
    day = date.fromisoformat(f"{value}-01") if isinstance(value, str) else _shanghai_day(value)
    return f"{day.year}年{day.month}月" if lang == "zh" else f"{_MONTHS[day.month - 1]} {day.year}"


def days_left(days: int, lang: Language) -> str:
    """还剩2天, 今天到期, 已超期3天; negative days are overdue."""
    if lang == "zh":
        return f"还剩{days}天" if days > 0 else f"已超期{-days}天" if days else "今天到期"
    if days == 0:
        return "due today"
    unit = "day" if abs(days) == 1 else "days"
    return f"{days} {unit} left" if days > 0 else f"{-days} {unit} overdue"


def _english(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _shanghai_day(value: date) -> date:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(_SHANGHAI).date()
    return value
