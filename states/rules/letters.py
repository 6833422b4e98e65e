"""Which letters there are, who gets them and may do without, and what their texts may name."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from states.rules.law import RULEBOOKS
from states.rules.stages import Role
from states.rules.words import Language

LETTERS_FILE = RULEBOOKS / "letters.toml"

Form = Literal[
    "text", "day", "short_day", "month", "moment", "link", "items", "count", "nearest"
]  # fmt: skip
"""How a fact is written: a day as 2026年3月26日, short_day as 3月26日, nearest as such."""
_NOT_IN_A_SUBJECT = frozenset({"link", "items"})


class LetterKind(StrEnum):
    """Whether a reader may do without a letter: information alone."""

    DUTY = "duty"
    INFORMATION = "information"
    ACCOUNT = "account"
    SURVEY = "survey"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Both(_Strict):
    """A sentence in both languages."""

    zh: str
    en: str

    def in_(self, lang: Language) -> str:
        return self.zh if lang == "zh" else self.en


class Placeholder(Both):
    """What a text may name in braces. `fact` is a path into a letter's facts, empty for its name.

    `example` is an invented value, dates in ISO form.
    """

    fact: str = ""
    form: Form = "text"
    may_be_empty: bool = False
    example: Both


class Letter(_Strict):
    """One letter. `to` names the roles that get it, `why` the reason nobody can switch it off."""

    kind: LetterKind
    why: str = ""
    about: str
    to: tuple[Role, ...]
    when: Both

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if (self.kind is LetterKind.INFORMATION) == bool(self.why):
            raise ValueError("a letter that cannot be switched off says why, no other does")
        return self

    @property
    def optional(self) -> bool:
        """Whether a reader may switch it off."""
        return self.kind is LetterKind.INFORMATION

    @property
    def has_secret_link(self) -> bool:
        """Whether its link is a key: nobody but its reader may see it, no preview shows it."""
        return self.kind in {LetterKind.ACCOUNT, LetterKind.SURVEY}


class Letters(_Strict):
    """All letters, by name."""

    placeholders: Mapping[str, Placeholder]
    about: Mapping[str, tuple[str, ...]]
    letters: Mapping[str, Letter]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for names in self.about.values():
            if unknown := set(names) - self.placeholders.keys():
                raise ValueError(f"unknown placeholders: {unknown}")
        if unknown := {one.about for one in self.letters.values()} - self.about.keys():
            raise ValueError(f"unknown lists of placeholders: {unknown}")
        return self

    @cached_property
    def optional(self) -> frozenset[str]:
        """The letters that a reader may switch off."""
        return frozenset(name for name, letter in self.letters.items() if letter.optional)

    def of_role(self, role: Role) -> Mapping[str, Letter]:
        """The letters that somebody in this role may get, in the order of the file.

        Those of an account come to everybody who has one.
        """
        everybody = LetterKind.ACCOUNT
        return {
            name: letter
            for name, letter in self.letters.items()
            if role in letter.to or letter.kind is everybody
        }

    def may_name(self, letter: str) -> Mapping[str, Placeholder]:
        """What the body of this letter may name. Raises KeyError for an unknown letter."""
        return {name: self.placeholders[name] for name in self.about[self.letters[letter].about]}

    def may_name_in_subject(self, letter: str) -> Mapping[str, Placeholder]:
        """The same without links and lists. Raises KeyError."""
        known = self.may_name(letter)
        return {name: one for name, one in known.items() if one.form not in _NOT_IN_A_SUBJECT}


@cache
def the_letters(file: Path = LETTERS_FILE) -> Letters:
    """The letters as the file of this release states them."""
    return Letters.model_validate(tomllib.loads(file.read_text("utf-8")))
