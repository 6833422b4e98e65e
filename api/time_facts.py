"""From what somebody says of a deadline or an order to the whole fact that is recorded."""

from api.schemas.time import (
    ExtendIn,
    OrderAnswerIn,
    OrderCloseIn,
    OrderIn,
    TakeUpIn,
    TimeIn,
    UrgeIn,
)
from states.errors import NotAllowed
from states.rules.clocks import Order
from states.rules.deadlines import Deadline, duty_of
from states.rules.dossier import Dossier
from states.rules.facts import Fact
from states.rules.facts_of_time import (
    DeadlineExtended,
    OrderAnswered,
    OrderClosed,
    OrderGiven,
    TakenUp,
    Urged,
)
from states.rules.findings import SYSTEM_DEFAULT, Finding
from states.rules.law import the_law
from states.rules.stages import Role


def filled(said: TimeIn, dossier: Dossier, role: Role) -> Fact:
    """The fact, about the deadline or order as it stands now.

    Raises NotAllowed where there is none of that name any more.
    """
    match said:
        case OrderIn():
            no = len(dossier.clocks.orders) + 1
            return OrderGiven(no=no, to=said.to, by=role, due_on=said.due_on, text=said.text)
        case OrderAnswerIn():
            return OrderAnswered(no=said.no, to=_order(said.no, dossier).by, text=said.text)
        case OrderCloseIn():
            return OrderClosed(
                no=said.no, to=_order(said.no, dossier).to, accepted=said.accepted,
                due_on=None if said.accepted else said.due_on, text=said.text,
            )  # fmt: skip
        case _:
            return _of_deadline(said, _deadline(said, dossier), dossier)


def _of_deadline(said: ExtendIn | UrgeIn | TakeUpIn, late: Deadline, dossier: Dossier) -> Fact:
    name, since, to = {"duty": late.duty, "subject": late.subject}, late.since, late.who
    match said:
        case ExtendIn():
            return DeadlineExtended(
                **name, since=since, to=to, due_on=late.due_on, until=said.until, text=said.text
            )
        case UrgeIn():
            before = dossier.clocks.urged.get(late.key)
            return Urged(**name, since=since, to=to, count=before.count + 1 if before else 1)
        case TakeUpIn():
            return TakenUp(**name, since=since, to=to, text=said.text)


def _deadline(said: ExtendIn | UrgeIn | TakeUpIn, dossier: Dossier) -> Deadline:
    late = duty_of(dossier, the_law(), duty=said.duty, subject=said.subject)
    if late is None:
        raise NotAllowed([Finding("duty_is_not_open", SYSTEM_DEFAULT)])
    return late


def _order(no: int, dossier: Dossier) -> Order:
    order = dossier.clocks.orders.get(no)
    if order is None:
        raise NotAllowed([Finding("order_is_closed", SYSTEM_DEFAULT, params={"no": no})])
    return order
