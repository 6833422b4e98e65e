"""What is said of deadlines and orders, as programs and forms send it; the desk adds the rest."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.base import In, Out, Words
from states.rules.facts import Kind
from states.rules.kinds import ShortText, Text
from states.rules.stages import Role

OrderNo = Annotated[int, Field(ge=1, le=200)]


class _OfDuty(In):
    duty: ShortText
    subject: str = Field(default="", max_length=60, description="A class, an order, or empty.")


class ExtendIn(_OfDuty):
    """延期: a new last day for an open duty, with the reason."""

    kind: Literal[Kind.DEADLINE_EXTENDED] = Kind.DEADLINE_EXTENDED
    until: date
    text: Text


class UrgeIn(_OfDuty):
    """催办: remind whoever has an open duty."""

    kind: Literal[Kind.URGED] = Kind.URGED


class TakeUpIn(_OfDuty):
    """跟进: the bureau takes up a duty that stayed undone after every reminder."""

    kind: Literal[Kind.TAKEN_UP] = Kind.TAKEN_UP
    text: Text


class OrderIn(In):
    """督办: an order to an office below, with its day."""

    kind: Literal[Kind.ORDER_GIVEN] = Kind.ORDER_GIVEN
    to: Role
    due_on: date
    text: Text


class OrderAnswerIn(In):
    """反馈: what was done about an order."""

    kind: Literal[Kind.ORDER_ANSWERED] = Kind.ORDER_ANSWERED
    no: OrderNo
    text: Text


class OrderCloseIn(In):
    """办结, or back with a new day and the reason."""

    kind: Literal[Kind.ORDER_CLOSED] = Kind.ORDER_CLOSED
    no: OrderNo
    accepted: bool
    due_on: date | None = None
    text: str = Field(default="", max_length=2000)


TimeIn = ExtendIn | UrgeIn | TakeUpIn | OrderIn | OrderAnswerIn | OrderCloseIn
"""Every one of them."""


class OrderOut(Out):
    """An order from above, as it stands."""

    project: str
    no: int
    to: Role
    state: str = Field(examples=["open"])
    district: Words
    given_by: Words | None
    given_at: datetime
    due_on: date
