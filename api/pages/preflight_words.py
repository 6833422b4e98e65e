"""The next batch in words: counts, everybody who does not go and why, and the shares after it."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.errors import finding_line
from api.pages.names import shown_name
from api.pages.target_words import effect_words, quota_effect_words
from api.pages.wording import path_of
from states.records.preflight_board import Preview, Previewed
from states.rules.preflight import Place
from states.rules.routes import Route
from states.rules.words import Language
from templates.shapes import FindingLine

SHOWN = 50
"""So many people are named on the page; programs get all of them."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody who is not numbered now: the name masked, the row of their list, and why."""

    name: str
    code: str
    class_no: int
    sheet_row: int
    href: str
    place: Place
    lines: Sequence[FindingLine]


@dataclass(frozen=True, slots=True)
class Preflight:
    """The section of the page. `counts` are (word of [preflight], number), without zeros.

    `may_make`: somebody would be numbered or held.
    """

    certificates: int
    may_make: bool
    counts: Sequence[tuple[str, int]]
    stopped: Sequence[Stopped]
    more: int
    effects: Sequence[str]


def preflight_words(preview: Preview | None, lang: Language) -> Preflight | None:
    """What the page says before the button; None when nobody waits."""
    if preview is None or not (preview.people or preview.certificates):
        return None
    out = [*preview.at(Place.STAYS), *preview.at(Place.HELD)]
    counts = [(str(place), len(preview.at(place))) for place in Place]
    counts += [("again", preview.again), ("freed", preview.freed)]
    return Preflight(
        certificates=preview.certificates,
        may_make=bool(preview.certificates or preview.at(Place.HELD)),
        counts=[(word, count) for word, count in counts if count or word == Place.GOES],
        stopped=[_stopped(one, preview.route, lang) for one in out[:SHOWN]],
        more=max(len(out) - SHOWN, 0),
        effects=[*effect_words(preview.effects, lang), *quota_effect_words(preview.quotas, lang)],
    )


def _stopped(one: Previewed, route: Route, lang: Language) -> Stopped:
    return Stopped(
        name=shown_name(one.candidate.name, lang),
        code=one.code,
        class_no=one.class_no,
        sheet_row=one.sheet_row,
        href=_href(one, route),
        place=one.judged.place,
        lines=[finding_line(finding, lang) for finding in one.judged.findings],
    )


def _href(one: Previewed, route: Route) -> str:
    """The page on which something can be done: the certificate's own, else that of the list."""
    known = one.candidate.known
    if known and known.serial:
        return f"/certificates/{known.serial}/history"
    return path_of(route, one.code) + (f"/classes/{one.class_no}" if one.class_no else "")
