"""What is to be said of a monthly return before somebody signs it (C18, A13).

What would make a figure wrong blocks the first signature (must) and is cured by compiling anew.
Everything else is only said: a class that waits is reported later, a person named twice was
assessed twice, and the count of persons stands beside the count of passes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from states.rules.findings import Finding, Weight
from states.rules.stages import Stage


@dataclass(frozen=True, slots=True)
class WaitingClass:
    """A class that was assessed by the end of the month and stands in no return of its own month.

    `held_in` is the later month whose return names it and carries a signature already, if any.
    """

    code: str
    stage: str
    confirmed_on: date | None
    closes_on: date | None
    summed_up: bool
    held_in: str = ""


@dataclass(frozen=True, slots=True)
class SamePerson:
    """Somebody who passed in this return, and where they were met before.

    `kind`: "twice" in this return, "reported" in the return of another `month`, or "certified" at
    this level. `places` are rows of rosters in this return ("HP-2026-001-01/5").
    """

    kind: str
    places: Sequence[str]
    month: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the checks look at; classes by code.

    `stale`: their scores changed since they were counted. `stopped`: their project left the
    straight path since then. `undecided`: a correction of a score waits for a second person.
    """

    ends_before: date
    stale: Sequence[str] = ()
    stopped: Sequence[str] = ()
    undecided: Sequence[str] = ()
    waiting: Sequence[WaitingClass] = ()
    doubles: Sequence[SamePerson] = ()


def check(draft: Draft) -> list[Finding]:
    """Every finding, those that block first."""
    return [*_wrong(draft), *_worth_a_word(draft)]


def blocking(findings: Sequence[Finding]) -> list[Finding]:
    """What must be cured before the first signature."""
    return [finding for finding in findings if finding.weight is Weight.MUST]


def _wrong(draft: Draft) -> Iterator[Finding]:
    for code in draft.stale:
        yield Finding("return_counts_old_scores", "C18", params={"code": code})
    for code in draft.stopped:
        yield Finding("return_names_a_stopped_class", "C18", params={"code": code})


def _worth_a_word(draft: Draft) -> Iterator[Finding]:
    for code in draft.undecided:
        yield _note("return_correction_is_open", code=code)
    for klass in draft.waiting:
        yield _is_held(klass) if klass.held_in else _waits(klass, draft.ends_before)
    for person in draft.doubles:
        yield _met_before(person)


def _is_held(klass: WaitingClass) -> Finding:
    return _note("return_class_is_held", code=klass.code, month=klass.held_in)


def _waits(klass: WaitingClass, ends_before: date) -> Finding:
    """Why a class is not in this return: the first reason that holds."""
    if klass.stage == Stage.SUSPENDED:
        return _note("return_class_is_suspended", code=klass.code)
    if klass.confirmed_on is None:
        return _note("return_scores_unconfirmed", code=klass.code)
    if klass.confirmed_on >= ends_before:
        day = klass.confirmed_on.isoformat()
        return _note("return_scores_confirmed_later", code=klass.code, day=day)
    if not klass.summed_up:
        day = klass.closes_on.isoformat() if klass.closes_on else "—"
        return _note("return_survey_missing", "C21", code=klass.code, day=day)
    if klass.stage != Stage.SURVEYED:
        return _note("return_project_is_unfinished", code=klass.code)
    return _note("return_class_is_not_counted", code=klass.code)


def _met_before(person: SamePerson) -> Finding:
    """Places are told apart by blanks: each language joins a list in its own way."""
    params = {"places": " ".join(person.places), "month": person.month}
    return Finding(f"return_person_{person.kind}", "C18", Weight.NOTE, params)


def _note(code: str, clause: str = "C18", /, **params: str) -> Finding:
    return Finding(code, clause, Weight.NOTE, params)
