"""What an office means by a cell: text, dates in any spelling, marks in tenths, half hours."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

Cell = str | int | float | bool | date | datetime | time | timedelta | None

_DATE = re.compile(
    r"(?P<year>\d{4})(?:[-./年]\s*(?P<month>\d{1,2})[-./月]\s*(?P<day>\d{1,2})日?"
    r"|(?P<packed>\d{4}))(?:[T\s]+0{1,2}:00(?::00)?(?:\.0+)?)?"
)
_EPOCH = date(1899, 12, 30)
_SERIALS = range(3_654, 73_415)
"""Day numbers of a spreadsheet from 1910 to 2100: a number cell in a date column is one."""
_MARK = re.compile(r"(\d{1,4}(?:\.\d+)?)分?")
_HOURS = re.compile(r"(\d{1,4}(?:\.\d+)?)(?:课时|学时|个课时)?")
_CLOCK = re.compile(r"(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,3}):(?P<s>\d{2})")
_SPOKEN = re.compile(r"(?:(?P<h>\d+)小?时)?(?:(?P<m>\d+)分钟?)?(?:(?P<s>\d+)秒?)?")
_TRUE = frozenset({"是", "有", "已领取", "领取", "y", "yes", "true", "1", "√"})


def as_text(cell: Cell) -> str:
    """The cell as a person reads it, without outer blanks; whole numbers without ".0"."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return as_text(cell.date()) if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def plain(cell: Cell) -> str:
    """Folded for comparison with known words: half-width, no blanks. Never for names."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", as_text(cell)))


def as_date(cell: Cell) -> date | None:
    """2026-03-19, 2026.3.19, 2026/3/19, 2026年3月19日, 20260319 or a spreadsheet's own date.

    None for an empty cell. Raises ValueError for anything else.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and int(cell) == cell and int(cell) in _SERIALS:
        return _EPOCH + timedelta(days=int(cell))
    text = unicodedata.normalize("NFKC", as_text(cell))
    return _parsed(text) if text else None


def _parsed(text: str) -> date:
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError("no date in a spelling we know")
    packed = match["packed"]
    month, day = (packed[:2], packed[2:]) if packed else (match["month"], match["day"])
    return date(int(match["year"]), int(month), int(day))


def as_tenths(cell: Cell) -> int | None:
    """A mark in tenths: 79.5 -> 795. None for an empty cell. Raises ValueError."""
    return _scaled(cell, _MARK, 10)


def as_half_hours(cell: Cell) -> int | None:
    """Class hours in halves: "20课时" -> 40, 19.5 -> 39. None when empty. Raises ValueError."""
    return _scaled(cell, _HOURS, 2)


def _scaled(cell: Cell, pattern: re.Pattern[str], factor: int) -> int | None:
    text = plain(cell)
    if not text:
        return None
    match = pattern.fullmatch(text)
    if match is None:
        raise ValueError("no number in a spelling we know")
    scaled = Decimal(match[1]) * factor
    if scaled != int(scaled):
        raise ValueError("finer than the scale allows")
    return int(scaled)


def as_seconds(cell: Cell) -> int | None:
    """Time taken: 3524, "3524秒", 58:44, 1:02:03, "58分44秒" or a time cell.

    None for an empty cell. Raises ValueError for anything else.
    """
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second
    if isinstance(cell, timedelta):
        return int(cell.total_seconds())
    text = plain(cell)
    if not text:
        return None
    match = _CLOCK.fullmatch(text) or _SPOKEN.fullmatch(text)
    if match is None:
        raise ValueError("no time in a spelling we know")
    hours, minutes, seconds = (int(match[part] or 0) for part in ("h", "m", "s"))
    return hours * 3600 + minutes * 60 + seconds


def as_flag(cell: Cell) -> bool:
    """是 and its like."""
    return plain(cell).casefold() in _TRUE
