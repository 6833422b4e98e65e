"""Puts a letter's facts into a text that somebody wrote: pieces in, the blocks of a letter out.

Nothing of a value is ever read as a mark: what a line is was decided before the values came.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, cast

from states.rules.letter_texts import Line, Maybe, Parts, Value, bare_names, lines_of, parts_of
from states.rules.letters import Placeholder, the_letters
from states.rules.words import Language
from templates.letter_blocks import Block, checked_link
from templates.letter_words import days_left, full_day, moment, month_name, short_day

_UNSAFE: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
Facts = Mapping[str, object]


def filled_subject(subject: str, facts: Facts, lang: Language) -> str:
    """The subject of a letter. Raises BrokenTextError, KeyError for what is not there."""
    return "".join(_said(parts_of(subject), facts, lang))


def filled_blocks(body: str, facts: Facts, lang: Language) -> list[Block]:
    """The blocks of a letter, without the lines whose placeholder is empty.

    Raises BrokenTextError, BadLinkError, and KeyError for a fact that is not there.
    """
    return [block for line in lines_of(body) for block in _blocks(line, facts, lang)]


def value_of(name: str, facts: Facts, lang: Language) -> str:
    """One fact as it is written in a letter; empty when there is none. Raises KeyError."""
    asked = the_letters().placeholders[name]
    fact = _found(asked.fact or name, facts)
    return "" if fact is None else _written(asked, fact, lang)


def one_line(value: object) -> str:
    """No value begins a line of its own, or turns the direction in which it is read."""
    text = str(value)
    safe = "".join(" " if unicodedata.category(each) in _UNSAFE else each for each in text)
    return " ".join(safe.split())


def _blocks(line: Line, facts: Facts, lang: Language) -> Iterator[Block]:
    if line.kind == "items":
        yield from _items(facts, lang)
        return
    if not all(value_of(name, facts, lang) for name in bare_names((*line.label, *line.text))):
        return
    text, label = (one_line("".join(_said(it, facts, lang))) for it in (line.text, line.label))
    link = checked_link(str(facts["link"])) if line.kind == "button" else ""
    if text:
        yield Block(line.kind, text, label, link)


def _items(facts: Facts, lang: Language) -> Iterator[Block]:
    for item in cast("Sequence[Facts]", facts["items"]):
        due = cast("date | None", item["due"])
        day = _item_day(due, cast("int | None", item["days_left"]), lang)
        code, title, what = (one_line(item[name]) for name in ("code", "title", "what"))
        mark = "：" if lang == "zh" else ": "
        link = checked_link(str(item["link"]))
        yield Block("item", f"{code} {title}{mark}{what}", day, link)


def _item_day(due: date | None, left: int | None, lang: Language) -> str:
    if due is None or left is None:
        return "未定期限" if lang == "zh" else "no date"
    day, rest = full_day(due, lang), days_left(left, lang)
    return f"{day}（{rest}）" if lang == "zh" else f"{day} ({rest})"


def _said(parts: Parts, facts: Facts, lang: Language) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Maybe):
            whole = all(value_of(name, facts, lang) for name in bare_names(part.then))
            yield from _said(part.then if whole else part.otherwise, facts, lang)
        else:
            yield value_of(part.name, facts, lang) if isinstance(part, Value) else part


def _found(path: str, facts: Facts) -> object:
    found: object = facts
    for name in path.split("."):
        found = cast("Facts", found)[name]
    return found


def _written(asked: Placeholder, fact: object, lang: Language) -> str:
    write = _WRITERS.get(asked.form)
    return write(fact, lang) if write else str(fact)


def _count(items: Sequence[object], _: Language) -> str:
    return str(len(items))


def _nearest(items: Iterable[Facts], lang: Language) -> str:
    days = [cast("date", item["due"]) for item in items if item["due"]]
    return short_day(min(days), lang) if days else ""


_WRITERS: Final[Mapping[str, Callable[[Any, Language], str]]] = {
    "day": full_day,
    "short_day": short_day,
    "month": month_name,
    "moment": moment,
    "count": _count,
    "nearest": _nearest,
}
