"""What a rulebook says of a deadline: how it counts, who may move it, how it pushes and ends."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from states.rules.stages import Role, Stage
from states.rules.strict import Strict

WorkingDays = Annotated[int, Field(ge=1, le=250)]


WARNING_WORKING_DAYS = 5
"""Between the last warning and what silence then brings (system default)."""


class Reader(StrEnum):
    """To whom a rung of a ladder speaks."""

    RESPONSIBLE = "responsible"
    """Whoever has the matter in hand; everybody with the duty where nobody has."""
    DUTY = "duty"
    HEAD = "head"
    """The head of the office whose turn it is: of the institution, of the district."""
    DISTRICT_HEAD = "district_head"
    BUREAU = "bureau"


class SilenceOutcome(StrEnum):
    """What comes of a duty that stays undone: a work item, a send-back, the end of the project."""

    ESCALATE = "escalate"
    RETURN = "return"
    TERMINATE = "terminate"


class Silence(Strict):
    """The outcome when a side is silent for so many working days after the last day.

    A deadline without one has none: nothing happens but the reminders. What ends a project or sends
    it back does so only `warning_working_days` after a last warning, however long nobody looked.
    """

    working_days: WorkingDays
    outcome: SilenceOutcome

    @property
    def warning_working_days(self) -> int:
        """None for a work item: it takes nothing from anybody."""
        return 0 if self.outcome is SilenceOutcome.ESCALATE else WARNING_WORKING_DAYS


class Extension(Strict):
    """Who may give more time, and how many working days beyond the day that the rule counts."""

    by: frozenset[Role]
    working_days: WorkingDays


class DeadlineRule(Strict):
    """Until when a duty is to be done, in working days after the event that starts it.

    `after_a_pause`: the clock goes on where it stood when the matter comes back, with at least so
    many days; without it the clock begins anew. `who` "addressed": whom the fact itself names.
    """

    stage: Stage
    also_in: tuple[Stage, ...] = ()
    duty: str
    who: Role | Literal["addressed"]
    starts: str
    working_days: int
    letters: tuple[str, ...] = ()
    source: str
    ladder: str = "usual"
    extend: Extension | None = None
    urged_by: frozenset[Role] = frozenset()
    silence: Silence | None = None
    after_a_pause: int = 0

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in which the duty can be open."""
        return (self.stage, *self.also_in)


class Rung(Strict):
    """One step of a ladder: so many working days before (negative) or after the last day."""

    working_days: Annotated[int, Field(ge=-60, le=60)]
    to: tuple[Reader, ...]


class UrgingRule(Strict):
    """催办 by hand: how many working days lie between two, and how often at most."""

    cool_down_working_days: WorkingDays
    at_most: Annotated[int, Field(ge=1)]


class ReminderRule(Strict):
    """The ladders by name, and reminders by hand."""

    ladders: Mapping[str, tuple[Rung, ...]]
    by_hand: UrgingRule
    source: str


class ReturnRule(Strict):
    """The monthly return (A13): due on the n-th working day of the next month.

    `again_working_days`: for a return that was sent back; `answer_working_days`: for the centre.
    """

    working_days: WorkingDays
    again_working_days: WorkingDays
    answer_working_days: WorkingDays
    ladder: str
    answer_ladder: str
    source: Literal["A13"]
