"""Which plan and which rulebook a project's facts are judged by."""

from states.rules.dossier import Dossier, Plan
from states.rules.law import Law
from states.rules.rulebook import Rulebook


def book_of(dossier: Dossier, law: Law) -> Rulebook:
    """The regime of the project: that of its first class, or of its planned opening day."""
    if dossier.classes:
        return law.regimes[min(dossier.classes.values(), key=lambda klass: klass.no).regime]
    return law.regime_on(the_plan(dossier).opens_on)


def the_plan(dossier: Dossier) -> Plan:
    """The plan; every project has one from its first fact on."""
    if dossier.plan is None:
        raise LookupError("a project without a plan")
    return dossier.plan
