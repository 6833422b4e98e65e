"""What comes of silence: the fact that the service records, and the reason that it leaves."""

from collections.abc import Mapping
from datetime import date

from states.rules.deadline_rule import WARNING_WORKING_DAYS, SilenceOutcome
from states.rules.deadlines import Deadline, subject_of
from states.rules.dossier import Dossier
from states.rules.facts_of_time import SilenceNoted, SilenceWarned
from states.rules.findings import SYSTEM_DEFAULT
from states.rules.rule import FINE, OBJECTS, Objection, project_rule
from states.rules.rulebook import Rulebook
from states.rules.words import say
from states.rules.workdays import Calendar


def silence_of(late: Deadline, today: date, calendar: Calendar) -> SilenceWarned | SilenceNoted:
    """The last warning, or the fact that nobody did this duty.

    Raises ValueError where the rulebook names no outcome.
    """
    if late.warn_on and late.silent_on:
        grace = calendar.nth_working_day_after(today, WARNING_WORKING_DAYS).day
        return SilenceWarned(
            duty=late.duty, subject=late.subject, since=late.since, to=late.who,
            due_on=late.due_on, ends_on=max(late.silent_on, grace),
        )  # fmt: skip
    return noted_silence(late)


def noted_silence(late: Deadline) -> SilenceNoted:
    """The fact that nobody did this duty. Raises ValueError."""
    if late.silence is None:
        raise ValueError(f"silence on {late.duty} has no outcome")
    escalates = late.silence is SilenceOutcome.ESCALATE
    return SilenceNoted(
        duty=late.duty, subject=late.subject, since=late.since, to=late.who, due_on=late.due_on,
        outcome=late.silence, item=subject_of(late) if escalates else "",
    )  # fmt: skip


def reasons_of(fact: SilenceNoted) -> Mapping[str, str]:
    """The official reason of a send-back or an end that silence brought, in both languages."""
    if fact.outcome is SilenceOutcome.ESCALATE:
        return {}
    words = " ".join(
        say("silence_reason", fact.outcome, lang, due_on=fact.due_on.isoformat())
        for lang in ("zh", "en")
    )
    if fact.outcome is SilenceOutcome.RETURN:
        return {"send_back_code": "opening_lapsed", "send_back_text": words}
    return {"stop_text": words}


@project_rule(SYSTEM_DEFAULT)
def opening_lapsed(dossier: Dossier, _: Rulebook) -> Objection:
    """The class did not open for so long that the plan needs new days."""
    return FINE if dossier.clocks.lapsed is SilenceOutcome.RETURN else OBJECTS


@project_rule(SYSTEM_DEFAULT)
def send_back_stayed_unanswered(dossier: Dossier, _: Rulebook) -> Objection:
    """The provider never answered what was sent back."""
    return FINE if dossier.clocks.lapsed is SilenceOutcome.TERMINATE else OBJECTS
