"""The five marks a letter's body is written with, so that text and HTML come from one source.

Every line is a block; one that begins with a mark is not plain text:
`= label | value` a fact, `> label | link` the button, `- day | link | what` an item of a list,
`~ why` the reason for this mail. Templates never begin a line with a value (a test looks).
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

_LINK: Final = re.compile(r"https?://[^\s\"'<>\\]+")

Kind = Literal["text", "fact", "button", "item", "why"]
_MARKS: Final[dict[str, Kind]] = {"= ": "fact", "> ": "button", "- ": "item", "~ ": "why"}


class BadLinkError(ValueError):
    """A link in a letter begins with http:// or https:// and has no blanks."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a letter. `label` is empty for text and why, `link` for all but two."""

    kind: Kind
    text: str
    label: str = ""
    link: str = ""


def blocks_of(body: str) -> list[Block]:
    """The blocks of a filled body, in order. Raises BadLinkError."""
    return [_block(line) for line in body.splitlines() if line.strip()]


def _block(line: str) -> Block:
    kind = _MARKS.get(line[:2], "text")
    rest = line[2:].strip()
    match kind:
        case "fact":
            label, _, value = rest.partition(" | ")
            return Block(kind, value, label)
        case "button":
            label, _, link = rest.partition(" | ")
            return Block(kind, label, link=checked_link(link))
        case "item":
            day, link, what = rest.split(" | ", 2)
            return Block(kind, what, day, checked_link(link))
        case "why":
            return Block(kind, rest)
        case _:
            return Block(kind, line.strip())


def checked_link(link: str) -> str:
    """The link, when it is one. Raises BadLinkError."""
    if not _LINK.fullmatch(link):
        raise BadLinkError(BadLinkError.__doc__)
    return link
