"""What this person may do with a project now, drawn from the rulebook's table of facts."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.auth import Signed
from api.errors import finding_line
from states.records.dossiers import ProjectFile
from states.rules import facts
from states.rules.admission import objections
from states.rules.dossier import Dossier, Recorded
from states.rules.facts import Fact, Kind
from states.rules.findings import Finding, Weight
from states.rules.folding import add
from states.rules.guards import book_of
from states.rules.law import the_law
from states.rules.machine import decide, findings_for_next
from states.rules.stages import Stage
from states.rules.words import Language, say
from templates.shapes import FindingLine, Option

REASONS = ("hours", "teachers", "licence", "content", "other")
"""Codes of the word list's section `send_back`, in the order of the choice."""

_CODED = frozenset({Kind.SENT_BACK, Kind.REJECTED})
_FREELY = frozenset({Kind.REVIEW_SIGNED})
_GRAVE = frozenset({Kind.REJECTED, Kind.WITHDRAWN, Kind.TERMINATED})
_SIMPLE: Mapping[Kind, type[facts.ReviewSigned | facts.Withdrawn | facts.Suspended | facts.Resumed
                            | facts.Terminated | facts.IntakeClosed]] = {
    Kind.REVIEW_SIGNED: facts.ReviewSigned,
    Kind.WITHDRAWN: facts.Withdrawn,
    Kind.SUSPENDED: facts.Suspended,
    Kind.RESUMED: facts.Resumed,
    Kind.TERMINATED: facts.Terminated,
    Kind.INTAKE_CLOSED: facts.IntakeClosed,
}  # fmt: skip
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
    book = book_of(file.dossier, the_law())
    return [
        act
        for kind in ON_THE_PAGE
        if me.role in book.fact_rules[kind].who
        and file.dossier.stage in book.fact_rules[kind].stages
        for act in _acts(kind, file.dossier, me, lang)
    ]


def may(kind: Kind, file: ProjectFile, me: Signed) -> bool:
    """Whether the rulebook lets this role record this kind of fact in this stage."""
    rule = book_of(file.dossier, the_law()).fact_rules[kind]
    return me.role in rule.who and file.dossier.stage in rule.stages


def reasons(lang: Language) -> list[Option]:
    return [Option(value=code, label=say("send_back", code, lang)) for code in REASONS]


def _acts(kind: Kind, dossier: Dossier, me: Signed, lang: Language) -> Iterator[Act]:  # noqa: PLR0917
    if kind is Kind.WAIVER_REQUESTED:
        for finding in waivable(dossier):
            yield _waiver(kind, finding.code, finding.subject, lang)
    elif kind is Kind.WAIVER_GRANTED:
        for rule, subject in dossier.waiver_requests.keys() - dossier.waivers:
            granted = facts.WaiverGranted(rule=rule, subject=subject)
            blocked = _objections(granted, dossier, me, lang)
            yield _waiver(kind, rule, subject, lang, blocked)
    elif kind is not Kind.INTAKE_CLOSED or _intake_is_open(dossier):
        yield _plain(kind, dossier, me, lang)


def waivable(dossier: Dossier) -> Iterator[Finding]:
    """SHOULD rules that stand in the way and for which nobody has asked yet."""
    for finding in findings_for_next(dossier, the_law()):
        asked = (finding.code, finding.subject) in dossier.waiver_requests
        if finding.weight is Weight.SHOULD and not asked:
            yield finding


def _intake_is_open(dossier: Dossier) -> bool:
    planned = dossier.plan.class_count if dossier.plan else 0
    return not dossier.intake_closed and len(dossier.classes) < planned


def _plain(kind: Kind, dossier: Dossier, me: Signed, lang: Language) -> Act:  # noqa: PLR0917
    trial = _trial(kind)
    blocked = _objections(trial, dossier, me, lang) if trial else ()
    return Act(
        kind=kind,
        label=say("act", kind, lang),
        hint=say("act_hint", kind, lang),
        tone="danger" if kind in _GRAVE else "primary" if kind in _FREELY else "",
        asks="code" if kind in _CODED else "note" if kind in _FREELY else "reason",
        blocked=blocked,
        then=_then(trial, dossier, me, lang) if trial and not blocked else "",
    )


def _waiver(  # noqa: PLR0913, PLR0917
    kind: Kind, rule: str, subject: str, lang: Language, blocked: tuple[FindingLine, ...] = ()
) -> Act:
    words = next((say(*place, lang) for code, place in _RULE_NAMES.items() if code == rule), rule)
    return Act(
        kind=kind,
        label=say("act", kind, lang),
        hint=say("act_hint", kind, lang),
        tone="",
        asks="reason" if kind is Kind.WAIVER_REQUESTED else "nothing",
        blocked=blocked,
        rule=rule,
        subject=subject,
        rule_words=words,
    )


_RULE_NAMES = {"class_size_is_usual": ("check", "size")}


def _trial(kind: Kind) -> Fact | None:
    """The fact as it would be recorded, to try it on a copy."""
    if kind is Kind.REVIEW_SIGNED:
        return facts.ReviewSigned()
    shape = _SIMPLE.get(kind)
    return shape(text="-") if shape else None


def _objections(  # noqa: PLR0917
    fact: Fact, dossier: Dossier, me: Signed, lang: Language
) -> tuple[FindingLine, ...]:
    rule = book_of(dossier, the_law()).fact_rules[fact.kind]
    found = objections(fact, me.actor.person_id, dossier, rule=rule)
    return tuple(finding_line(finding, lang) for finding in found)


def _then(fact: Fact, dossier: Dossier, me: Signed, lang: Language) -> str:  # noqa: PLR0917
    """Which stage the project would reach: tried on a copy, nothing is recorded."""
    tried = copy.deepcopy(dossier)
    payload = fact.model_dump(mode="json", exclude={"kind"})
    if "held_stage" in payload:
        payload["held_stage"] = dossier.stage
    add(tried, Recorded(0, fact.kind, payload, me.actor.person_id, dossier.at))
    reached: Stage = decide(tried, the_law()).stage
    which = "will" if reached is not dossier.stage else "stays"
    return say("act_then", which, lang, stage=say("stage", reached, lang))
