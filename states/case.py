"""One project while it is being decided: what was read, what follows, and what is to be written."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from states.actor import SYSTEM, Actor
from states.errors import NotAllowed, NotFound, NotYours
from states.records import class_rules, invitations, surveys
from states.records.projects import LoadedProject, Writing
from states.rules.admission import objections
from states.rules.admission_of_time import Standing, time_objections
from states.rules.binding import book_of
from states.rules.deadlines import first_morning, shanghai_day
from states.rules.dossier import Dossier, Recorded
from states.rules.facts import Fact, Kind, Rejected, SentBack, Suspended, Terminated, Withdrawn
from states.rules.facts_of_time import SilenceNoted
from states.rules.findings import Finding, Weight
from states.rules.folding import add
from states.rules.law import the_law
from states.rules.machine import Decision, Move, decide, findings_for_next
from states.rules.rulebook import FactRule, LetterRule, Rulebook
from states.rules.silence import reasons_of, silence_of
from states.rules.stages import DISTRICT_ROLES, PROVIDER_ROLES, STRAIGHT_PATH, Role, Stage
from states.rules.starts import subject_in
from states.rules.workdays import ONE_DAY


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a project stands after an action. `seq` is the ledger number of the caller's fact."""

    project_id: int
    code: str
    stage: Stage
    moves: tuple[Move, ...]
    findings: tuple[Finding, ...]
    ledger_seq: int
    seq: int | None = None


@dataclass(slots=True)
class Case:
    """Collects rows; it writes nothing itself, but for the chores' own records."""

    project: LoadedProject
    at: datetime
    dossier: Dossier = field(init=False)
    decision: Decision | None = None
    seq: int = field(init=False)
    said_as: int | None = None
    moves: list[Move] = field(default_factory=list)
    facts: list[Mapping[str, object]] = field(default_factory=list)
    entries: list[Mapping[str, object]] = field(default_factory=list)
    letters: list[Mapping[str, object]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    stamps: dict[str, datetime] = field(default_factory=dict)
    actor: Actor = SYSTEM

    def __post_init__(self) -> None:
        self.dossier = self.project.dossier(self.at, shanghai_day(self.at))
        self.seq = self.project.ledger_seq

    @property
    def book(self) -> Rulebook:
        """The rulebook that binds the project as a whole."""
        return book_of(self.dossier, the_law())

    def admit(self, fact: Fact, actor: Actor) -> None:
        """Let the fact in, or raise NotFound, NotYours or NotAllowed with every reason at once."""
        if actor.office_id != self._office_of(actor.role, actor.office_id):
            raise NotFound
        rule = self.book.fact_rules[fact.kind]
        if actor.role not in rule.who:
            raise NotYours
        standing = Standing(actor.role, self.dossier, the_law())
        found = objections(fact, actor.person_id, self.dossier, rule=rule)
        found = found or time_objections(fact, standing)
        if found:
            raise NotAllowed((*found, *self._missing(rule)), code=self.project.code)

    def _office_of(self, role: Role, elsewhere: int | None) -> int | None:
        """The one office of this project in which the role counts; others are not bound to one."""
        if role in PROVIDER_ROLES:
            return self.project.provider_id
        return self.project.district_id if role in DISTRICT_ROLES else elsewhere

    def _missing(self, rule: FactRule) -> tuple[Finding, ...]:
        """What the project lacks on its way to the stage in which the fact would fit."""
        if self.dossier.stage in rule.stages:
            return ()
        next_ones = findings_for_next(self.dossier, the_law())
        return tuple(finding for finding in next_ones if finding.weight is not Weight.NOTE)

    def say(self, fact: Fact, actor: Actor) -> None:
        """Append the fact to the dossier and to what will be written."""
        if isinstance(fact, Suspended):
            fact = fact.model_copy(update={"held_stage": self.dossier.stage})
        payload = fact.model_dump(mode="json", exclude={"kind"})
        self.seq += 1
        self.said_as = self.seq if actor.role is not SYSTEM.role else self.said_as
        add(self.dossier, Recorded(self.seq, fact.kind, payload, actor.person_id, self.at))
        self.actor = actor
        self.facts.append(
            {
                "project_id": self.project.id, "seq": self.seq, "kind": fact.kind,
                "payload": payload, "person_id": actor.person_id, "office_id": actor.office_id,
                "role": actor.role, "at": self.at,
            }
        )  # fmt: skip
        self._note("fact", fact.kind, actor, clause=self._clause_of(fact.kind), content=payload)
        self._keep_reason(fact)
        for letter in self.book.letters:
            if letter.on is fact.kind and (not letter.only_with or payload[letter.only_with]):
                self.letter(letter, actor, payload)

    def decide(self) -> None:
        """Take every arrow that the facts now open."""
        self.decision = decide(self.dossier, the_law())
        for move in self.decision.moves:
            self.moves.append(move)
            self.seq += 1
            self._note("move", move.arrow, replace(self.actor, role=SYSTEM.role), move=move)
            if move.target in STRAIGHT_PATH[1:]:
                self.stamps[f"{move.target}_at"] = self.at
            for letter, role in (address.split(":") for address in move.letters):
                self._promise(letter, role, "", but=self.actor.person_id)

    def do_chores(self, session: Session) -> None:
        """Do what the service itself owes, as facts of its own, and decide again."""
        while self.decision and (self.decision.chores or self.decision.silent):
            for chore in self.decision.chores:
                self.say(CHORES[chore.name](session, chore, at=self.at), SYSTEM)
            for late in self.decision.silent:
                self.say(silence_of(late, self.dossier.today, the_law().calendar), SYSTEM)
            self.decide()

    def letter(self, rule: LetterRule, actor: Actor, said: Mapping[str, Any]) -> None:
        """Promise the letter that a fact causes, to the role that the rule or the fact names."""
        subject = subject_in(said)
        duty = self.book.duty_of_letter.get(rule.letter, said.get("duty", ""))
        to = rule.to or said["to"]
        self._promise(rule.letter, to, subject, but=actor.person_id, duty=duty)

    def writing(self, *, settled: bool) -> Writing:
        """All rows of this case."""
        rows = Writing()
        self.into(rows, settled=settled)
        return rows

    def into(self, rows: Writing, *, settled: bool) -> None:
        """Add this case's rows to a writing of one or of thousands."""
        rows.projects.append(self._row(settled=settled))
        rows.facts += self.facts
        rows.entries += self.entries
        rows.letters += self.letters
        if settled:
            rows.timers += self._timers()

    def outcome(self) -> Outcome:
        """What the caller is told."""
        return Outcome(
            project_id=self.project.id,
            code=self.project.code,
            stage=self.dossier.stage,
            moves=tuple(self.moves),
            findings=self.decision.findings if self.decision else (),
            ledger_seq=self.seq,
            seq=self.said_as,
        )

    def _row(self, *, settled: bool) -> Mapping[str, object]:
        signers = [*dict.fromkeys(self.dossier.signers), None, None]
        plan = self.dossier.plan
        return {
            "id": self.project.id, "seen": self.project.ledger_seq, "ledger_seq": self.seq,
            "stage": self.dossier.stage, "moves": self.project.moves + len(self.moves),
            "regime": self.book.id, "unsettled": not settled,
            "wake_at": self.decision.wake_at if self.decision else None, "at": self.at,
            "title": plan.title if plan else "", "channel": plan.channel if plan else "",
            "first_signer_id": signers[0], "second_signer_id": signers[1],
            **self.texts, **self.stamps,
        }  # fmt: skip

    def _timers(self) -> list[Mapping[str, object]]:
        return [
            {
                "project_id": self.project.id, "duty": deadline.duty, "subject": deadline.subject,
                "role": deadline.who, "since": deadline.since, "due_on": deadline.due_on,
                "provisional": deadline.provisional, "source": deadline.source,
                "ladder": deadline.ladder, "rungs": deadline.rungs,
                "in_hand_of": deadline.in_hand_of, "not_by": deadline.not_by,
                "first": first_morning(self.at), "tomorrow": shanghai_day(self.at) + ONE_DAY,
            }
            for deadline in (self.decision.deadlines if self.decision else ())
        ]  # fmt: skip

    def _note(
        self,
        kind: str,
        name: str,
        actor: Actor,
        *,
        clause: str = "",
        content: Mapping[str, object] | None = None,
        move: Move | None = None,
    ) -> None:
        self.entries.append(
            {
                "project_id": self.project.id, "seq": self.seq, "at": self.at, "kind": kind,
                "name": name, "from_stage": move and move.source, "to_stage": move and move.target,
                "person_id": actor.person_id, "office_id": actor.office_id, "role": actor.role,
                "regime": self.book.id, "regime_digest": self.book.digest,
                "clause": move.clause if move else clause, "request_id": actor.request_id,
                "content_digest": _digest(content) if content else "",
            }
        )  # fmt: skip

    def _clause_of(self, kind: Kind) -> str:
        return self.book.fact_rules[kind].clause

    def _keep_reason(self, fact: Fact) -> None:
        if isinstance(fact, SilenceNoted):
            self.texts |= reasons_of(fact)
        elif isinstance(fact, SentBack):
            self.texts |= {"send_back_code": fact.code, "send_back_text": fact.text}
        elif isinstance(fact, Rejected | Withdrawn | Suspended | Terminated):
            self.texts["stop_text"] = fact.text

    def _promise(
        self, letter: str, role: str, subject: str, *, but: int | None, duty: str | None = None
    ) -> None:
        self.letters.append(
            {
                "project_id": self.project.id,
                "key": f"{self.project.id}/{self.seq}/{letter}",
                "letter": letter, "role": role, "subject": subject, "but": but,
                "duty": self.book.duty_of_letter.get(letter, "") if duty is None else duty,
            }
        )  # fmt: skip


CHORES: Mapping[str, Callable[..., Fact]] = {
    "open_survey": invitations.open_survey,
    "sum_up_survey": surveys.sum_up_survey,
    "take_rules_over": class_rules.take_over,
}
"""What the service itself owes a class: each answers the fact that it was done."""


def _digest(content: Mapping[str, object]) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
