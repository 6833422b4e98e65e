"""The provider's licence, asked twice (C11): when the plan comes, and on the day a class opens.

The register may have changed in between: a class brings its licence as it stood at filing.
"""

from datetime import date

from states.rules.binding import the_plan
from states.rules.dossier import ClassFacts, Dossier
from states.rules.facts import Kind
from states.rules.rule import FINE, OBJECTS, Objection, class_rule, project_rule
from states.rules.rulebook import Rulebook


@project_rule("C11", cure=Kind.PLAN_SUBMITTED)
def licence_is_valid_at_opening(dossier: Dossier, _: Rulebook) -> Objection:
    """The provider's licence is valid on the planned opening day (A10)."""
    plan = the_plan(dossier)
    return not_valid(plan.licence_valid_until, plan.opens_on)


@project_rule("C11", cure=Kind.PLAN_SUBMITTED)
def licence_covers_the_training(dossier: Dossier, _: Rulebook) -> Objection:
    """The licence's scope names the training."""
    return FINE if the_plan(dossier).licence_covers else OBJECTS


@project_rule("A10")
def licence_lasts_to_the_end(dossier: Dossier, _: Rulebook) -> Objection:
    """A licence that ends in the middle of the course is worth a word (E51)."""
    plan = the_plan(dossier)
    return _ends_within(plan.licence_valid_until, plan.opens_on, plan.ends_on)


@class_rule("C11", cure=Kind.CLASS_OPENED)
def licence_is_valid_when_class_opens(klass: ClassFacts, _: Dossier, __: Rulebook) -> Objection:
    """The licence is valid on the day the class really opens, which may be later than planned."""
    return not_valid(klass.licence_valid_until, klass.opens_on)


@class_rule("C11", cure=Kind.CLASS_OPENED)
def licence_covers_the_class(klass: ClassFacts, _: Dossier, __: Rulebook) -> Objection:
    """The scope still names the training when the class is filed."""
    return FINE if klass.licence_covers else OBJECTS


@class_rule("A10")
def licence_lasts_through_the_class(klass: ClassFacts, _: Dossier, __: Rulebook) -> Objection:
    """Valid at the opening is enough; that it ends before the class does is said (E51)."""
    return _ends_within(klass.licence_valid_until, klass.opens_on, klass.ends_on)


def not_valid(until: date | None, opens_on: date) -> Objection:
    """What to say of a licence that does not reach the opening day; its last day counts."""
    if until and until >= opens_on:
        return FINE
    return {"until": until.isoformat() if until else "—", "opens_on": opens_on.isoformat()}


def _ends_within(until: date | None, opens_on: date, ends_on: date) -> Objection:
    if until is None or not opens_on <= until < ends_on:
        return FINE
    return {"until": until.isoformat(), "ends_on": ends_on.isoformat()}
