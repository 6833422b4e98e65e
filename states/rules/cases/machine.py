"""The machine of the cases: which moves the facts allow, and what the next one lacks.

As for projects, `transitions` executes the rulebook's table: one shared machine per book over a
throw-away token. Guards are collected before an arrow fires, so that a refusal has reasons.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from transitions import Machine

from states.rules.cases.book import CaseArrow, RouteBook
from states.rules.cases.dossier import CaseDossier, add, fold
from states.rules.cases.guards import CASE_RULES
from states.rules.cases.kinds import CaseStage
from states.rules.deadlines import shanghai_day
from states.rules.dossier import Recorded
from states.rules.findings import Finding, Weight
from states.rules.routes import Route


@dataclass(frozen=True, slots=True)
class CaseMove:
    """One arrow taken."""

    arrow: str
    source: CaseStage
    target: CaseStage
    clause: str
    letters: tuple[str, ...]


class _Token:
    """What the shared machine moves: it lives for one decision."""

    __slots__ = ("state",)

    def __init__(self, stage: CaseStage) -> None:
        self.state = stage.value


def decide(dossier: CaseDossier, book: RouteBook) -> tuple[CaseMove, ...]:
    """Take every arrow whose guards hold, one after the other; `dossier.stage` follows."""
    moves: list[CaseMove] = []
    while arrow := _open_arrow(dossier, book):
        moves.append(_take(dossier, arrow, book))
    return tuple(moves)


def findings_for_next(dossier: CaseDossier, book: RouteBook) -> tuple[Finding, ...]:
    """All that the rules say about the next arrow of the straight path from this stage."""
    wanted = _next_arrow(dossier, book)
    return tuple(_collect(wanted, dossier, book)) if wanted else ()


def replay(recorded: Iterable[Recorded], route: Route, book: RouteBook) -> CaseStage:
    """The stage that the facts give when they are told again in order."""
    told = iter(recorded)
    first = next(told)
    dossier = fold([first], route=route, stage=book.path[0], today=shanghai_day(first.at))
    for fact in told:
        decide(dossier, book)
        dossier.today = shanghai_day(fact.at)
        add(dossier, fact)
    decide(dossier, book)
    return dossier.stage


def _next_arrow(dossier: CaseDossier, book: RouteBook) -> CaseArrow | None:
    """The arrow that leads one step on along the path; none from its end or beside it."""
    if dossier.stage not in book.path[:-1]:
        return None
    target = book.path[book.path.index(dossier.stage) + 1]
    leads = (a for a in book.arrows if dossier.stage in a.source and a.target is target)
    return next(leads, None)


def _open_arrow(dossier: CaseDossier, book: RouteBook) -> CaseArrow | None:
    for arrow in book.arrows:
        found = _collect(arrow, dossier, book) if dossier.stage in arrow.source else None
        if found is not None and all(one.weight is Weight.NOTE for one in found):
            return arrow
    return None


def _collect(arrow: CaseArrow, dossier: CaseDossier, book: RouteBook) -> Iterator[Finding]:
    for name in arrow.guards:
        if finding := CASE_RULES[name].finding(dossier, book):
            yield finding


def _take(dossier: CaseDossier, arrow: CaseArrow, book: RouteBook) -> CaseMove:
    source, token = dossier.stage, _Token(dossier.stage)
    _machine(book).events[arrow.name].trigger(token)
    dossier.stage = CaseStage(token.state)
    return CaseMove(arrow.name, source, dossier.stage, arrow.clause, arrow.letters)


_machines: dict[str, Machine] = {}


def _machine(book: RouteBook) -> Machine:
    if book.digest not in _machines:
        _machines[book.digest] = _build(book)
    return _machines[book.digest]


def _build(book: RouteBook) -> Machine:
    return Machine(
        model=None,
        states=[str(stage) for stage in CaseStage],
        transitions=[
            {
                "trigger": arrow.name,
                "source": [str(stage) for stage in arrow.source],
                "dest": str(arrow.target),
            }
            for arrow in book.arrows
        ],
        initial=str(book.path[0]),
        auto_transitions=False,
    )
