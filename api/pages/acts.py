"""What this person may do with a project now, drawn from the rulebook's table of facts."""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from api.auth import Signed
from api.errors import finding_line
from api.pages.wording import rule_words
from states.records.dossiers import ProjectFile
from states.rules import facts
from states.rules.admission import objections
from states.rules.binding import book_of
from states.rules.dossier import Dossier, Recorded
from states.rules.facts import Fact, Kind
from states.rules.findings import Finding, Weight
from states.rules.folding import add
from states.rules.law import the_law
from states.rules.machine import decide, findings_for_next
from states.rules.words import Language, say
from templates.shapes import FindingLine, Option

REASONS = ("hours", "teachers", "licence", "content", "other")
"""Codes of the word list's section `send_back`, in the order of the choice."""

_CODED = frozenset({Kind.SENT_BACK, Kind.REJECTED})
_FREELY = frozenset({Kind.REVIEW_SIGNED})
_GRAVE = frozenset({Kind.REJECTED, Kind.WITHDRAWN, Kind.TERMINATED})
_EXPLAINED: Mapping[Kind, Callable[..., Fact]] = {
    Kind.WITHDRAWN: facts.Withdrawn,
    Kind.SUSPENDED: facts.Suspended,
    Kind.RESUMED: facts.Resumed,
    Kind.TERMINATED: facts.Terminated,
    Kind.INTAKE_CLOSED: facts.IntakeClosed,
}
ON_THE_PAGE = (
    Kind.REVIEW_SIGNED, Kind.RESUMED, Kind.WAIVER_GRANTED, Kind.WAIVER_REQUESTED,
    Kind.INTAKE_CLOSED, Kind.SENT_BACK, Kind.SUSPENDED, Kind.REJECTED, Kind.WITHDRAWN,
    Kind.TERMINATED,
)  # fmt: skip
"""The facts a project's page offers as forms, the most welcome first."""


@dataclass(frozen=True, slots=True)
class Act:
    """One form: `asks` is "nothing", "note" (optional), "reason" or "code" (and reason).

    `blocked` says why it cannot be done now; `then` what will follow when it is done.
    """

    kind: Kind
    label: str
    hint: str
    tone: str
    asks: str
    blocked: tuple[FindingLine, ...] = ()
    then: str = ""
    rule: str = ""
    subject: str = ""
    rule_words: str = ""


def acts_of(file: ProjectFile, me: Signed, lang: Language) -> list[Act]:
    """Every form this person may see; what is blocked for the person says why."""
    chooser = _Chooser(file.dossier, me, lang)
    return [act for kind in ON_THE_PAGE if may(kind, file, me) for act in chooser.acts(kind)]


def may(kind: Kind, file: ProjectFile, me: Signed) -> bool:
    """Whether the rulebook lets this role record this kind of fact in this stage."""
    rule = book_of(file.dossier, the_law()).fact_rules[kind]
    return me.role in rule.who and file.dossier.stage in rule.stages


def reasons(lang: Language) -> list[Option]:
    return [Option(value=code, label=say("send_back", code, lang)) for code in REASONS]


def waivable(dossier: Dossier) -> Iterator[Finding]:
    """SHOULD rules that stand in the way and for which nobody has asked yet."""
    for finding in findings_for_next(dossier, the_law()):
        asked = (finding.code, finding.subject) in dossier.waiver_requests
        if finding.weight is Weight.SHOULD and not asked:
            yield finding


@dataclass(frozen=True, slots=True)
class _Chooser:
    """Tries on a copy what this person could record; nothing is kept."""

    dossier: Dossier
    me: Signed
    lang: Language

    def acts(self, kind: Kind) -> Iterator[Act]:
        """One form a kind, but one for each rule to be waived."""
        if kind is Kind.WAIVER_REQUESTED:
            for finding in waivable(self.dossier):
                yield self._waiver(kind, finding.code, finding.subject)
        elif kind is Kind.WAIVER_GRANTED:
            for rule, subject in sorted(self.dossier.waiver_requests.keys() - self.dossier.waivers):
                granted = facts.WaiverGranted(rule=rule, subject=subject)
                act = self._waiver(kind, rule, subject)
                yield replace(act, blocked=self._blocked(granted))
        elif kind is not Kind.INTAKE_CLOSED or self._intake_is_open:
            yield self._plain(kind)

    @property
    def _intake_is_open(self) -> bool:
        planned = self.dossier.plan.class_count if self.dossier.plan else 0
        return not self.dossier.intake_closed and len(self.dossier.classes) < planned

    def _plain(self, kind: Kind) -> Act:
        trial = _trial(kind)
        blocked = self._blocked(trial) if trial else ()
        return Act(
            kind=kind,
            label=say("act", kind, self.lang),
            hint=say("act_hint", kind, self.lang),
            tone="danger" if kind in _GRAVE else "primary" if kind in _FREELY else "",
            asks="code" if kind in _CODED else "note" if kind in _FREELY else "reason",
            blocked=blocked,
            then=self._then(trial) if trial and not blocked else "",
        )

    def _waiver(self, kind: Kind, rule: str, subject: str) -> Act:
        return Act(
            kind=kind,
            label=say("act", kind, self.lang),
            hint=say("act_hint", kind, self.lang),
            tone="",
            asks="reason" if kind is Kind.WAIVER_REQUESTED else "nothing",
            rule=rule,
            subject=subject,
            rule_words=rule_words(rule, self.lang),
        )

    def _blocked(self, fact: Fact) -> tuple[FindingLine, ...]:
        rule = book_of(self.dossier, the_law()).fact_rules[fact.kind]
        found = objections(fact, self.me.actor.person_id, self.dossier, rule=rule)
        return tuple(finding_line(finding, self.lang) for finding in found)

    def _then(self, fact: Fact) -> str:
        """Which stage the project would reach."""
        tried, before = copy.deepcopy(self.dossier), self.dossier.stage
        payload = fact.model_dump(mode="json", exclude={"kind"})
        if "held_stage" in payload:
            payload["held_stage"] = before
        add(tried, Recorded(0, fact.kind, payload, self.me.actor.person_id, self.dossier.at))
        reached = decide(tried, the_law()).stage
        which = "stays" if reached is before else "will"
        return say("act_then", which, self.lang, stage=say("stage", reached, self.lang))


def _trial(kind: Kind) -> Fact | None:
    """The fact as it would be recorded; None where its words decide more than its kind."""
    if kind is Kind.REVIEW_SIGNED:
        return facts.ReviewSigned()
    shape = _EXPLAINED.get(kind)
    return shape(text="-") if shape else None
