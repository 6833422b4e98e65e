"""A letter in the hands of the worker that may send it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class LeasedMail:
    """A letter that one worker may send until its lease ends.

    `to` is a whole address, empty for people without an account: theirs is among the facts.
    """

    id: int
    key: str
    letter: str
    language: str
    project_id: int | None
    person_id: int | None
    to: str
    name: str
    context: Mapping[str, Any]
    duty: str
    subject: str
    message_id: str
    promised_at: datetime
    attempts: int
    lease: str
