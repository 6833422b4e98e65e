"""The rules of the contest route (section 四 of the notice): filing, results, the cut."""

from states.rules.cases.book import RouteBook
from states.rules.cases.dossier import CaseDossier
from states.rules.cases.facts import ContestFiled
from states.rules.cases.kinds import CaseKind
from states.rules.cases.rule import case_rule
from states.rules.law import the_law
from states.rules.rule import FINE, OBJECTS, Objection


def the_contest(dossier: CaseDossier) -> ContestFiled:
    """The contest as last filed; every contest has one from its first fact on."""
    if dossier.contest is None:
        raise LookupError("a contest without a filing")
    return dossier.contest


@case_rule("C33", cure=CaseKind.FILING_ACCEPTED)
def filing_is_accepted(dossier: CaseDossier, _: RouteBook) -> Objection:
    """Only activities filed with the district count."""
    return FINE if dossier.accepted else OBJECTS


@case_rule("A18", cure=CaseKind.LATE_FILING_ALLOWED)
def contest_is_filed_before_its_day(dossier: CaseDossier, _: RouteBook) -> Objection:
    """Filed before the day of the contest, or a second person allowed it (E41)."""
    held_on = the_contest(dossier).held_on
    if dossier.filed_on < held_on or dossier.late_allowed:
        return FINE
    return {"filed_on": dossier.filed_on.isoformat(), "held_on": held_on.isoformat()}


@case_rule("C32", cure=CaseKind.CONTEST_FILED)
def contest_has_its_own_bank(dossier: CaseDossier, _: RouteBook) -> Objection:
    """A contest bank, never the assessment's: contests must be harder (trap 17)."""
    bank = the_contest(dossier).bank
    return FINE if bank in the_law().contest_banks else {"bank": bank}


@case_rule("C37", cure=CaseKind.CONTEST_FILED)
def contest_lies_in_the_year(dossier: CaseDossier, book: RouteBook) -> Objection:
    """The programme counts contests of its own year."""
    held_on, terms = the_contest(dossier).held_on, book.contest
    if terms is None or held_on.year == terms.year:
        return FINE
    return {"held_on": held_on.isoformat(), "year": terms.year}


@case_rule("C34", cure=CaseKind.RESULTS_IMPORTED)
def results_are_imported(dossier: CaseDossier, _: RouteBook) -> Objection:
    """The result sheet is in."""
    return FINE if dossier.results else OBJECTS


@case_rule("A19", cure=CaseKind.CUT_DECIDED)
def cut_is_decided(dossier: CaseDossier, _: RouteBook) -> Objection:
    """A tie across the cut is never cut silently: somebody decides, with both bounds in sight."""
    results = dossier.results
    if results is None or dossier.awarded is not None:
        return FINE
    return {"cut": results.cut, "low": results.low, "high": results.high}


@case_rule("A19")
def cut_is_open(dossier: CaseDossier, _: RouteBook) -> Objection:
    """The newest sheet has a tie across the cut that nobody decided."""
    return FINE if dossier.results and dossier.awarded is None else OBJECTS


@case_rule("A17")
def employers_are_of_the_district(dossier: CaseDossier, _: RouteBook) -> Objection:
    """An employer whose code names another district is worth a look, and no more."""
    elsewhere = dossier.results.elsewhere if dossier.results else 0
    return {"elsewhere": elsewhere} if elsewhere else FINE
