"""Every finding, stage and fact in the user's language: the words live in words*.toml."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

Language = Literal["zh", "en"]


@cache
def _book() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """All words*.toml of this folder as one. Raises ValueError when two define the same code."""
    book: dict[str, dict[str, dict[str, str]]] = {}
    for file in sorted(resources.files("states.rules").iterdir(), key=lambda file: file.name):
        if file.name.startswith("words") and file.name.endswith(".toml"):
            for section, entries in tomllib.loads(file.read_text("utf-8")).items():
                known = book.setdefault(section, {})
                if doubled := known.keys() & entries.keys():
                    raise ValueError(f"{file.name} says {section}.{doubled} again")
                known.update(entries)
    return book


def say(section: str, code: str, language: Language, /, **params: object) -> str:
    """The sentence for `code`. Raises KeyError when the word list lacks it (a test looks)."""
    return _book()[section][code][language].format(**params)


def has(section: str, code: str) -> bool:
    """Whether the word list knows `code` in `section`."""
    return code in _book().get(section, {})
