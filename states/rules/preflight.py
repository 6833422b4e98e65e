"""What is looked at before somebody is numbered: document, name, level, and what must come first.

A finding that weighs MUST keeps a person out of the batch until it is cured; everybody else goes.
Who holds a certificate of the level, or gets one in the same batch, is held as ever (A24). One that
was put right is looked at, too, but waits for none: it is itself the one of its level.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from states.rules.findings import SYSTEM_DEFAULT, Finding, Weight
from states.rules.identity import KIND_LABEL, DocumentKind, Flaw, read_identity
from states.rules.routes import TERMS, Level, Route, leads_to


class Place(StrEnum):
    """Where somebody comes to be when the next batch is made."""

    GOES = "goes"
    HELD = "held"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody who waits for a number.

    `where` is their row for people ("HP-2026-001-01/5"); `missing_glyphs` the characters of the
    name that no font has. `surveyed` and `returned` speak of a class: whether its survey was summed
    up and its month's return accepted; other routes need neither. `numbered`: they have a serial
    already, and the certificate is to be sent again.
    """

    where: str
    learner_id: int
    route: Route
    level: Level
    name: str
    document_kind: str
    document_number: str
    missing_glyphs: str = ""
    surveyed: bool = True
    returned: bool = True
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What the pre-flight says of one person."""

    place: Place
    findings: tuple[Finding, ...]


def judge(
    applicants: Sequence[Applicant], holders: Mapping[tuple[int, Level], str], today: date
) -> list[Judged]:
    """Everybody's place, in their order; `holders` tells the serial that (person, level) has."""
    known: dict[tuple[int, Level], Finding] = {
        key: _note("preflight_holds_one", serial=serial) for key, serial in holders.items()
    }
    judged = []
    for one in applicants:
        key = (one.learner_id, one.level)
        found = tuple(check(one, today))
        if found:
            judged.append(Judged(Place.STAYS, found))
        elif key in known and not one.numbered:
            judged.append(Judged(Place.HELD, (known[key],)))
        else:
            judged.append(Judged(Place.GOES, ()))
            known.setdefault(key, _note("preflight_twice", where=one.where))
    return judged


def check(one: Applicant, today: date) -> Iterator[Finding]:
    """What has to be cured before this person may be numbered."""
    if not _document_stands(one, today):
        yield Finding("preflight_document_invalid", SYSTEM_DEFAULT)
    if not one.name:
        yield Finding("preflight_name_missing", SYSTEM_DEFAULT)
    if one.missing_glyphs:
        # With its number: where a font lacks a character, so does the page that names it.
        named = [f"{each} (U+{ord(each):04X})" for each in one.missing_glyphs]
        params = {"characters": "、".join(named)}
        yield Finding("preflight_glyphs_missing", SYSTEM_DEFAULT, params=params)
    if not leads_to(one.route, one.level):
        yield Finding("preflight_level_unknown", TERMS[one.route].clauses[0])
    if not one.surveyed:
        yield Finding("preflight_survey_missing", "C21")
    if not one.returned:
        yield Finding("preflight_return_missing", "C22")


def _document_stands(one: Applicant, today: date) -> bool:
    """The number is still one of its kind: rules of numbers may have changed since the import."""
    kind = DocumentKind(one.document_kind)
    found = read_identity(KIND_LABEL[kind], one.document_number, today=today)
    return not isinstance(found, Flaw) and found.kind is kind


def _note(code: str, **params: str) -> Finding:
    return Finding(code, "A24", Weight.NOTE, params)
