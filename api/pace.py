"""How often one address may ask what anybody may ask: enough for people, too little for a search.

Kept in the memory of the process, like `tries`.
"""

import ipaddress
import time
from collections import deque
from collections.abc import Callable
from threading import Lock

from api.problems import TooManyLooks

_MOST_REMEMBERED = 10_000
_IPV6_NEIGHBOURS = 64  # bits: one household or office has all addresses below such a prefix


class Pace:
    """At most `most` looks of one address in any `window` seconds."""

    def __init__(
        self, most: int = 60, window: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._window, self._clock = most, window, clock
        self._seen: dict[str, deque[float]] = {}
        self._lock = Lock()

    def keep(self, address: str) -> None:
        """Count one look. Raises TooManyLooks; what was refused is not counted."""
        with self._lock:
            if len(self._seen) > _MOST_REMEMBERED:
                self._seen.clear()
            now = self._clock()
            looks = self._seen.setdefault(_house_of(address), deque())
            while looks and looks[0] <= now - self._window:
                looks.popleft()
            if len(looks) >= self._most:
                raise TooManyLooks(seconds=int(looks[0] + self._window - now) + 1)
            looks.append(now)


def _house_of(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:  # noqa: PLR2004
        return address
    if found.ipv4_mapped:  # a socket for both kinds shows IPv4 so; the whole of it is one /64
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _IPV6_NEIGHBOURS), strict=False))
