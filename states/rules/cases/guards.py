"""One small rule per clause: each looks at the facts of a case and objects, or does not.

Names are shared by all routes; which of them an arrow asks stands in the route's rulebook.
"""

import states.rules.cases.contest_guards
import states.rules.cases.list_guards  # noqa: F401  their rules register themselves
from states.rules.cases.book import RouteBook
from states.rules.cases.dossier import CaseDossier
from states.rules.cases.kinds import CaseKind
from states.rules.cases.rule import CASE_RULES, case_rule
from states.rules.findings import SYSTEM_DEFAULT
from states.rules.rule import FINE, OBJECTS, Objection

__all__ = ["CASE_RULES"]


@case_rule("C41", cure=CaseKind.RESULTS_CONFIRMED)
def a_second_person_confirmed(dossier: CaseDossier, _: RouteBook) -> Objection:
    """Nobody confirms alone what they decided themselves (four eyes, by person)."""
    return FINE if dossier.confirmed_by else OBJECTS


@case_rule("C35", cure=CaseKind.COLLECTED)
def every_award_is_answered(dossier: CaseDossier, _: RouteBook) -> Objection:
    """Every award has its certificate's number, is held for an earlier one, or fell away."""
    awarded, told = dossier.awarded or 0, dossier.collected
    answered = told.numbered + told.held + told.dropped if told else 0
    return FINE if answered >= awarded else {"open": awarded - answered, "awarded": awarded}


@case_rule(SYSTEM_DEFAULT, cure=CaseKind.SENT_BACK)
def case_was_sent_back(dossier: CaseDossier, _: RouteBook) -> Objection:
    """A send-back waits for its answer."""
    return FINE if dossier.sent_back else OBJECTS


@case_rule(SYSTEM_DEFAULT)
def send_back_was_answered(dossier: CaseDossier, _: RouteBook) -> Objection:
    """What was sent back comes again."""
    return OBJECTS if dossier.sent_back else FINE


@case_rule(SYSTEM_DEFAULT, cure=CaseKind.REJECTED)
def case_was_rejected(dossier: CaseDossier, _: RouteBook) -> Objection:
    """The district does not take it."""
    return FINE if dossier.rejected else OBJECTS


@case_rule(SYSTEM_DEFAULT, cure=CaseKind.WITHDRAWN)
def case_was_withdrawn(dossier: CaseDossier, _: RouteBook) -> Objection:
    """Whoever filed it took it back."""
    return FINE if dossier.withdrawn else OBJECTS
