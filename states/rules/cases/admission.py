"""What may be recorded about a case now: the stage is right, and four eyes are four."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from states.rules.cases import facts
from states.rules.cases.book import CaseFactRule
from states.rules.cases.contest_guards import the_contest
from states.rules.cases.dossier import CaseDossier
from states.rules.cases.kinds import CaseKind
from states.rules.cases.list_guards import refused_rows
from states.rules.findings import SYSTEM_DEFAULT, Finding

Check = Callable[[Any, int | None, CaseDossier], Iterator[Finding]]


def objections(
    fact: facts.CaseFact, person_id: int | None, dossier: CaseDossier, *, rule: CaseFactRule
) -> tuple[Finding, ...]:
    """Every reason why this person cannot record this fact now; empty when they can."""
    if dossier.stage not in rule.stages:
        allowed = " ".join(rule.stages)
        params = {
            "case_stage": dossier.stage, "case_kind": fact.kind, "case_allowed": allowed
        }  # fmt: skip
        return (Finding("case_fact_does_not_fit_the_stage", rule.clause, params=params),)
    check = _CHECKS.get(fact.kind)
    return tuple(check(fact, person_id, dossier)) if check else ()


def _object(code: str, clause: str = SYSTEM_DEFAULT, **params: str | int) -> Finding:
    return Finding(code, clause, params=params)


def _allowed(
    _: facts.LateFilingAllowed, person: int | None, dossier: CaseDossier
) -> Iterator[Finding]:
    if dossier.filed_on < the_contest(dossier).held_on:
        yield _object("filing_is_not_late", "A18")
    if person in (dossier.accepted_by, dossier.filed_by):
        yield _object("late_filing_needs_another_person", "A18")


def _accepted(
    _: facts.FilingAccepted, person: int | None, dossier: CaseDossier
) -> Iterator[Finding]:
    if person in (dossier.late_allowed_by, dossier.filed_by):
        yield _object("acceptance_needs_another_person", "C33")


def _results(_: facts.ResultsImported, __: int | None, dossier: CaseDossier) -> Iterator[Finding]:
    if dossier.accepted is None:
        yield _object("results_need_an_accepted_filing", "C33")
    held_on = the_contest(dossier).held_on
    if held_on > dossier.today:
        yield _object("contest_is_still_to_come", "C34", held_on=held_on.isoformat())


def _decided(fact: facts.CutDecided, person: int | None, dossier: CaseDossier) -> Iterator[Finding]:
    yield from _of_these_results(fact.sheet_sha256, dossier)
    if dossier.results is None or not dossier.results.tied:
        yield _object("no_tie_lies_across_the_cut", "A19")
    if person == dossier.results_by:
        yield _object("cut_needs_another_person", "A19")


def _confirmed(
    fact: facts.ResultsConfirmed, person: int | None, dossier: CaseDossier
) -> Iterator[Finding]:
    yield from _of_these_results(fact.sheet_sha256, dossier)
    if person in (dossier.first_signer, dossier.results_by):
        yield _object("results_need_another_person", "C41")


def _left_out(fact: facts.RowsLeftOut, _: int | None, dossier: CaseDossier) -> Iterator[Finding]:
    yield from _of_this_sheet(fact.sheet_sha256, dossier)
    if not refused_rows(dossier):
        yield _object("no_row_was_refused")


def _list_confirmed(
    fact: facts.ListConfirmed, person: int | None, dossier: CaseDossier
) -> Iterator[Finding]:
    yield from _of_this_sheet(fact.sheet_sha256, dossier)
    if refused := refused_rows(dossier):
        yield _object("refused_rows_are_settled", refused=refused)
    if person == dossier.filed_by:
        yield _object("list_needs_another_person", "C41")


def _of_this_sheet(sha256: str, dossier: CaseDossier) -> Iterator[Finding]:
    """Whoever looked at an earlier sheet has not seen this one."""
    if dossier.listed is None or sha256 != dossier.listed.sheet_sha256:
        yield _object("list_was_replaced")


def _of_these_results(sha256: str, dossier: CaseDossier) -> Iterator[Finding]:
    if dossier.results is not None and sha256 != dossier.results.sheet_sha256:
        yield _object("results_were_replaced")


_CHECKS: Mapping[CaseKind, Check] = {
    CaseKind.LATE_FILING_ALLOWED: _allowed,
    CaseKind.FILING_ACCEPTED: _accepted,
    CaseKind.RESULTS_IMPORTED: _results,
    CaseKind.CUT_DECIDED: _decided,
    CaseKind.RESULTS_CONFIRMED: _confirmed,
    CaseKind.ROWS_LEFT_OUT: _left_out,
    CaseKind.LIST_CONFIRMED: _list_confirmed,
}
