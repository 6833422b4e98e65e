"""Invented facts for a letter: what a preview shows where nothing real may be shown."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from states.rules.letters import Placeholder, the_letters
from states.rules.words import Language

_DUE = date(2026, 3, 26)


def sample_facts(letter: str, lang: Language, *, base: str) -> dict[str, object]:
    """Facts as `letter_facts.contexts_for` gives them, all invented; links lead to `base`.

    Raises KeyError for an unknown letter.
    """
    facts: dict[str, Any] = {}
    for name, one in the_letters().may_name(letter).items():
        path = (one.fact or name).split(".")
        room = facts
        for step in path[:-1]:
            room = room.setdefault(step, {})
        room.setdefault(path[-1], _value(one, lang, base))
    return facts


def _value(one: Placeholder, lang: Language, base: str) -> object:
    example = one.example.in_(lang)
    if one.form in ("items", "count", "nearest"):
        return _items(lang, base)
    if one.form == "link":
        return base + example
    if one.form in ("day", "short_day", "moment"):
        return datetime.fromisoformat(example) if "T" in example else date.fromisoformat(example)
    return example


def _items(lang: Language, base: str) -> list[Mapping[str, object]]:
    letters = the_letters()
    code, title, what = (
        letters.placeholders[name].example.in_(lang)
        for name in ("project.code", "project.title", "items")
    )
    return [
        {
            "code": code, "title": title, "what": what, "due": _DUE, "days_left": left,
            "link": f"{base}/",
        }
        for left in (2, 3)
    ]  # fmt: skip
