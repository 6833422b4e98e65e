"""Checks of a class put into words for its page: what was found, until when, what one may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from api.auth import Signed
from api.pages.class_words import ClassWords
from api.pages.wording import clock_of
from states.records.boards import Due
from states.records.check_board import CheckView, FaultLine, FaultView, checks_of
from states.records.class_board import ClassBoard
from states.records.inspections import usual_day
from states.rules.facts import Kind
from states.rules.findings import SYSTEM_DEFAULT
from states.rules.law import the_law
from states.rules.stages import Role
from states.rules.supervision import FaultState
from states.rules.words import Language
from templates.shapes import Clock


@dataclass(frozen=True, slots=True)
class FaultCard:
    """One fault on the page, with how long it still has and which form belongs to it."""

    view: FaultView
    clock: Clock | None
    may_report: bool
    may_recheck: bool
    may_suspend: bool


@dataclass(frozen=True, slots=True)
class CheckCard:
    """One check on the page; `learner` is empty where a whole class was looked at.

    Who checked has a name only within the district and for those who oversee it.
    """

    view: CheckView
    by: str
    learner: str
    faults: Sequence[FaultCard]


@dataclass(frozen=True, slots=True)
class Checks:
    """The part of a class's page. `again_by`: the day proposed when a fault goes back."""

    cards: Sequence[CheckCard]
    left: int
    may_check: bool
    again_by: date


def checks_on(
    session: Session,
    board: ClassBoard,
    me: Signed,
    *,
    words: ClassWords,
    today: date,
    lang: Language,
) -> Checks:
    """All checks of the class, newest first, as this person may see them and act on them."""
    found = checks_of(session, board.project.id, board.klass.no, reader=me.role)
    names = {line.id: line.name for line in words.learners}
    writer = _Writer(board, me, today, lang)
    named = me.role is not Role.PROVIDER
    cards = [
        CheckCard(
            view=check,
            by=check.by if named else words.district,
            learner=names.get(check.enrolment_id, ""),
            faults=[writer.card(fault) for fault in check.faults],
        )
        for check in found
    ]
    left = sum(f.state is not FaultState.CROSSED_OFF for check in found for f in check.faults)
    rule = the_law().regimes[board.klass.regime].supervision
    return Checks(cards, left, board.may(me.actor, Kind.CHECK_RECORDED), usual_day(today, rule))


@dataclass(frozen=True, slots=True)
class _Writer:
    board: ClassBoard
    me: Signed
    today: date
    lang: Language

    def card(self, fault: FaultView) -> FaultCard:
        actor, state = self.me.actor, fault.state
        open_, rectified = state is FaultState.OPEN, state is FaultState.RECTIFIED
        return FaultCard(
            view=fault,
            clock=rectify_clock(fault.due_on, self.today, self.lang) if open_ else None,
            may_report=open_ and self.board.may(actor, Kind.RECTIFICATION_REPORTED),
            may_recheck=rectified and self.board.may(actor, Kind.CHECK_REVIEWED),
            may_suspend=fault.urges_suspension
            and state is not FaultState.CROSSED_OFF
            and self.board.may(actor, Kind.SUSPENDED),
        )


def rectify_clock(due_on: date, today: date, lang: Language) -> Clock:
    """How long the provider still has for one fault; a day off moves to the next working day."""
    due = the_law().calendar.working_day_on_or_after(due_on)
    duty = Due("rectify", "", Role.PROVIDER, due_on, due.day, due.provisional, "C13")
    return clock_of(duty, today, lang)


def clock_of_line(line: FaultLine, today: date, lang: Language) -> Clock | None:
    """How long whoever's turn it is still has for a fault in a list."""
    if line.state is FaultState.OPEN:
        return rectify_clock(line.due_on, today, lang)
    if line.recheck_on is None:
        return None
    day = line.recheck_on
    return clock_of(
        Due("recheck", "", Role.SUPERVISOR, day, day, provisional=False, source=SYSTEM_DEFAULT),
        today, lang,
    )  # fmt: skip
