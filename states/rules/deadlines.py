"""Until when whoever's turn it is must act, by which rule: counted in working days in Shanghai."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from states.rules.binding import book_of
from states.rules.clocks import DeadlineKey, key_of
from states.rules.deadline_rule import DeadlineRule, Rung, SilenceOutcome
from states.rules.dossier import SHANGHAI, Dossier, shanghai_day
from states.rules.law import Law
from states.rules.rulebook import Rulebook
from states.rules.stages import Role, Stage
from states.rules.starts import Start, begun
from states.rules.workdays import ONE_DAY, Calendar, Due

__all__ = [
    "REMINDED_AT", "Deadline", "Paused", "class_no_of", "duty_of", "first_morning",
    "open_deadlines", "paused_deadlines", "rungs_of", "shanghai_day", "subject_of",
]  # fmt: skip

REMINDED_AT = time(8, 30)
"""When the reminders of a day go out, in Shanghai."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One open duty. `provisional` when the calendar does not reach that far.

    `counted_on` is the last day as the rule counts it, `due_on` with what was granted. `ladder` and
    `rungs`: on which days who is reminded. `silent_on`: from the end of this day on silence has its
    outcome; where that ends or sends back the project, `warn_on` is the day after which a last
    warning is due, None once it was given. `in_hand_of` is the person whose matter it is, `not_by`
    those who have done their part.
    """

    duty: str
    who: Role
    due_on: date
    provisional: bool
    source: str
    since: date
    counted_on: date
    subject: str = ""
    ladder: str = ""
    rungs: tuple[date, ...] = ()
    silence: SilenceOutcome | None = None
    silent_on: date | None = None
    warn_on: date | None = None
    in_hand_of: int | None = None
    not_by: tuple[int, ...] = ()

    @property
    def key(self) -> DeadlineKey:
        """What facts about this deadline call it."""
        return key_of(self.duty, self.subject, self.since)


@dataclass(frozen=True, slots=True)
class Paused:
    """A duty whose clock stands still since a day, because another side is to act."""

    duty: str
    who: Role
    subject: str
    days_left: int
    since: date
    waits_for: Role


def open_deadlines(dossier: Dossier, law: Law) -> tuple[Deadline, ...]:
    """All open duties of the stage, the most urgent first."""
    counting = _Counting(dossier, book_of(dossier, law), law.calendar)
    found: list[Deadline] = []
    for rule in counting.book.deadlines:
        if dossier.stage in rule.stages:
            late = rule.starts == "escalated"
            starts = _escalated(dossier, found) if late else counting.starts(rule)
            found += [counting.deadline(rule, start) for start in starts]
    return tuple(sorted(found, key=lambda deadline: deadline.due_on))


def paused_deadlines(dossier: Dossier, law: Law) -> tuple[Paused, ...]:
    """The duties whose clocks stand still now, with the working days that are left to them."""
    stopped = _stopped_on(dossier)
    if stopped is None:
        return ()
    returned = dossier.stage is Stage.RETURNED
    held = Stage.PROPOSED if returned else dossier.held_stage
    counting = _Counting(dossier, book_of(dossier, law), law.calendar)
    return tuple(
        Paused(
            duty=one.duty, who=one.who, subject=one.subject, since=stopped,
            days_left=counting.left(rule, one, stopped),
            waits_for=Role.PROVIDER if returned else Role.REVIEWER,
        )
        for rule in counting.book.deadlines
        if held in rule.stages and dossier.stage not in rule.stages
        if rule.after_a_pause or not returned
        for one in (counting.deadline(rule, start) for start in counting.starts(rule))
    )  # fmt: skip


def duty_of(dossier: Dossier, law: Law, *, duty: str, subject: str) -> Deadline | None:
    """The open deadline of a duty; None where it is not open."""
    wanted = (duty, subject)
    return next((d for d in open_deadlines(dossier, law) if (d.duty, d.subject) == wanted), None)


def first_morning(at: datetime) -> date:
    """The first day whose reminders are still to come: they go out at `REMINDED_AT`."""
    moment = at.astimezone(SHANGHAI)
    return moment.date() if moment.time() < REMINDED_AT else moment.date() + ONE_DAY


def class_no_of(subject: str) -> str:
    """The number of the class that a deadline is about; empty when it is about something else."""
    return subject if subject.isdigit() else ""


def subject_of(late: Deadline) -> str:
    """What a work item calls the late duty that it is about: "review", "end_class/1"."""
    return "/".join(filter(None, (late.duty, late.subject)))


def rungs_of(ladder: Sequence[Rung], due: Due, calendar: Calendar) -> tuple[date, ...]:
    """The days of a ladder's rungs. Beyond the calendar's coverage nobody is called late."""
    days = _rung_days(tuple(rung.working_days for rung in ladder), due.day, calendar)
    return days if not due.provisional else tuple(d for d in days if d <= calendar.coverage_end)


@lru_cache(maxsize=4096)
def _rung_days(offsets: tuple[int, ...], due_on: date, calendar: Calendar) -> tuple[date, ...]:
    return tuple(_rung_day(days, due_on, calendar) for days in offsets)


def _rung_day(days: int, due_on: date, calendar: Calendar) -> date:
    if days < 0:
        return calendar.nth_working_day_before(due_on, -days)
    return calendar.nth_working_day_after(due_on, days).day if days else due_on


@dataclass(frozen=True, slots=True)
class _Counting:
    """Counts the deadlines of one project by its rulebook."""

    dossier: Dossier
    book: Rulebook
    calendar: Calendar

    def starts(self, rule: DeadlineRule) -> Iterator[Start]:
        return begun(rule.starts, self.dossier, self.book)

    def deadline(self, rule: DeadlineRule, start: Start) -> Deadline:
        counted = self._after_stops(self._counted(rule, start), rule, since=start.since)
        due = self._granted(counted, rule, start)
        warned = self.dossier.clocks.warned_until(key_of(rule.duty, start.subject, start.since))
        silent_on = self._silent_on(rule, due, until=warned)
        return Deadline(
            duty=rule.duty,
            who=_who(rule, start),
            due_on=due.day,
            provisional=due.provisional,
            source=rule.source,
            since=start.since,
            counted_on=counted.day,
            subject=start.subject,
            ladder=f"{self.book.id}/{rule.ladder}",
            rungs=rungs_of(self.book.reminders.ladders[rule.ladder], due, self.calendar),
            silence=rule.silence.outcome if rule.silence and silent_on else None,
            silent_on=silent_on,
            warn_on=None if warned else self._warn_on(rule, due),
            in_hand_of=start.in_hand_of,
            not_by=start.not_by,
        )

    def _counted(self, rule: DeadlineRule, start: Start) -> Due:
        if start.due_on and start.exact:
            return Due(start.due_on, provisional=False)
        if rule.starts == "month_of_sum_up":
            month = _next_month(start.since)
            return self.calendar.nth_working_day_of_month(*month, rule.working_days)
        if start.due_on or rule.working_days == 0:
            return self.calendar.working_day_on_or_after(start.due_on or start.since)
        return self.calendar.nth_working_day_after(start.since, self._days(rule))

    def _days(self, rule: DeadlineRule) -> int:
        """As many as the rule gives, less those that had run before a send-back."""
        if not rule.after_a_pause:
            return rule.working_days
        spans = self.dossier.clocks.reviewed
        used = sum(self.calendar.working_days_between(*span) for span in spans)
        return max(rule.working_days - used, rule.after_a_pause)

    def left(self, rule: DeadlineRule, one: Deadline, stopped: date) -> int:
        """The working days that a clock still has when it goes on."""
        if self.dossier.stage is Stage.RETURNED:
            return self._days(rule)
        return self.calendar.working_days_between(stopped, one.due_on)

    def _after_stops(self, due: Due, rule: DeadlineRule, *, since: date) -> Due:
        """Later by the working days that the project was suspended while the clock still ran."""
        if Stage.SUSPENDED in rule.stages:
            return due
        for first, last in self.dossier.clocks.stops:
            if last and last > since and first <= due.day:
                days = self.calendar.working_days_between(max(first, since), last)
                due = self.calendar.nth_working_day_after(due.day, days) if days else due
        return due

    def _granted(self, due: Due, rule: DeadlineRule, start: Start) -> Due:
        """With the time that was given; what was stopped after that comes on top."""
        more = self.dossier.clocks.extensions.get(key_of(rule.duty, start.subject, start.since))
        if more is None:
            return due
        until = self.calendar.working_day_on_or_after(more.until)
        until = self._after_stops(until, rule, since=more.on)
        return until if until.day > due.day else due

    def _silent_on(self, rule: DeadlineRule, due: Due, *, until: date | None) -> date | None:
        """Nothing follows from a day that is not arranged yet, nor runs out while all stands still.

        `until` is the day that a last warning named.
        """
        if rule.silence is None or due.provisional:
            return None
        return self._silent(rule, due, rule.silence.working_days, at_least=until)

    def _warn_on(self, rule: DeadlineRule, due: Due) -> date | None:
        if rule.silence is None or due.provisional or not rule.silence.warning_working_days:
            return None
        days = rule.silence.working_days - rule.silence.warning_working_days
        return self._silent(rule, due, days)

    def _silent(
        self, rule: DeadlineRule, due: Due, days: int, *, at_least: date | None = None
    ) -> date | None:
        reached = self.calendar.nth_working_day_after(due.day, days) if days else due
        if at_least and at_least > reached.day:
            reached = Due(at_least, provisional=False)
        stops = () if Stage.SUSPENDED in rule.stages else self.dossier.clocks.stops
        for first, last in stops:
            if last and due.day < first <= reached.day:
                stopped = self.calendar.working_days_between(first, last)
                reached = self.calendar.nth_working_day_after(reached.day, stopped or 1)
        return None if reached.provisional else reached.day


def _who(rule: DeadlineRule, start: Start) -> Role:
    if rule.who != "addressed":
        return rule.who
    if start.who is None:
        raise LookupError(f"{rule.starts} names nobody")
    return start.who


def _escalated(dossier: Dossier, found: Iterable[Deadline]) -> Iterator[Start]:
    """The duties that are still open though their silence went up the ladder to its end."""
    clocks = dossier.clocks
    for one in tuple(found):
        if clocks.is_escalated(one.key, one.due_on) and clocks.taken_up.get(one.key) != one.due_on:
            yield Start(subject_of(one), clocks.silences[one.key].noted_on)


def _stopped_on(dossier: Dossier) -> date | None:
    if dossier.stage is Stage.RETURNED and dossier.clocks.reviewed:
        return dossier.clocks.reviewed[-1][1]
    if dossier.stage is Stage.SUSPENDED and dossier.clocks.stops:
        return dossier.clocks.stops[-1][0]
    return None


def _next_month(day: date) -> tuple[int, int]:
    return (day.year + day.month // 12, day.month % 12 + 1)
