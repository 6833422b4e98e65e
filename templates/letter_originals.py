"""The original of a letter in the small language of letter texts, for whoever wants to change it.

Originals are templates; nearly all use only what the small language can say as well. A test puts
both beside each other.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from states.rules.letter_texts import LetterText
from states.rules.letters import Placeholder, the_letters
from states.rules.words import Language

_FOLDER: Final = Path(__file__).parent / "mail"
_INCLUDE: Final = re.compile(r'\{% include "([\w.]+)" %\}\n?')
_SET: Final = re.compile(r"\{% set .*? %\}\n")
_LOOP: Final = re.compile(r"\{% for item in items %\}.*?\{% endfor %\}", re.DOTALL)
_PLURAL: Final = re.compile(r"""\{\{ (["'])[^{}]*?\1 if [^{}]*? else (["'])([^{}]*?)\2 \}\}""")
_OWN_LINE: Final = re.compile(r"^\{% if \w+ %\}\n(=[^\n]*)\n\{% endif %\}$", re.MULTILINE)
_IN_LINE: Final = re.compile(r"\{% if \w+ %\}([^{}%]*?(?:\{[\w.]+\}[^{}%]*?)+)"
                             r"(?:\{% else %\}([^{}%]*?))?\{% endif %\}")  # fmt: skip
_FILTERS: Final = {
    "day": " | day(lang)", "short_day": " | short_day(lang)", "month": " | month(lang)",
    "moment": " | moment(lang)", "count": " | length", "nearest": " | min | short_day(lang)",
}  # fmt: skip


@cache
def original(letter: str, lang: Language) -> LetterText | None:
    """Subject and body with placeholders, or nothing when the template says more than they can."""
    folder = _FOLDER / letter
    known = the_letters().may_name(letter)
    subject, body = (
        _plain((folder / f"{part}.{lang}.txt").read_text("utf-8"), known)
        for part in ("subject", "body")
    )
    return None if "{%" in subject + body or "{{" in subject + body else LetterText(subject, body)


def _plain(source: str, known: Mapping[str, Placeholder]) -> str:
    told = _INCLUDE.sub(lambda found: (_FOLDER / found[1]).read_text("utf-8"), source)
    told = _LOOP.sub("{items}", _SET.sub("", told))
    told = _PLURAL.sub(r"\3", told)
    for name, one in known.items():
        told = told.replace(_written(name, one), f"{{{name}}}")
    told = _OWN_LINE.sub(r"\1", told)
    return _IN_LINE.sub(_maybe, told).strip()


def _written(name: str, one: Placeholder) -> str:
    """How a template writes this placeholder."""
    fact = "dated" if one.form == "nearest" else one.fact or name
    return f"{{{{ {fact}{_FILTERS.get(one.form, '')} }}}}"


def _maybe(found: re.Match[str]) -> str:
    otherwise = f"|{found[2]}" if found[2] else ""
    return f"[{found[1]}{otherwise}]"
