"""The one door of the other routes: facts of a case are recorded here, and its stage moves.

The caller owns the transaction. Nothing else writes `route_case.stage`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from states.actor import SYSTEM, Actor
from states.errors import BadInput, NotAllowed, NotFound, NotYours, ProjectMoved
from states.records import outbox, route_cases
from states.records.numbers import next_case_code
from states.records.route_cases import CaseWriting, LoadedCase
from states.records.rulebooks import note_used
from states.records.tables import RouteCase
from states.rules.cases.admission import objections
from states.rules.cases.book import CaseFactRule, RouteBook, book_on
from states.rules.cases.dossier import CaseDossier, add
from states.rules.cases.facts import CaseFact
from states.rules.cases.kinds import CaseStage
from states.rules.cases.machine import CaseMove, decide, findings_for_next, replay
from states.rules.deadlines import shanghai_day
from states.rules.dossier import Recorded
from states.rules.findings import Finding, Weight
from states.rules.law import NothingInForce
from states.rules.routes import Route
from states.rules.stages import Role

TRIES = 3


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """Where a case stands after an action. `seq` is the ledger number of the caller's fact."""

    case_id: int
    code: str
    stage: CaseStage
    moves: tuple[CaseMove, ...]
    findings: tuple[Finding, ...]
    seq: int


def file(  # noqa: PLR0913  who files what, where
    session: Session,
    filing: CaseFact,
    *,
    route: Route,
    district_id: int | None,
    actor: Actor,
    at: datetime,
    kind: str = "",
) -> CaseOutcome:
    """A new case begins its life with its filing. Raises NotYours, BadInput (no rules that day).

    `district_id` is the district of a contest; `kind` the kind of evaluation, or the exam's name.
    """
    day = shanghai_day(at)
    try:
        book = book_on(route, day)
    except NothingInForce as error:
        raise BadInput(why="no_rules_for_that_day", day=day.isoformat()) from error
    if actor.role not in book.fact_rules[filing.kind].who or actor.office_id is None:
        raise NotYours
    case = RouteCase(
        code=next_case_code(session, district_id or actor.office_id, route, year=day.year),
        route=route, kind=kind, title="", office_id=actor.office_id, district_id=district_id,
        stage=book.path[0], filed_at=at, stage_since=at,
    )  # fmt: skip
    session.add(case)
    session.flush()
    return _recorded(session, _Work(route_cases.load(session, case.id), at), filing, actor=actor)


def record(
    session: Session,
    case_id: int,
    fact: CaseFact,
    *,
    actor: Actor,
    at: datetime,
    seen_moves: int | None = None,
) -> CaseOutcome:
    """Record a fact, and make every move that it allows.

    `seen_moves` is `route_case.moves` as the person saw it. Raises NotFound, NotYours,
    NotAllowed (with findings), ProjectMoved; nothing is written then.
    """
    for _ in range(TRIES):
        work = _Work(route_cases.load(session, case_id), at)
        if seen_moves is not None and seen_moves != work.case.moves:
            break
        work.admit(fact, actor)
        try:
            return _recorded(session, work, fact, actor=actor)
        except ProjectMoved:
            continue
    raise ProjectMoved(code=route_cases.load(session, case_id).code)


def told_again(case: LoadedCase) -> CaseStage:
    """The stage that the facts of a case give when they are told again from the first on."""
    return replay(case.recorded, case.route, book_on(case.route, shanghai_day(case.filed_at)))


def _recorded(session: Session, work: "_Work", fact: CaseFact, *, actor: Actor) -> CaseOutcome:
    """Raises ProjectMoved."""
    work.say(fact, actor)
    work.decide(actor)
    if not route_cases.write(session, work.writing()):
        raise ProjectMoved(code=work.case.code)
    work.promise(session, but=actor.person_id)
    note_used(session, work.book, work.at)
    return work.outcome()


@dataclass(slots=True)
class _Work:
    """One case while it is being decided; only `promise` writes."""

    case: LoadedCase
    at: datetime
    book: RouteBook = field(init=False)
    dossier: CaseDossier = field(init=False)
    seq: int = field(init=False)
    said_as: int = 0
    moves: list[CaseMove] = field(default_factory=list)
    facts: list[Mapping[str, Any]] = field(default_factory=list)
    entries: list[Mapping[str, Any]] = field(default_factory=list)
    letters: list[tuple[int, str, Role]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.book = book_on(self.case.route, shanghai_day(self.case.filed_at))
        self.dossier = self.case.dossier(shanghai_day(self.at))
        self.seq = self.case.ledger_seq

    def admit(self, fact: CaseFact, actor: Actor) -> None:
        """Let the fact in, or raise NotFound, NotYours or NotAllowed with every reason at once."""
        if actor.office_id != self.case.office_of(actor.role, actor.office_id):
            raise NotFound
        rule = self.book.fact_rules.get(fact.kind)
        if rule is None or actor.role not in rule.who:
            raise NotYours
        found = objections(fact, actor.person_id, self.dossier, rule=rule)
        if found:
            raise NotAllowed((*found, *self._missing(rule)), code=self.case.code)

    def _missing(self, rule: CaseFactRule) -> tuple[Finding, ...]:
        """What the case lacks on its way to the stage in which the fact would fit."""
        if self.dossier.stage in rule.stages:
            return ()
        found = findings_for_next(self.dossier, self.book)
        return tuple(one for one in found if one.weight is not Weight.NOTE)

    def say(self, fact: CaseFact, actor: Actor) -> None:
        """Append the fact to the dossier and to what will be written."""
        payload = fact.model_dump(mode="json", exclude={"kind"})
        self.seq += 1
        self.said_as = self.seq
        add(self.dossier, Recorded(self.seq, fact.kind, payload, actor.person_id, self.at))
        who = _who(actor)
        self.facts.append({"seq": self.seq, "kind": fact.kind, "payload": payload, **who})
        clause = self.book.fact_rules[fact.kind].clause
        self._note("fact", fact.kind, actor, clause=clause, digest=_digest(payload))
        for rule in self.book.letters:
            if rule.on is fact.kind:
                self.letters.append((self.seq, rule.letter, rule.to))

    def decide(self, actor: Actor) -> None:
        """Take every arrow that the facts now open."""
        for move in decide(self.dossier, self.book):
            self.moves.append(move)
            self.seq += 1
            by = replace(actor, role=SYSTEM.role)
            ends = {"from_stage": move.source, "to_stage": move.target}
            self._note("move", move.arrow, by, clause=move.clause, **ends)
            for letter, role in (address.split(":") for address in move.letters):
                self.letters.append((self.seq, letter, Role(role)))

    def writing(self) -> CaseWriting:
        """All rows of this decision."""
        told = self.dossier
        case = {
            "id": self.case.id, "seen": self.case.ledger_seq, "ledger_seq": self.seq,
            "stage": told.stage, "moves": self.case.moves + len(self.moves), "at": self.at,
            "title": told.title, "held_on": told.held_on, "year": route_cases.year_of(told),
            "first_signer_id": told.first_signer, "second_signer_id": told.confirmed_by,
            "regime": self.book.id, "regime_digest": self.book.digest,
        }  # fmt: skip
        return CaseWriting(case, self.facts, self.entries)

    def promise(self, session: Session, *, but: int | None) -> None:
        """Promise every letter to whoever holds its role for this case."""
        for seq, letter, role in self.letters:
            outbox.promise_to_role(
                session,
                key=f"case/{self.case.id}/{seq}/{letter}",
                letter=letter,
                role=role,
                office_id=self.case.office_of(role, None),
                context={"case": self.case.id},
                at=self.at,
                except_person=but,
            )

    def outcome(self) -> CaseOutcome:
        """What the caller is told."""
        return CaseOutcome(
            case_id=self.case.id,
            code=self.case.code,
            stage=self.dossier.stage,
            moves=tuple(self.moves),
            findings=findings_for_next(self.dossier, self.book),
            seq=self.said_as,
        )

    def _note(self, kind: str, name: str, actor: Actor, *, digest: str = "", **more: str) -> None:
        entry = {"seq": self.seq, "kind": kind, "name": name, "content_digest": digest}
        self.entries.append({**entry, **_who(actor), "request_id": actor.request_id, **more})


def _who(actor: Actor) -> Mapping[str, Any]:
    return {"person_id": actor.person_id, "office_id": actor.office_id, "role": actor.role}


def _digest(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
