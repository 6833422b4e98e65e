"""Facts about deadlines: more time, reminders by hand, silence and what follows, orders from above.

`duty`, `subject` and `since` name one open deadline; a duty that opens again later is another one.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from states.rules.deadline_rule import SilenceOutcome
from states.rules.kinds import Kind, Payload, ShortText, Text
from states.rules.stages import Role


class _OfDeadline(Payload):
    duty: ShortText
    subject: str = Field(default="", max_length=60)
    since: date
    to: Role
    """Whose turn it is: the letters about it go there."""


class DeadlineExtended(_OfDeadline):
    """延期: more time for a duty, with the reason. `until` is its new last day."""

    kind: Literal[Kind.DEADLINE_EXTENDED] = Kind.DEADLINE_EXTENDED
    due_on: date
    until: date
    text: Text


class Urged(_OfDeadline):
    """催办: whoever waits, or an upper office, reminds by hand; `count` says how often by now."""

    kind: Literal[Kind.URGED] = Kind.URGED
    count: Annotated[int, Field(ge=1)]


class SilenceWarned(_OfDeadline):
    """The last warning before silence ends the project or sends it back: until `ends_on`."""

    kind: Literal[Kind.SILENCE_WARNED] = Kind.SILENCE_WARNED
    due_on: date
    ends_on: date


class SilenceNoted(_OfDeadline):
    """The service found that a side stayed silent; the rulebook says what comes of it.

    `item`: what the work item is about that the bureau gets; empty when there is another outcome.
    """

    kind: Literal[Kind.SILENCE_NOTED] = Kind.SILENCE_NOTED
    due_on: date
    outcome: SilenceOutcome
    item: str = ""


class TakenUp(_OfDeadline):
    """The bureau has taken up a late duty as its own work, and says how."""

    kind: Literal[Kind.TAKEN_UP] = Kind.TAKEN_UP
    text: Text


class _OfOrder(Payload):
    no: Annotated[int, Field(ge=1, le=200)]
    to: Role


class OrderGiven(_OfOrder):
    """督办: an order from above with a day of its own, numbered within the project."""

    kind: Literal[Kind.ORDER_GIVEN] = Kind.ORDER_GIVEN
    by: Role
    due_on: date
    text: Text


class OrderAnswered(_OfOrder):
    """反馈: what was done about an order; `to` is the role that gave it."""

    kind: Literal[Kind.ORDER_ANSWERED] = Kind.ORDER_ANSWERED
    text: Text


class OrderClosed(_OfOrder):
    """办结, or the order goes back with a new day and the reason."""

    kind: Literal[Kind.ORDER_CLOSED] = Kind.ORDER_CLOSED
    accepted: bool
    due_on: date | None = None
    text: str = Field(default="", max_length=2000)
