"""The texts of letters in words: what is wrong with one, and how two versions differ."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from api.errors import words_for
from states.records.letter_texts import Version, Which
from states.rules.letter_texts import Flaw, LetterText
from states.rules.words import Language, say
from templates.letter_originals import original

_WORDS = re.compile(r"\{[^{}\s]*\}|[A-Za-z0-9]+|\s+|.", re.DOTALL)
Piece = tuple[Literal["same", "gone", "new"], str]


@dataclass(frozen=True, slots=True)
class Told:
    """One version: who wrote it when, and how it differs from the one before."""

    version: int
    at: datetime
    by: str
    original: bool
    pieces: Sequence[Piece]


def flaw_words(flaws: Sequence[Flaw], lang: Language) -> dict[str, str]:
    """By field, everything that is wrong with it."""
    said: dict[str, list[str]] = {}
    for flaw in flaws:
        sentence = words_for("letter_flaw", flaw.code, lang, flaw.params)
        if "line" in flaw.params:
            line = flaw.params["line"]
            sentence = say("letter_line", "numbered", lang, line=line, said=sentence)
        said.setdefault(flaw.where, []).append(sentence)
    return {where: ("" if lang == "zh" else " ").join(found) for where, found in said.items()}


def start_of(which: Which) -> LetterText:
    """What an editor starts from; empty where the original says more than a text can."""
    return original(which.letter, which.language) or LetterText("", "")


def told_versions(which: Which, versions: Sequence[Version]) -> list[Told]:
    """The history, the newest first, each beside what stood before it."""
    texts = [*(one.text or start_of(which) for one in versions), start_of(which)]
    return [
        Told(one.version, one.at, one.by, one.original, list(differ(before, after)))
        for one, (after, before) in zip(versions, pairwise(texts), strict=True)
    ]


def differ(before: LetterText, after: LetterText) -> Iterator[Piece]:
    """Word by word, in Chinese sign by sign: what stayed, what is gone, what is new."""
    old, new = (_WORDS.findall(f"{one.subject}\n\n{one.body}") for one in (before, after))
    for change, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            yield "same", "".join(old[a:b])
            continue
        if b > a:
            yield "gone", "".join(old[a:b])
        if d > c:
            yield "new", "".join(new[c:d])
