"""What all facts of a project say together: the plan, its classes, and what is still open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from states.rules.clocks import Clocks
from states.rules.stages import Channel, Stage
from states.rules.supervision import Fault, FaultState

SHANGHAI = ZoneInfo("Asia/Shanghai")


def shanghai_day(moment: datetime) -> date:
    """The Shanghai date of a moment: 23:30 UTC is already the next day there."""
    return moment.astimezone(SHANGHAI).date()


@dataclass(frozen=True, slots=True)
class Recorded:
    """One fact as it stands in the records: who said it, when, and as which ledger number."""

    seq: int
    kind: str
    payload: Mapping[str, Any]
    person_id: int | None
    at: datetime


@dataclass(slots=True)
class Plan:
    """The plan as last submitted, with the totals the rules ask for (in half class hours)."""

    title: str
    channel: Channel
    total_half_hours: int
    online_half_hours: int
    class_count: int
    class_size: int
    opens_on: date
    ends_on: date
    employer: str
    licence_valid_until: date | None
    licence_covers: bool
    submitted_by: int | None
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected score that waits for a second person; results as in the score sheet."""

    enrolment_id: int
    by: int | None
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MoveProposed:
    """Other rules for a class, proposed by one person; they wait for a second one."""

    seq: int
    by: int | None
    on: date
    regime: str
    standard: str
    bank: str
    text: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A class was moved to other rules by decision: when, and because of what."""

    on: date
    text: str
    regime_changed: bool


@dataclass(slots=True)
class ClassFacts:
    """What is known of one class. Once it is open only a decision changes the rules that bind it.

    `assessed_on` is the day of the newest assessment, a retry included.
    """

    no: int
    id: int
    opens_on: date
    ends_on: date
    filed_at: datetime
    regime: str
    standard: str
    bank: str
    reason: str
    licence_valid_until: date | None
    licence_covers: bool
    roster_seq: int = 0
    admitted: int = 0
    manual_review: int = 0
    registered: bool = False
    registered_on: date | None = None
    ended_on: date | None = None
    delivered_half_hours: int = 0
    online_half_hours: int = 0
    scores_seq: int = 0
    scores_by: int | None = None
    scores_at: datetime | None = None
    assessed_on: date | None = None
    passed: int = 0
    failed: int = 0
    absent: int = 0
    missing_scores: int = 0
    confirmed_at: datetime | None = None
    survey_closes_on: date | None = None
    survey_summed_up: bool = False
    survey_summed_up_at: datetime | None = None
    reported_month: str = ""
    timetable_seq: int = 0
    timetable_half_hours: int = 0
    timetable_online_half_hours: int = 0
    attendance_seq: int = 0
    held_half_hours: int = 0
    held_online_half_hours: int = 0
    corrections: dict[int, Correction] = field(default_factory=dict)
    move_proposed: MoveProposed | None = None
    moved: Moved | None = None

    @property
    def taught_half_hours(self) -> int:
        """What was delivered: by the attendance where any is recorded, else as declared."""
        return self.held_half_hours if self.attendance_seq else self.delivered_half_hours

    @property
    def taught_online_half_hours(self) -> int:
        """The online part of it."""
        return self.held_online_half_hours if self.attendance_seq else self.online_half_hours

    @property
    def days_late_registered(self) -> int:
        """Days between its opening and its entry in the city's system (C14); 0 when in time."""
        on = self.registered_on
        return max((on - self.opens_on).days, 0) if on else 0

    @property
    def filed_on(self) -> date:
        """The day on which the opening was filed, in Shanghai."""
        return shanghai_day(self.filed_at)


@dataclass(slots=True)
class Dossier:
    """All facts of one project, folded. `stage` and `at` are where and when we ask."""

    stage: Stage
    at: datetime
    today: date
    plan: Plan | None = None
    signers: list[int] = field(default_factory=list)
    last_signed_at: datetime | None = None
    sent_back: bool = False
    sent_back_at: datetime | None = None
    rejected: bool = False
    withdrawn: bool = False
    terminated: bool = False
    held_stage: Stage | None = None
    suspended: bool = False
    intake_closed: bool = False
    classes: dict[int, ClassFacts] = field(default_factory=dict)
    waiver_requests: dict[tuple[str, str], int] = field(default_factory=dict)
    waivers: set[tuple[str, str]] = field(default_factory=set)
    returns_accepted_at: datetime | None = None
    batched: int = 0
    held: int = 0
    accepted: int = 0
    refused: int = 0
    dropped: int = 0
    faults: dict[int, Fault] = field(default_factory=dict)
    clocks: Clocks = field(default_factory=Clocks)

    @property
    def approved_on(self) -> date | None:
        """The Shanghai day of the last signature under the plan."""
        signed = self.last_signed_at
        return shanghai_day(signed) if signed else None

    def open_faults(self, class_no: int) -> int:
        """How many faults that checks of a class found are not crossed off."""
        of_class = (fault for fault in self.faults.values() if fault.class_no == class_no)
        return sum(fault.state is not FaultState.CROSSED_OFF for fault in of_class)

    @property
    def passers(self) -> int:
        """How many learners of all classes passed."""
        return sum(klass.passed for klass in self.classes.values())
