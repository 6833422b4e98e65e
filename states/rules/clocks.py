"""What the facts say of a project's clocks: stopped, set forward, urged, silent, ordered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from states.rules.deadline_rule import SilenceOutcome
from states.rules.stages import Role

DeadlineKey = tuple[str, str, date]
"""Duty, subject, and the day it counts from: a duty that opens again has another key."""


@dataclass(slots=True)
class Order:
    """督办 as it stands: open, answered, or closed."""

    no: int
    to: Role
    by: Role
    due_on: date
    since: date
    answered_on: date | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Urging:
    """How often somebody reminded by hand, and when last."""

    count: int
    last: date


@dataclass(frozen=True, slots=True)
class Silent:
    """What came of a duty that stayed undone after its last day, and since when."""

    outcome: SilenceOutcome
    due_on: date
    noted_on: date


@dataclass(frozen=True, slots=True)
class MoreTime:
    """A new last day, and the day on which it was given."""

    until: date
    on: date


@dataclass(slots=True)
class Clocks:
    """Everything that makes a deadline other than its rule alone would.

    `reviewed`: for how long each earlier version of the plan lay with the district, from day to
    day. `stops`: when the project was suspended; the last one may still last (None). `taken_up`:
    the last day of the late duty that somebody of the bureau took up.
    """

    reviewed: list[tuple[date, date]] = field(default_factory=list)
    stops: list[tuple[date, date | None]] = field(default_factory=list)
    extensions: dict[DeadlineKey, MoreTime] = field(default_factory=dict)
    warnings: dict[DeadlineKey, tuple[date, date]] = field(default_factory=dict)
    urged: dict[DeadlineKey, Urging] = field(default_factory=dict)
    silences: dict[DeadlineKey, Silent] = field(default_factory=dict)
    taken_up: dict[DeadlineKey, date] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    lapsed: SilenceOutcome | None = None

    # ── What happens to the project as a whole ──────────────────────────────────────────────────
    def submitted(self) -> None:
        """A plan came (again): what lapsed before is answered."""
        self.lapsed = None

    def sent_back(self, submitted: date, today: date) -> None:
        """The review clock stops."""
        self.reviewed.append((submitted, today))

    def suspended(self, day: date) -> None:
        """Every clock stops."""
        self.stops.append((day, None))

    def resumed(self, day: date) -> None:
        """They go on."""
        if self.stops:
            self.stops[-1] = (self.stops[-1][0], day)

    def is_silent(self, key: DeadlineKey, due_on: date) -> bool:
        """Whether silence on this duty was noted; with more time given it begins anew."""
        silent = self.silences.get(key)
        return silent is not None and silent.due_on == due_on

    def is_escalated(self, key: DeadlineKey, due_on: date) -> bool:
        """Whether it became somebody else's work."""
        silent = self.silences.get(key)
        escalated = silent is not None and silent.outcome is SilenceOutcome.ESCALATE
        return escalated and self.is_silent(key, due_on)

    def warned_until(self, key: DeadlineKey) -> date | None:
        """The day that the last warning named; more time takes a warning back."""
        return self.warnings[key][1] if key in self.warnings else None

    # ── Facts of their own ──────────────────────────────────────────────────────────────────────
    def extended(self, said: Mapping[str, Any], day: date) -> None:
        self.extensions[_key(said)] = MoreTime(date.fromisoformat(said["until"]), day)
        self.warnings.pop(_key(said), None)

    def warned(self, said: Mapping[str, Any], _: date) -> None:
        days = (date.fromisoformat(said[name]) for name in ("due_on", "ends_on"))
        self.warnings[_key(said)] = next(days), next(days)

    def reminded(self, said: Mapping[str, Any], day: date) -> None:
        self.urged[_key(said)] = Urging(said["count"], day)

    def silent(self, said: Mapping[str, Any], day: date) -> None:
        outcome = SilenceOutcome(said["outcome"])
        self.silences[_key(said)] = Silent(outcome, date.fromisoformat(said["due_on"]), day)
        if outcome is not SilenceOutcome.ESCALATE:
            self.lapsed = outcome
            self.reviewed.clear()

    def take_up(self, said: Mapping[str, Any], _: date) -> None:
        self.taken_up[_key(said)] = self.silences[_key(said)].due_on

    def ordered(self, said: Mapping[str, Any], day: date) -> None:
        due = date.fromisoformat(said["due_on"])
        self.orders[said["no"]] = Order(said["no"], Role(said["to"]), Role(said["by"]), due, day)

    def answered(self, said: Mapping[str, Any], day: date) -> None:
        self.orders[said["no"]].answered_on = day

    def closed(self, said: Mapping[str, Any], day: date) -> None:
        order = self.orders[said["no"]]
        order.closed, order.answered_on = said["accepted"], None
        for key in [key for key in self.extensions if key[1] == f"order-{order.no}"]:
            del self.extensions[key]
        if not said["accepted"]:
            order.since, order.due_on = day, date.fromisoformat(said["due_on"])


def key_of(duty: str, subject: str, since: date) -> DeadlineKey:
    """The key of one open duty."""
    return duty, subject, since


def _key(said: Mapping[str, Any]) -> DeadlineKey:
    return key_of(said["duty"], said["subject"], date.fromisoformat(said["since"]))
