"""The survey links that the house really mailed, by the address they were mailed to."""

import re
import threading
from pathlib import Path

from api.maildir import NoSuchMailError, count_messages, list_messages, read_message

_TOKEN = re.compile(r"/survey/([\w=-]{20,})")


class Letters:
    """Reads each letter of the Maildir once; safe for several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, threading.Lock()
        self._seen: set[str] = set()
        self._tokens: dict[str, list[str]] = {}
        self._ids: set[str] = set()

    def tokens(self, address: str) -> list[str]:
        """The survey tokens mailed to an address up to now."""
        with self._lock:
            self._read_new()
            return list(dict.fromkeys(self._tokens.get(address.lower(), [])))

    def delivered(self) -> int:
        """How many different letters arrived; a repeat has the same Message-ID."""
        with self._lock:
            self._read_new()
            return len(self._ids)

    def _read_new(self) -> None:
        fresh = count_messages(self._folder) - len(self._seen)
        # A few more than are new: letters that arrive meanwhile push others down the list.
        for summary in list_messages(self._folder, limit=fresh + 50) if fresh else ():
            if summary.key not in self._seen:
                self._read(summary.key)

    def _read(self, key: str) -> None:
        try:
            letter = read_message(self._folder, key)
        except NoSuchMailError:
            return
        self._seen.add(key)
        self._ids.add(dict(letter.headers).get("Message-ID", key))
        address = re.search(r"[^\s<>\"]+@[^\s<>\"]+", letter.to)
        for link in letter.links:
            if address and (found := _TOKEN.search(link)):
                self._tokens.setdefault(address[0].lower(), []).append(found[1])
