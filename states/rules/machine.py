"""The machine: which moves the facts allow, what the next one lacks, and when to look again.

`transitions` executes the rulebook's table of arrows: one shared machine per rulebook over a
throw-away token. Guards are collected before an arrow fires, so that a refusal has reasons.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from transitions import Machine

from states.rules.binding import book_of
from states.rules.deadlines import Deadline, open_deadlines
from states.rules.dossier import SHANGHAI, ClassFacts, Dossier
from states.rules.findings import Finding, Weight
from states.rules.guards import RULES
from states.rules.law import Law
from states.rules.repinning import fresh_pin
from states.rules.rulebook import Arrow, Rulebook
from states.rules.stages import Stage

STRAIGHT_ARROWS: Mapping[Stage, str] = {
    Stage.PROPOSED: "approve",
    Stage.APPROVED: "open",
    Stage.RUNNING: "assess",
    Stage.ASSESSED: "sum_up",
    Stage.SURVEYED: "report",
    Stage.REPORTED: "certify",
    Stage.RETURNED: "resubmit",
    Stage.SUSPENDED: "resume",
}
"""The arrow that each stage waits for; its findings are what is missing."""


@dataclass(frozen=True, slots=True)
class Move:
    """One arrow taken."""

    arrow: str
    source: Stage
    target: Stage
    clause: str
    letters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chore:
    """Something the service itself owes a class now: its survey, or rules that were changed."""

    name: str
    klass: ClassFacts
    on: date


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from the facts: moves in order, then what the next arrow still lacks.

    `silent` are those of the `deadlines` on which a side has been silent too long.
    """

    stage: Stage
    moves: tuple[Move, ...]
    findings: tuple[Finding, ...]
    chores: tuple[Chore, ...]
    deadlines: tuple[Deadline, ...]
    silent: tuple[Deadline, ...]
    wake_at: datetime | None
    regime: str


class _Token:
    """What the shared machine moves: it lives for one decision."""

    __slots__ = ("state",)

    def __init__(self, stage: Stage) -> None:
        self.state = stage.value


def decide(dossier: Dossier, law: Law) -> Decision:
    """Take every arrow whose guards hold, one after the other, from `dossier.stage` on.

    Leaves `dossier.stage` at the last stage reached.
    """
    book = book_of(dossier, law)
    moves: list[Move] = []
    while arrow := _open_arrow(dossier, law, book):
        moves.append(_take(dossier, arrow, book))
    deadlines = open_deadlines(dossier, law)
    return Decision(
        stage=dossier.stage,
        moves=tuple(moves),
        findings=findings_for_next(dossier, law),
        chores=tuple(_chores(dossier, law)),
        deadlines=deadlines,
        silent=tuple(_silent(dossier, deadlines)),
        wake_at=_wake_at(dossier, deadlines),
        regime=book.id,
    )


def findings_for_next(dossier: Dossier, law: Law) -> tuple[Finding, ...]:
    """All that the rules say about the arrow this stage waits for; waived ones left out."""
    book = book_of(dossier, law)
    wanted = STRAIGHT_ARROWS.get(dossier.stage)
    arrow = next((a for a in book.arrows if a.name == wanted), None)
    return tuple(_collect(arrow, dossier, law)) if arrow else ()


def midnight(day: date) -> datetime:
    """When a day begins in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def _open_arrow(dossier: Dossier, law: Law, book: Rulebook) -> Arrow | None:
    return next(
        (
            arrow
            for arrow in book.arrows
            if dossier.stage in arrow.source
            and all(f.weight is Weight.NOTE for f in _collect(arrow, dossier, law))
        ),
        None,
    )


def _collect(arrow: Arrow, dossier: Dossier, law: Law) -> Iterable[Finding]:
    for name in arrow.guards:
        for finding in RULES[name].check(dossier, law):
            if (finding.code, finding.subject) not in dossier.waivers:
                yield finding


def _take(dossier: Dossier, arrow: Arrow, book: Rulebook) -> Move:
    source = dossier.stage
    token = _Token(source)
    target = dossier.held_stage if arrow.target == "held" else arrow.target
    _machine(book).events[f"{arrow.name}:{target}"].trigger(token)
    dossier.stage = Stage(token.state)
    return Move(arrow.name, source, dossier.stage, arrow.clause, arrow.letters)


_machines: dict[str, Machine] = {}


def _machine(book: Rulebook) -> Machine:
    if book.digest not in _machines:
        _machines[book.digest] = _build(book)
    return _machines[book.digest]


def _build(book: Rulebook) -> Machine:
    return Machine(
        model=None,
        states=[str(stage) for stage in Stage],
        transitions=[
            {
                "trigger": f"{arrow.name}:{target}",
                "source": [str(stage) for stage in arrow.source],
                "dest": str(target),
            }
            for arrow in book.arrows
            for target in targets(arrow, book)
        ],
        initial=str(Stage.PROPOSED),
        auto_transitions=False,
    )


def targets(arrow: Arrow, book: Rulebook) -> tuple[Stage, ...]:
    """Where an arrow leads: its target, or every stage that could have been held."""
    if arrow.target != "held":
        return (arrow.target,)
    return next(a.source for a in book.arrows if a.target is arrow.source[0])


def _silent(dossier: Dossier, deadlines: Iterable[Deadline]) -> Iterable[Deadline]:
    return (
        late
        for late in deadlines
        if (turn := _turns_on(late)) and turn < dossier.today and not _noted(late, dossier)
    )


def _turns_on(late: Deadline) -> date | None:
    """After which day time alone brings a warning or an outcome."""
    return late.warn_on or late.silent_on


def _noted(late: Deadline, dossier: Dossier) -> bool:
    return dossier.clocks.is_silent(late.key, late.due_on)


def _chores(dossier: Dossier, law: Law) -> Iterable[Chore]:
    if dossier.stage in (Stage.APPROVED, Stage.RUNNING):
        for klass in dossier.classes.values():
            if fresh_pin(klass, law):
                yield Chore("take_rules_over", klass, dossier.today)
    if dossier.stage not in (Stage.RUNNING, Stage.ASSESSED):
        return
    for klass in dossier.classes.values():
        if klass.survey_summed_up or klass.confirmed_at is None:
            continue
        if klass.survey_closes_on is None:
            days = law.regimes[klass.regime].survey.open_days
            yield Chore("open_survey", klass, dossier.today + timedelta(days=days))
        elif klass.survey_closes_on < dossier.today:
            yield Chore("sum_up_survey", klass, dossier.today)


def _wake_at(dossier: Dossier, deadlines: Iterable[Deadline]) -> datetime | None:
    """When time alone may next make a move due."""
    days = [
        turn + timedelta(days=1)
        for one in deadlines
        if (turn := _turns_on(one)) and not _noted(one, dossier)
    ]
    if dossier.stage is Stage.APPROVED:
        days += [klass.opens_on for klass in dossier.classes.values()]
    if dossier.stage in (Stage.RUNNING, Stage.ASSESSED):
        days += [
            klass.survey_closes_on + timedelta(days=1)
            for klass in dossier.classes.values()
            if klass.survey_closes_on and not klass.survey_summed_up
        ]
    return min((midnight(day) for day in days if day > dossier.today), default=None)
