"""Dates as papers write them: Arabic digits, no leading zeros, no spaces (programme 9)."""

from datetime import date


def day_zh(day: date) -> str:
    """2026年3月19日."""
    return f"{day.year}年{day.month}月{day.day}日"


def month_zh(day: date) -> str:
    """2026年3月."""
    return f"{day.year}年{day.month}月"


def hours_zh(half_hours: int) -> str:
    """Class hours from halves: 80 -> 40, 81 -> 40.5."""
    return f"{half_hours // 2}.5" if half_hours % 2 else str(half_hours // 2)
