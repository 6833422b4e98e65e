"""The small language of letter texts: {placeholders}, [what vanishes with them|or else], marks.

A text is split into lines and pieces before any value is put in: no value can become a mark, a
placeholder or a line of its own. docs/letters.md tells it to whoever writes the texts.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from states.rules.letters import Placeholder, the_letters

LONGEST_SUBJECT: Final = 120
LONGEST_BODY: Final = 4000
_TOKENS: Final = re.compile(r"([{}\[\]|])")
_NAME: Final = re.compile(r"[a-z_]+(?:\.[a-z_]+)?")
_ADDRESS: Final = re.compile(r"(?:[a-z][a-z0-9+.-]*://|\bwww\.)", re.IGNORECASE)
_UNSAFE: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
LINK_LINE: Final = "{link}"
ITEMS_LINE: Final = "{items}"

LineKind = Literal["text", "fact", "button", "why", "items"]
_MARKS: Final[Mapping[str, LineKind]] = {"= ": "fact", "> ": "button", "~ ": "why"}
Where = Literal["subject", "body"]


@dataclass(frozen=True, slots=True)
class Value:
    """A placeholder by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Maybe:
    """`[then|otherwise]`: the first part while every placeholder in it has a value."""

    then: "tuple[str | Value, ...]"
    otherwise: "tuple[str | Value, ...]" = ()


Part = str | Value | Maybe
Parts = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a body. `label` is empty for all but facts; a button's text is its label."""

    kind: LineKind
    text: Parts
    label: Parts = ()


@dataclass(frozen=True, slots=True)
class LetterText:
    """A subject and a body as somebody wrote them."""

    subject: str
    body: str


class BrokenTextError(ValueError):
    """A text that cannot be read; `code` is of the word list's section `letter_flaw`."""

    def __init__(self, code: str, **params: object) -> None:
        self.code, self.params = code, params
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a text, and in which of its two fields."""

    where: Where
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


def parts_of(text: str) -> Parts:
    """One line in pieces. Raises BrokenTextError for braces and brackets that do not fit."""
    return _Reading(text).parts()


def lines_of(body: str) -> list[Line]:
    """The lines of a body that are not blank. Raises BrokenTextError."""
    return [_line(line.strip()) for line in body.splitlines() if line.strip()]


def names_in(parts: Iterable[Part]) -> Iterator[str]:
    """Every placeholder, within brackets or not."""
    for part in parts:
        if isinstance(part, Value):
            yield part.name
        elif isinstance(part, Maybe):
            yield from names_in((*part.then, *part.otherwise))


def bare_names(parts: Iterable[Part]) -> Iterator[str]:
    """The placeholders outside of brackets: without a value of theirs the line vanishes."""
    return (part.name for part in parts if isinstance(part, Value))


def flaws_of(letter: str, text: LetterText) -> list[Flaw]:
    """Everything that is wrong with a text for this letter. Raises KeyError for an unknown one."""
    return [*_flaws_of_subject(letter, text.subject), *_flaws_of_body(letter, text.body)]


def _flaws_of_subject(letter: str, subject: str) -> Iterator[Flaw]:
    if not subject.strip():
        yield Flaw("subject", "subject_is_empty")
        return
    if any(unicodedata.category(each) in _UNSAFE for each in subject):
        yield Flaw("subject", "subject_has_control_characters")
    if len(subject) > LONGEST_SUBJECT:
        yield Flaw("subject", "too_long", {"most": LONGEST_SUBJECT, "now": len(subject)})
    yield from _foreign("subject", subject)
    try:
        parts = parts_of(subject)
    except BrokenTextError as error:
        yield Flaw("subject", error.code, error.params)
        return
    known = the_letters().may_name_in_subject(letter)
    yield from _unknown("subject", parts, known)
    yield from _bare("subject", parts, known)


def _flaws_of_body(letter: str, body: str) -> Iterator[Flaw]:
    if not body.strip():
        yield Flaw("body", "body_is_empty")
        return
    if len(body) > LONGEST_BODY:
        yield Flaw("body", "too_long", {"most": LONGEST_BODY, "now": len(body)})
    if any(unicodedata.category(each) in _UNSAFE for each in body if each not in "\r\n\t"):
        yield Flaw("body", "body_has_control_characters")
    yield from _foreign("body", body)
    known = the_letters().may_name(letter)
    lines: list[Line] = []
    for number, line in enumerate(body.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            lines.append(_line(line.strip()))
        except BrokenTextError as error:
            yield Flaw("body", error.code, {"line": number, **error.params})
            continue
        yield from _flaws_of_line(lines[-1], number, known)
    yield from _missing(lines, known)


def _flaws_of_line(line: Line, number: int, known: Mapping[str, Placeholder]) -> Iterator[Flaw]:
    named = (*line.label, *line.text)
    yield from _unknown("body", named, known)
    forms = {known[name].form for name in names_in(named) if name in known}
    if "link" in forms:
        yield Flaw("body", "link_stands_in_a_button", {"line": number})
    if "items" in forms and line.kind != "items":
        yield Flaw("body", "items_stand_alone", {"line": number})
    if line.kind == "button":
        yield from _bare("body", line.text, known)


def _foreign(where: Where, text: str) -> Iterator[Flaw]:
    """The only address of a letter is its {link}; full-width braces are a slip of the keyboard."""
    if _ADDRESS.search(text):
        yield Flaw(where, "no_address_in_text")
    if "｛" in text or "｝" in text:
        yield Flaw(where, "fullwidth_braces")


def _unknown(
    where: Where, parts: Iterable[Part], known: Mapping[str, Placeholder]
) -> Iterator[Flaw]:
    for name in dict.fromkeys(names_in(parts)):
        if name not in known:
            yield Flaw(where, "unknown_placeholder", {"name": name})


def _bare(where: Where, parts: Iterable[Part], known: Mapping[str, Placeholder]) -> Iterator[Flaw]:
    """A subject and a button never vanish: what may be empty stands in brackets there."""
    for name in dict.fromkeys(bare_names(parts)):
        if name in known and known[name].may_be_empty:
            yield Flaw(where, "may_be_empty", {"name": name})


def _missing(lines: Iterable[Line], known: Mapping[str, Placeholder]) -> Iterator[Flaw]:
    kinds = [line.kind for line in lines]
    buttons = kinds.count("button")
    if "link" in known and buttons != 1:
        yield Flaw("body", "link_is_missing" if not buttons else "one_button")
    if "items" in known and "items" not in kinds:
        yield Flaw("body", "items_are_missing")


def _line(line: str) -> Line:
    if line == ITEMS_LINE:
        return Line("items", (Value("items"),))
    kind = _MARKS.get(line[:2], "text")
    rest = line[2:].strip()
    if line[:2] == "- ":
        raise BrokenTextError("no_dashes")
    if kind == "fact":
        label, found, value = rest.partition(" | ")
        if not (found and label.strip() and value.strip()):
            raise BrokenTextError("fact_has_two_parts")
        return Line("fact", parts_of(value.strip()), parts_of(label.strip()))
    if kind == "button":
        label, found, link = rest.partition(" | ")
        if not (found and label.strip() and link.strip() == LINK_LINE):
            raise BrokenTextError("button_has_two_parts")
        return Line("button", parts_of(label.strip()))
    return Line(kind, parts_of(rest if kind == "why" else line))


class _Reading:
    """Reads one line from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens = iter([token for token in _TOKENS.split(text) if token])

    def parts(self) -> Parts:
        found: list[Part] = []
        for piece in self._tokens:
            if piece == "{":
                found.append(self._value())
            elif piece == "[":
                found.append(self._maybe())
            elif piece in ("}", "]"):
                raise BrokenTextError("braces" if piece == "}" else "brackets")
            else:
                found.append(piece)
        return tuple(found)

    def _value(self) -> Value:
        name = next(self._tokens, "")
        if next(self._tokens, "") != "}":
            raise BrokenTextError("braces")
        if not _NAME.fullmatch(name):
            raise BrokenTextError("unknown_placeholder", name=name)
        return Value(name)

    def _maybe(self) -> Maybe:
        sides: list[list[str | Value]] = [[]]
        for piece in self._tokens:
            if piece == "]":
                return _whole(sides)
            if piece in ("[", "}"):
                raise BrokenTextError("brackets" if piece == "[" else "braces")
            if piece == "|":
                sides.append([])
            else:
                sides[-1].append(self._value() if piece == "{" else piece)
        raise BrokenTextError("brackets")


def _whole(sides: list[list[str | Value]]) -> Maybe:
    then, otherwise = sides[0], sides[1] if len(sides) > 1 else []
    if len(sides) > 2 or any(isinstance(part, Value) for part in otherwise):  # noqa: PLR2004
        raise BrokenTextError("brackets")
    if not any(isinstance(part, Value) for part in then):
        raise BrokenTextError("brackets_name_nothing")
    return Maybe(tuple(then), tuple(otherwise))
