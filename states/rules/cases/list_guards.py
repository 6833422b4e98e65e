"""The rules of the evaluation and exam routes (section 三): a list, confirmed by two persons."""

from states.rules.cases.book import RouteBook
from states.rules.cases.dossier import CaseDossier
from states.rules.cases.kinds import CaseKind
from states.rules.cases.rule import case_rule
from states.rules.findings import SYSTEM_DEFAULT
from states.rules.rule import FINE, OBJECTS, Objection


@case_rule("C41", cure=CaseKind.LIST_CONFIRMED)
def a_second_person_confirmed_the_list(dossier: CaseDossier, _: RouteBook) -> Objection:
    """Whoever handed the list in does not confirm it (four eyes, by person)."""
    return FINE if dossier.confirmed_by else OBJECTS


@case_rule(SYSTEM_DEFAULT, cure=CaseKind.ROWS_LEFT_OUT)
def refused_rows_are_settled(dossier: CaseDossier, _: RouteBook) -> Objection:
    """Refused rows are mended, or left out by somebody's word: never dropped silently."""
    refused = refused_rows(dossier)
    return {"refused": refused} if refused else FINE


def refused_rows(dossier: CaseDossier) -> int:
    """How many rows of the list still wait for a decision."""
    return 0 if dossier.listed is None or dossier.left_out else dossier.listed.refused
