"""A plan checked line by line: what the rules ask, what the plan says, and whether it will do."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.errors import finding_line
from states.rules.binding import book_of, the_plan
from states.rules.dossier import Dossier, Plan
from states.rules.findings import Finding
from states.rules.guards import RULES
from states.rules.halves import hours
from states.rules.law import the_law
from states.rules.words import Language, say
from templates.filters import percent
from templates.shapes import FindingLine

LINES = (
    ("hours", ("plan_reaches_the_hours", "plan_stays_within_the_hours")),
    ("online", ("plan_online_share_is_at_most_half",)),
    ("licence", ("licence_is_valid_at_opening", "licence_lasts_to_the_end")),
    ("scope", ("licence_covers_the_training",)),
    ("employer", ("employer_is_named",)),
    ("size", ("class_size_is_usual",)),
    ("signatures", ("persons_of_the_district_signed",)),
)


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of the check. `findings` is empty when the rules have nothing to say.

    `waits`: not a flaw of the plan but a step still to come.
    """

    label: str
    value: str
    clause: str
    findings: tuple[FindingLine, ...]
    waived: bool = False
    waits: bool = False


def check_lines(dossier: Dossier, lang: Language, *, signatures: bool = True) -> list[CheckLine]:
    """Every line, for the plan of this dossier."""
    return [
        _line(name, rules, dossier, lang=lang)
        for name, rules in LINES
        if signatures or name != "signatures"
    ]


def _line(name: str, rules: tuple[str, ...], dossier: Dossier, *, lang: Language) -> CheckLine:
    found = list(_findings(rules, dossier))
    waived = [f for f in found if (f.code, f.subject) in dossier.waivers]
    return CheckLine(
        label=say("check", name, lang),
        value=_value(name, dossier, lang),
        clause=found[0].clause if found else RULES[rules[0]].clause,
        findings=tuple(finding_line(f, lang) for f in found if f not in waived),
        waived=bool(waived),
        waits=name == "signatures" or _is_empty(name, the_plan(dossier)),
    )


def _is_empty(name: str, plan: Plan) -> bool:
    """Nothing typed yet is no flaw yet."""
    entered = {"hours": plan.total_half_hours, "size": plan.class_size}
    return entered.get(name, 1) == 0


def _findings(rules: tuple[str, ...], dossier: Dossier) -> Iterator[Finding]:
    for rule in rules:
        yield from RULES[rule].check(dossier, the_law())


def _value(name: str, dossier: Dossier, lang: Language) -> str:
    plan = the_plan(dossier)
    channel = book_of(dossier, the_law()).channels[plan.channel]
    if name == "employer" and not plan.employer:
        return say(
            "check_value", "no_employer" if channel.employer_required else "not_needed", lang
        )
    if name == "employer":
        return plan.employer
    if name == "scope":
        return say("check_value", "covered" if plan.licence_covers else "not_covered", lang)
    figures = _figures(plan) | {"signed": len(set(dossier.signers)), "wanted": channel.signatures}
    return say("check_value", name, lang, **figures)


def _figures(plan: Plan) -> dict[str, object]:
    until = plan.licence_valid_until
    return {
        "total": hours(plan.total_half_hours),
        "online": hours(plan.online_half_hours),
        "share": percent(plan.online_half_hours, plan.total_half_hours),
        "until": until.isoformat() if until else "—",
        "count": plan.class_count,
        "size": plan.class_size,
    }
