"""What an office means by a time: 9:00, 下午1:30, "9：00-12：00", or a spreadsheet's fraction."""

import re
import unicodedata
from datetime import datetime, time, timedelta

from templates.sheets.cells import Cell, as_text

_MOMENT = re.compile(
    r"(?P<half>上午|下午|晚上|晚)?(?P<hour>\d{1,2})(?:[:时点](?P<minute>\d{2}|半)?分?)"
    r"(?::?(?P<second>\d{2})秒?)?"
)
_BETWEEN = re.compile(r"[-\u2013\u2014~至到]+")
_DAY = 24 * 60 * 60
_NOON = 12


def as_time(cell: Cell) -> time | None:
    """The time of day to the second. None for an empty cell. Raises ValueError."""
    if isinstance(cell, datetime):
        return cell.time().replace(microsecond=0)
    if isinstance(cell, time):
        return cell.replace(microsecond=0)
    if isinstance(cell, timedelta):
        return _after_midnight(cell.total_seconds())
    if isinstance(cell, float) and 0 <= cell < 1:
        return _after_midnight(cell * _DAY)
    text = _plain(as_text(cell))
    return _parsed(text) if text else None


def as_span(cell: Cell) -> tuple[time, time] | None:
    """Start and end in one cell: "9:00-12:00". None when empty. Raises ValueError."""
    text = _plain(as_text(cell))
    if not text:
        return None
    ends = _BETWEEN.split(text)
    if len(ends) != 2:  # noqa: PLR2004  a start and an end
        raise ValueError("no start and end in a spelling we know")
    return _parsed(ends[0]), _parsed(ends[1])


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _after_midnight(seconds: float) -> time:
    """Raises ValueError beyond the day."""
    hour, rest = divmod(round(seconds), 60 * 60)
    return time(hour, *divmod(rest, 60))


def _parsed(text: str) -> time:
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError("no time in a spelling we know")
    hour = int(match["hour"])
    if match["half"] in ("下午", "晚上", "晚") and hour < _NOON:
        hour += _NOON
    minute = 30 if match["minute"] == "半" else int(match["minute"] or 0)
    return time(hour, minute, int(match["second"] or 0))
