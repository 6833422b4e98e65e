"""The law of one route as data: a dated TOML file, strictly read, frozen and hashed."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache, cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from states.rules.cases.kinds import CaseKind, CaseStage
from states.rules.findings import Weight
from states.rules.law import RULEBOOKS, NothingInForce
from states.rules.routes import Route
from states.rules.rulebook import Title
from states.rules.stages import Role


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CaseFactRule(_Strict):
    """Who may record a kind of fact, and in which stages. The filing itself opens a case."""

    kind: CaseKind
    who: frozenset[Role]
    stages: tuple[CaseStage, ...]
    clause: str


class CaseArrow(_Strict):
    """One line of the machine: from these stages to that one, when all guards hold.

    `letters` are "letter:role".
    """

    name: str
    source: tuple[CaseStage, ...]
    target: CaseStage
    guards: tuple[str, ...]
    clause: str
    letters: tuple[str, ...] = ()


class CaseLetter(_Strict):
    """A letter that a fact causes, not a move."""

    on: CaseKind
    letter: str
    to: Role


class ContestTerms(_Strict):
    """What is peculiar to contests: the highest mark, and from which year they count."""

    full_tenths: int
    year: int
    source: str


class ListTerms(_Strict):
    """What is peculiar to lists of passers: the year of their evaluation or exam (A15, C27)."""

    year: int
    source: str


class RouteBook(_Strict):
    """One route. `path` are its stages in order; `digest` is the SHA-256 of its whole content."""

    id: str
    route: Route
    title: Title
    document: str
    valid_from: date
    source: str
    path: tuple[CaseStage, ...]
    weights: Mapping[str, Weight] = {}
    contest: ContestTerms | None = None
    lists: ListTerms | None = None
    facts: tuple[CaseFactRule, ...]
    arrows: tuple[CaseArrow, ...]
    letters: tuple[CaseLetter, ...] = ()

    @cached_property
    def digest(self) -> str:
        """What the ledger remembers of these rules."""
        content = self.model_dump()
        canonical = json.dumps(content, sort_keys=True, default=_plain)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @cached_property
    def fact_rules(self) -> Mapping[CaseKind, CaseFactRule]:
        """The fact rules by kind."""
        return {rule.kind: rule for rule in self.facts}

    def weight(self, rule: str) -> Weight:
        """How heavily a rule weighs here; a duty unless the book says otherwise."""
        return self.weights.get(rule, Weight.MUST)


def book_on(route: Route, day: date) -> RouteBook:
    """The book of a case that was filed on that day. Raises NothingInForce."""
    known = [book for book in books() if book.route is route and book.valid_from <= day]
    if not known:
        raise NothingInForce(f"{route} {day.isoformat()}")
    return max(known, key=lambda book: book.valid_from)


@cache
def books(folder: Path = RULEBOOKS / "routes") -> tuple[RouteBook, ...]:
    """Every book of this release, by the names of their files."""
    files = sorted(folder.glob("*.toml"))
    return tuple(RouteBook.model_validate(tomllib.loads(f.read_text("utf-8"))) for f in files)


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)
