"""Until when whoever's turn it is must act, by which rule: counted in working days in Shanghai."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from states.rules.binding import book_of, the_plan
from states.rules.dossier import SHANGHAI, ClassFacts, Dossier
from states.rules.law import Law
from states.rules.rulebook import DeadlineRule
from states.rules.stages import Role
from states.rules.supervision import FaultState


@dataclass(frozen=True, slots=True)
class Deadline:
    """One open duty. `provisional` when the calendar does not reach that far."""

    duty: str
    who: Role
    due_on: date
    provisional: bool
    source: str
    since: date
    subject: str = ""


Started = Iterator[tuple[str, date]]


def open_deadlines(dossier: Dossier, law: Law) -> tuple[Deadline, ...]:
    """All open duties of the stage, the most urgent first."""
    book = book_of(dossier, law)
    found = [
        _deadline(rule, law, since, subject=subject)
        for rule in book.deadlines
        if dossier.stage in rule.stages
        for subject, since in _STARTS[rule.starts](dossier)
    ]
    return tuple(sorted(found, key=lambda deadline: deadline.due_on))


def _deadline(rule: DeadlineRule, law: Law, since: date, *, subject: str) -> Deadline:
    if rule.starts == "month_of_sum_up":
        due = law.calendar.nth_working_day_of_month(*_next_month(since), rule.working_days)
    elif rule.working_days == 0:
        due = law.calendar.working_day_on_or_after(since)
    else:
        due = law.calendar.nth_working_day_after(since, rule.working_days)
    return Deadline(
        duty=rule.duty,
        who=rule.who,
        due_on=due.day,
        provisional=due.provisional,
        source=rule.source,
        since=since,
        subject=subject,
    )


def _next_month(day: date) -> tuple[int, int]:
    return (day.year + day.month // 12, day.month % 12 + 1)


def shanghai_day(moment: datetime) -> date:
    """The Shanghai date of a moment: 23:30 UTC is already the next day there."""
    return moment.astimezone(SHANGHAI).date()


def _plan_submitted(dossier: Dossier) -> Started:
    yield "", shanghai_day(the_plan(dossier).submitted_at)


def _sent_back(dossier: Dossier) -> Started:
    if dossier.sent_back_at:
        yield "", shanghai_day(dossier.sent_back_at)


def _planned_opening(dossier: Dossier) -> Started:
    if not dossier.classes:
        yield "", the_plan(dossier).opens_on


def _planned_end(dossier: Dossier) -> Started:
    yield from (
        (str(klass.no), klass.ends_on) for klass in _classes(dossier) if klass.ended_on is None
    )


def _class_ended(dossier: Dossier) -> Started:
    for klass in _classes(dossier):
        if klass.ended_on and (not klass.scores_seq or klass.missing_scores):
            yield str(klass.no), klass.ended_on


def _scores_imported(dossier: Dossier) -> Started:
    for klass in _classes(dossier):
        if klass.scores_at and klass.confirmed_at is None:
            yield str(klass.no), shanghai_day(klass.scores_at)


def _month_of_sum_up(dossier: Dossier) -> Started:
    for klass in _classes(dossier):
        if klass.survey_summed_up_at and not klass.reported_month:
            yield str(klass.no), shanghai_day(klass.survey_summed_up_at)


def _return_accepted(dossier: Dossier) -> Started:
    if dossier.returns_accepted_at:
        yield "", shanghai_day(dossier.returns_accepted_at)


def _rectification_due(dossier: Dossier) -> Started:
    yield from _first_by_class(
        (fault.class_no, fault.due_on)
        for fault in dossier.faults.values()
        if fault.state is FaultState.OPEN
    )


def _rectification_reported(dossier: Dossier) -> Started:
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
    yield from ((str(no), day) for no, day in first.items())


def _classes(dossier: Dossier) -> Iterator[ClassFacts]:
    return iter(dossier.classes.values())


_STARTS: Mapping[str, Callable[[Dossier], Started]] = {
    "plan_submitted": _plan_submitted,
    "sent_back": _sent_back,
    "planned_opening": _planned_opening,
    "planned_end": _planned_end,
    "class_ended": _class_ended,
    "scores_imported": _scores_imported,
    "month_of_sum_up": _month_of_sum_up,
    "return_accepted": _return_accepted,
    "rectification_due": _rectification_due,
    "rectification_reported": _rectification_reported,
}
STARTS = frozenset(_STARTS)
"""The events from which a rulebook may count."""
