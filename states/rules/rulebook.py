"""The law of one regime as data: a dated TOML file, strictly read, frozen and hashed."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from states.rules.deadline_rule import DeadlineRule, ReminderRule, ReturnRule, Rung
from states.rules.facts import Kind
from states.rules.findings import Weight
from states.rules.people import LearnerRules
from states.rules.stages import Channel, Role, Stage
from states.rules.strict import Strict


class Title(Strict):
    """A name in both languages of the interface."""

    zh: str
    en: str


class Hours(Strict):
    """The total of a course, in half class hours (C02)."""

    half_hours: int
    source: str


class Share(Strict):
    """An exact fraction that may be reached but not passed (C04)."""

    numerator: int
    denominator: int
    source: str

    def allows(self, part: int, whole: int) -> bool:
        """Whether part / whole is at most this share, in integers."""
        return part * self.denominator <= whole * self.numerator


class Sizes(Strict):
    """Bounds of a usual class."""

    least: int
    most: int
    source: str


class Anomalies(Strict):
    """From when on attendance and answers are too much alike to go unmentioned (C13, E57)."""

    same_times: int = Field(ge=2)
    survey_answers: int = Field(ge=2)
    survey_seconds: int = Field(ge=1)
    source: str


class Limits(Strict):
    """Every number that a rule compares with."""

    hours: Hours
    online_share: Share
    class_size: Sizes
    anomalies: Anomalies


class ChannelRules(Strict):
    """What differs between the channels (C07-C11)."""

    clause: str
    signatures: int = Field(ge=1, le=3)
    employer_required: bool
    registration_required: bool
    source: str
    learners: LearnerRules


class FactRule(Strict):
    """Who may record a kind of fact, and in which stages."""

    kind: Kind
    who: frozenset[Role]
    stages: tuple[Stage, ...]
    clause: str


class Arrow(Strict):
    """One line of the machine: from these stages to that one, when all guards hold."""

    name: str
    source: tuple[Stage, ...]
    target: Stage | Literal["held"]
    guards: tuple[str, ...]
    clause: str
    letters: tuple[str, ...]


class LetterRule(Strict):
    """A letter that a fact causes; `only_with`: only if the fact has something in that field.

    Without `to` it goes to the role that the fact itself names.
    """

    on: Kind
    letter: str
    to: Role | None = None
    only_with: str = ""


class SurveyRule(Strict):
    """How long a survey stays open, in calendar days."""

    open_days: int
    source: str


class SupervisionRule(Strict):
    """Spot checks (C13): the usual share, the usual time to put a fault right, and its codes."""

    percent: int = Field(ge=1, le=100)
    rectify_working_days: int = Field(ge=1)
    faults: tuple[str, ...]
    source: str


class Rulebook(Strict):
    """One regime. `digest` is the SHA-256 of its whole content, with what it inherits."""

    id: str
    succeeds: str = ""
    title: Title
    document: str
    opens_from: date
    source: str
    limits: Limits
    weights: Mapping[str, Weight]
    channels: Mapping[Channel, ChannelRules]
    facts: tuple[FactRule, ...]
    arrows: tuple[Arrow, ...]
    letters: tuple[LetterRule, ...]
    deadlines: tuple[DeadlineRule, ...]
    survey: SurveyRule
    supervision: SupervisionRule
    returns: ReturnRule
    reminders: ReminderRule

    @cached_property
    def digest(self) -> str:
        """What the ledger remembers of these rules."""
        canonical = json.dumps(self.model_dump(), sort_keys=True, default=_plain)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @cached_property
    def fact_rules(self) -> Mapping[Kind, FactRule]:
        """The fact rules by kind."""
        return {rule.kind: rule for rule in self.facts}

    @cached_property
    def duty_of_letter(self) -> Mapping[str, str]:
        """The duty each letter asks for; it is sent only while that duty is open."""
        return {letter: rule.duty for rule in self.deadlines for letter in rule.letters}

    def ladder(self, name: str) -> tuple[Rung, ...]:
        """The rungs of a ladder by its name, with or without the regime before it."""
        return self.reminders.ladders[name.rpartition("/")[2]]

    def weight(self, rule: str) -> Weight:
        """How heavily a rule weighs here; a duty unless the book says otherwise."""
        return self.weights.get(rule, Weight.MUST)


class Standard(Strict):
    """技术要求: the technical requirements in force from a day on (A01)."""

    id: str
    kind: Literal["standard"]
    title: Title
    effective_from: date
    class_hour_minutes: int
    source: str


class Bank(Strict):
    """考核题库: the question bank in force from a day on. Marks are tenths of a mark."""

    id: str
    kind: Literal["bank"]
    title: Title
    effective_from: date
    pass_tenths: int
    full_tenths: int
    source: str


class ContestBank(Strict):
    """技能比武题库: a bank of its own, harder than the assessment's (C32)."""

    id: str
    kind: Literal["contest_bank"]
    title: Title
    effective_from: date
    source: str


def read_regimes(folder: Path) -> dict[str, Rulebook]:
    """All regimes of a folder, each laid over the one it succeeds."""
    raw = {d["id"]: d for d in map(_toml, sorted(folder.glob("*.toml")))}
    return {key: Rulebook.model_validate(_whole(raw, key)) for key in raw}


def read_versions(folder: Path) -> tuple[dict[str, Standard], dict[str, Bank]]:
    """All standards and banks of a folder: two independent kinds of version."""
    raw = _versions(folder)
    standards = [Standard.model_validate(d) for d in raw if d["kind"] == "standard"]
    banks = [Bank.model_validate(d) for d in raw if d["kind"] == "bank"]
    return {s.id: s for s in standards}, {b.id: b for b in banks}


def read_contest_banks(folder: Path) -> dict[str, ContestBank]:
    """The contest banks of a folder; never among the assessment's banks."""
    raw = (d for d in _versions(folder) if d["kind"] == "contest_bank")
    return {bank.id: bank for bank in map(ContestBank.model_validate, raw)}


def _versions(folder: Path) -> list[dict[str, Any]]:
    return [_toml(path) for path in sorted(folder.glob("*.toml"))]


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def _whole(raw: Mapping[str, dict[str, Any]], key: str) -> dict[str, Any]:
    own = raw[key]
    return laid_over(_whole(raw, own["succeeds"]), own) if "succeeds" in own else own


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """One table of rules over another: only what the upper one says is changed."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(below.get(key), dict)
        merged[key] = laid_over(below[key], value) if both else value
    return merged
