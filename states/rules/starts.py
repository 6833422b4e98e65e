"""The events from which deadlines are counted: what has begun, and who has done their part."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from states.rules.binding import the_plan
from states.rules.clocks import Order
from states.rules.dossier import ClassFacts, Dossier, shanghai_day
from states.rules.rulebook import Rulebook
from states.rules.stages import Role
from states.rules.supervision import FaultState


@dataclass(frozen=True, slots=True)
class Start:
    """An event from which a duty is counted, and what the event itself says of it.

    `who`: whose turn it is, where the rulebook leaves that to the event. `due_on`: its last day;
    `exact` when a day off stays one.
    """

    subject: str
    since: date
    in_hand_of: int | None = None
    not_by: tuple[int, ...] = ()
    who: Role | None = None
    due_on: date | None = None
    exact: bool = False


Started = Iterator[Start]


def begun(starts: str, dossier: Dossier, book: Rulebook) -> Started:
    """Every event of this kind that has begun and whose duty is not done."""
    return _STARTS[starts](dossier, book)


def _plan_submitted(dossier: Dossier, _: Rulebook) -> Started:
    yield Start("", shanghai_day(the_plan(dossier).submitted_at), not_by=tuple(dossier.signers))


def _sent_back(dossier: Dossier, _: Rulebook) -> Started:
    if dossier.sent_back_at:
        yield Start("", shanghai_day(dossier.sent_back_at), the_plan(dossier).submitted_by)


def _planned_opening(dossier: Dossier, _: Rulebook) -> Started:
    """On the planned day, or when the plan was approved if that came later."""
    if not dossier.classes:
        plan = the_plan(dossier)
        opens = max(plan.opens_on, dossier.approved_on or plan.opens_on)
        yield Start("", opens, plan.submitted_by)


def _further_opening(dossier: Dossier, _: Rulebook) -> Started:
    """Classes of the plan that never opened hold the project; by its last day they are due."""
    plan = the_plan(dossier)
    opened = len(dossier.classes)
    if 0 < opened < plan.class_count and not dossier.intake_closed:
        yield Start("", plan.opens_on, plan.submitted_by, due_on=plan.ends_on)


def _opened_unregistered(dossier: Dossier, book: Rulebook) -> Started:
    """C14, A11: where the channel asks for it, the class is entered in the city's system."""
    if book.channels[the_plan(dossier).channel].registration_required:
        for klass in _classes(dossier):
            if not klass.registered:
                yield Start(str(klass.no), klass.opens_on, the_plan(dossier).submitted_by)


def _planned_end(dossier: Dossier, _: Rulebook) -> Started:
    for klass in _classes(dossier):
        if klass.ended_on is None:
            yield Start(str(klass.no), klass.ends_on, the_plan(dossier).submitted_by)


def _class_ended(dossier: Dossier, _: Rulebook) -> Started:
    for klass in _classes(dossier):
        if klass.ended_on and (not klass.scores_seq or klass.missing_scores):
            yield Start(str(klass.no), klass.ended_on)


def _scores_imported(dossier: Dossier, _: Rulebook) -> Started:
    for klass in _classes(dossier):
        if klass.scores_at and klass.confirmed_at is None:
            entered = (klass.scores_by,) if klass.scores_by else ()
            yield Start(str(klass.no), shanghai_day(klass.scores_at), not_by=entered)


def _survey_opened(dossier: Dossier, _: Rulebook) -> Started:
    for klass in _classes(dossier):
        if klass.survey_closes_on and not klass.survey_summed_up:
            day = klass.survey_closes_on
            yield Start(str(klass.no), day, due_on=day, exact=True)


def _month_of_sum_up(dossier: Dossier, _: Rulebook) -> Started:
    for klass in _classes(dossier):
        if klass.survey_summed_up_at and not klass.reported_month:
            yield Start(str(klass.no), shanghai_day(klass.survey_summed_up_at))


def _return_accepted(dossier: Dossier, _: Rulebook) -> Started:
    if dossier.returns_accepted_at:
        yield Start("", shanghai_day(dossier.returns_accepted_at))


def _rectification_due(dossier: Dossier, _: Rulebook) -> Started:
    yield from _first_by_class(
        (fault.class_no, fault.due_on)
        for fault in dossier.faults.values()
        if fault.state is FaultState.OPEN
    )


def _rectification_reported(dossier: Dossier, _: Rulebook) -> Started:
    yield from _first_by_class(
        (fault.class_no, shanghai_day(fault.rectified_at))
        for fault in dossier.faults.values()
        if fault.state is FaultState.RECTIFIED and fault.rectified_at
    )


def _first_by_class(days: Iterable[tuple[int, date]]) -> Started:
    """One duty a class, however many faults: the earliest day counts."""
    first: dict[int, date] = {}
    for no, day in days:
        first[no] = min(day, first.get(no, day))
    yield from (Start(str(no), day) for no, day in first.items())


def _order_given(dossier: Dossier, _: Rulebook) -> Started:
    for order in _orders(dossier):
        if order.answered_on is None:
            yield Start(order_subject(order.no), order.since, who=order.to, due_on=order.due_on)


def _order_answered(dossier: Dossier, _: Rulebook) -> Started:
    for order in _orders(dossier):
        if order.answered_on:
            yield Start(order_subject(order.no), order.answered_on, who=order.by)


def order_subject(no: int) -> str:
    """What deadlines call an order of their project."""
    return f"order-{no}"


def subject_in(said: Mapping[str, Any]) -> str:
    """What the content of a fact is about: a work item, a duty, an order or a class."""
    if "no" in said:
        return order_subject(said["no"])
    names = (said.get(name) for name in ("item", "subject", "class_no"))
    return str(next(filter(None, names), ""))


def _orders(dossier: Dossier) -> Iterator[Order]:
    return (order for order in dossier.clocks.orders.values() if not order.closed)


def _classes(dossier: Dossier) -> Iterator[ClassFacts]:
    return iter(dossier.classes.values())


_STARTS: Mapping[str, Callable[[Dossier, Rulebook], Started]] = {
    "plan_submitted": _plan_submitted,
    "sent_back": _sent_back,
    "planned_opening": _planned_opening,
    "further_opening": _further_opening,
    "opened_unregistered": _opened_unregistered,
    "planned_end": _planned_end,
    "class_ended": _class_ended,
    "scores_imported": _scores_imported,
    "survey_opened": _survey_opened,
    "month_of_sum_up": _month_of_sum_up,
    "return_accepted": _return_accepted,
    "rectification_due": _rectification_due,
    "rectification_reported": _rectification_reported,
    "order_given": _order_given,
    "order_answered": _order_answered,
}
STARTS = frozenset({*_STARTS, "escalated"})
"""The events from which a rulebook may count."""
