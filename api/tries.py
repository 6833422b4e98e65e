"""Slows down guessing: so many failed sign-ins of one login or one address, then a pause.

Kept in the memory of the process: a restart forgives, several web processes each count their own.
"""

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

from api.problems import TooManyTries

WINDOW = 15 * 60.0  # seconds
PER_LOGIN, PER_ADDRESS = 10, 50
_MOST_REMEMBERED = 10_000


class Tries:
    """Counts failures by key in a sliding window."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._failed: dict[str, deque[float]] = {}

    def check(self, login: str, address: str) -> None:
        """Raises TooManyTries while too many lately failed."""
        with self._lock:
            for key, most in self._keys(login, address):
                recent = self._recent(key)
                if len(recent) >= most:
                    raise TooManyTries(seconds=int(recent[0] + WINDOW - self._clock()) + 1)

    def failed(self, login: str, address: str) -> None:
        with self._lock:
            if len(self._failed) > _MOST_REMEMBERED:
                self._failed.clear()
            for key, _ in self._keys(login, address):
                self._recent(key).append(self._clock())

    def succeeded(self, login: str) -> None:
        with self._lock:
            self._failed.pop(f"login:{login}", None)

    def _keys(self, login: str, address: str) -> tuple[tuple[str, int], ...]:
        return (f"login:{login}", PER_LOGIN), (f"address:{address}", PER_ADDRESS)

    def _recent(self, key: str) -> deque[float]:
        recent = self._failed.setdefault(key, deque())
        while recent and recent[0] <= self._clock() - WINDOW:
            recent.popleft()
        return recent
