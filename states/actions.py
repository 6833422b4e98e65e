"""The one door: people record facts, the rulebook says what they allow, this moves the stage.

The caller owns the transaction. Nothing else writes `project.stage` (a test looks).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session

from states.actor import Actor
from states.case import Case, Outcome
from states.errors import NotFound, NotYours, ProjectMoved
from states.records.numbers import next_project_code
from states.records.projects import LoadedProject, Writing, load, write
from states.records.rulebooks import note_used
from states.records.tables import Project
from states.rules.deadlines import shanghai_day
from states.rules.dossier import Recorded
from states.rules.facts import Fact, Kind, PlanSubmitted
from states.rules.folding import fold
from states.rules.law import the_law
from states.rules.machine import decide
from states.rules.rulebook import LetterRule
from states.rules.stages import Role, Stage

__all__ = ["Outcome", "propose", "record", "replay", "settle"]

TRIES = 3
"""How often a lost swap is decided anew before the caller is told that somebody was faster."""


def propose(
    session: Session, plan: PlanSubmitted, *, district_id: int, actor: Actor, at: datetime
) -> Outcome:
    """A provider hands in a plan: the project begins its life. Raises NotYours."""
    book = the_law().regime_on(plan.opens_on)
    if actor.role not in book.fact_rules[Kind.PLAN_SUBMITTED].who or actor.office_id is None:
        raise NotYours
    project = Project(
        code=next_project_code(session, district_id, shanghai_day(at).year),
        title=plan.title,
        channel=plan.channel,
        district_id=district_id,
        provider_id=actor.office_id,
        regime=book.id,
        proposed_at=at,
        stage_since=at,
    )
    session.add(project)
    session.flush()
    case = Case(_only(load(session, [project.id])), at)
    case.say(plan, actor)
    case.letter(LetterRule(on=plan.kind, letter="plan_submitted", to=Role.REVIEWER), actor, {})
    case.decide()
    return _write_one(session, case)


def record(  # noqa: PLR0913  # the door's whole question, all of it by name
    session: Session,
    project_id: int,
    fact: Fact,
    *,
    actor: Actor,
    at: datetime,
    seen_moves: int | None = None,
    settle: bool = True,
) -> Outcome:
    """Record a fact, and make every move that it allows unless `settle` is off.

    `seen_moves` is `project.moves` as the person saw it. Raises NotFound, NotYours,
    NotAllowed (with findings), ProjectMoved; nothing is written then.
    """
    for _ in range(TRIES):
        case = Case(_loaded(session, project_id), at)
        if settle:
            case.decide()
            case.do_chores(session)
        if seen_moves is not None and seen_moves != case.project.moves:
            raise ProjectMoved(code=case.project.code)
        case.admit(fact, actor)
        case.say(fact, actor)
        if settle:
            case.decide()
            case.do_chores(session)
        if write(session, case.writing(settled=settle)):
            note_used(session, case.book, at)
            return case.outcome()
    raise ProjectMoved(code=case.project.code)


def settle(session: Session, project_ids: Sequence[int], *, at: datetime) -> list[Outcome]:
    """Make every move that is due, for many projects at once, by the same rules.

    A project that somebody else wrote in between is left as it is: the next sweep finds it.
    """
    cases = [Case(project, at) for project in load(session, project_ids)]
    everything = Writing()
    for case in cases:
        case.decide()
        case.do_chores(session)
        case.into(everything, settled=True)
    swapped = write(session, everything) if cases else frozenset()
    for book in {case.book.id: case.book for case in cases}.values():
        note_used(session, book, at)
    return [case.outcome() for case in cases if case.project.id in swapped]


def replay(recorded: Sequence[Recorded], *, at: datetime) -> Stage:
    """The stage that the facts give when they are told again in order, up to `at`."""
    told: list[Recorded] = []
    stage = Stage.PROPOSED
    for fact in recorded:
        if told:
            stage = _stage_at(told, stage, fact.at)
        told.append(fact)
        stage = _stage_at(told, stage, fact.at)
    return _stage_at(told, stage, at)


def _stage_at(told: Iterable[Recorded], stage: Stage, at: datetime) -> Stage:
    law = the_law().as_of(at)
    return decide(fold(told, stage=stage, at=at, today=shanghai_day(at)), law).stage


def _loaded(session: Session, project_id: int) -> LoadedProject:
    found = load(session, [project_id])
    if not found:
        raise NotFound
    return _only(found)


def _only(found: Sequence[LoadedProject]) -> LoadedProject:
    (one,) = found
    return one


def _write_one(session: Session, case: Case) -> Outcome:
    write(session, case.writing(settled=True))
    note_used(session, case.book, case.at)
    return case.outcome()
