"""What may be said of a deadline or an order now, and by whom: the door for facts about time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from states.rules.binding import book_of
from states.rules.clocks import Order
from states.rules.deadline_rule import DeadlineRule
from states.rules.deadlines import Deadline, duty_of, open_deadlines, subject_of
from states.rules.dossier import Dossier
from states.rules.facts import Fact, Kind
from states.rules.facts_of_time import (
    DeadlineExtended,
    OrderAnswered,
    OrderClosed,
    OrderGiven,
    TakenUp,
    Urged,
)
from states.rules.findings import SYSTEM_DEFAULT, Finding
from states.rules.law import Law
from states.rules.rulebook import Rulebook
from states.rules.stages import Role
from states.rules.starts import order_subject

ADDRESSED: Mapping[Role, tuple[Role, ...]] = {
    Role.DISTRICT_HEAD: (Role.PROVIDER,),
    Role.BUREAU: (Role.PROVIDER, Role.REVIEWER, Role.CENTRE),
}
"""To whom an order may be given, by who gives it: always downwards."""

LONGEST_ORDER = timedelta(days=366)
Objections = Iterator[Finding]


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody in a role before one project, and what that lets them say about its time."""

    role: Role
    dossier: Dossier
    law: Law

    @property
    def book(self) -> Rulebook:
        """The rulebook that binds the project."""
        return book_of(self.dossier, self.law)

    def rule_of(self, late: Deadline) -> DeadlineRule:
        """The rule of the rulebook by which a deadline was counted."""
        stage = self.dossier.stage
        return next(r for r in self.book.deadlines if r.duty == late.duty and stage in r.stages)

    def may_extend(self, late: Deadline) -> bool:
        """Whether this role may give more time: never whoever has to act."""
        extend = self.rule_of(late).extend
        allowed = extend is not None and self.role in extend.by and self.role is not late.who
        return allowed and self._stands_above(late)

    def may_urge(self, late: Deadline) -> bool:
        """Whether this role waits for the duty, or stands above whoever has it."""
        allowed = self.role in self.rule_of(late).urged_by and self.role is not late.who
        return allowed and self._stands_above(late)

    def _stands_above(self, late: Deadline) -> bool:
        """An order is moved and urged by whoever gave it, or by the bureau; other duties by all."""
        orders = self.dossier.clocks.orders.values()
        order = next((one for one in orders if order_subject(one.no) == late.subject), None)
        return order is None or self.role in (order.by, Role.BUREAU)

    def may_answer(self, order: Order) -> bool:
        """The addressed role, and the head of an institution for its people."""
        return self.role is order.to or (self.role is Role.HEAD and order.to is Role.PROVIDER)

    def open(self, fact: DeadlineExtended | Urged | TakenUp) -> Deadline | None:
        """The deadline that a fact speaks of, if it is still the one that was seen."""
        late = duty_of(self.dossier, self.law, duty=fact.duty, subject=fact.subject)
        return late if late and late.since == fact.since else None

    def last_extension(self, late: Deadline) -> tuple[date, int] | None:
        """The last day to which it may be extended, and how many working days that is."""
        extend = self.rule_of(late).extend
        if extend is None:
            return None
        days = extend.working_days
        return self.law.calendar.nth_working_day_after(late.counted_on, days).day, days


def time_objections(fact: Fact, standing: Standing) -> tuple[Finding, ...]:
    """Every reason why this cannot be said of a deadline now; empty for other facts."""
    check = _CHECKS.get(fact.kind)
    return tuple(check(fact, standing)) if check else ()


def _object(code: str, **params: str | int) -> Finding:
    return Finding(code, SYSTEM_DEFAULT, params=params)


def _extended(fact: DeadlineExtended, it: Standing) -> Objections:
    late = it.open(fact)
    if late is None:
        yield _object("duty_is_not_open")
        return
    if not it.may_extend(late):
        yield _object("not_yours_to_extend")
        return
    if it.law.calendar.working_day_on_or_after(fact.until).day <= late.due_on:
        yield _object("extension_gives_no_time", due_on=late.due_on.isoformat())
    if fact.until < it.dossier.today:
        yield _object("extension_lies_in_the_past")
    last = it.last_extension(late)
    if last and fact.until > last[0]:
        yield _object("extension_is_too_long", last=last[0].isoformat(), days=last[1])


def _urged(fact: Urged, it: Standing) -> Objections:
    late = it.open(fact)
    if late is None:
        yield _object("duty_is_not_open")
        return
    if not it.may_urge(late):
        yield _object("not_yours_to_urge")
        return
    rule, before = it.book.reminders.by_hand, it.dossier.clocks.urged.get(late.key)
    if before and before.count >= rule.at_most:
        yield _object("urged_often_enough", count=before.count)
    elif before:
        free = it.law.calendar.nth_working_day_after(before.last, rule.cool_down_working_days).day
        if it.dossier.today < free:
            yield _object("urged_lately", last=before.last.isoformat(), free=free.isoformat())


def _taken_up(fact: TakenUp, it: Standing) -> Objections:
    late = it.open(fact)
    items = {one.subject for one in open_deadlines(it.dossier, it.law) if one.duty == "take_up"}
    if late is None or subject_of(late) not in items:
        yield _object("nothing_to_take_up")


def _ordered(fact: OrderGiven, it: Standing) -> Objections:
    if fact.to not in ADDRESSED.get(it.role, ()):
        yield _object("order_goes_downwards")
    if fact.due_on < it.dossier.today:
        yield _object("order_day_is_to_come")
    yield from _too_far(fact.due_on, it)
    if fact.no != len(it.dossier.clocks.orders) + 1:
        yield _object("order_number_is_taken", no=fact.no)


def _too_far(day: date | None, it: Standing) -> Objections:
    last = it.dossier.today + LONGEST_ORDER
    if day and day > last:
        yield _object("order_day_is_too_far", last=last.isoformat())


def _answered(fact: OrderAnswered, it: Standing) -> Objections:
    order = it.dossier.clocks.orders.get(fact.no)
    if order is None or order.closed or order.answered_on is not None:
        yield _object("order_waits_for_no_answer", no=fact.no)
    elif not it.may_answer(order):
        yield _object("order_is_not_for_you", no=fact.no)


def _closed(fact: OrderClosed, it: Standing) -> Objections:
    order = it.dossier.clocks.orders.get(fact.no)
    if order is None or order.closed:
        yield _object("order_is_closed", no=fact.no)
    elif it.role is not order.by:
        yield _object("order_is_not_yours", no=fact.no)
    elif not fact.accepted and order.answered_on is None:
        yield _object("order_waits_for_an_answer", no=fact.no)
    elif not fact.accepted and (fact.due_on is None or fact.due_on < it.dossier.today):
        yield _object("order_day_is_to_come")
    elif not fact.accepted and not fact.text.strip():
        yield _object("order_goes_back_with_a_reason")
    else:
        yield from _too_far(fact.due_on, it)


_CHECKS: Mapping[Kind, Callable[[Any, Standing], Objections]] = {
    Kind.DEADLINE_EXTENDED: _extended,
    Kind.URGED: _urged,
    Kind.TAKEN_UP: _taken_up,
    Kind.ORDER_GIVEN: _ordered,
    Kind.ORDER_ANSWERED: _answered,
    Kind.ORDER_CLOSED: _closed,
}
