"""What all facts of a case say together, folded in the order of recording."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from states.rules.cases import facts
from states.rules.cases.kinds import CaseKind, CaseStage
from states.rules.dossier import SHANGHAI, Recorded
from states.rules.routes import Route


@dataclass(slots=True)
class CaseDossier:
    """All facts of one case. `stage` is where we ask, `today` the day in Shanghai.

    Persons are ids: who filed, accepted, allowed, handed in, decided, confirmed.
    """

    route: Route
    stage: CaseStage
    today: date
    title: str = ""
    held_on: date | None = None
    filed_at: datetime | None = None
    filed_by: int | None = None
    contest: facts.ContestFiled | None = None
    accepted: facts.FilingAccepted | None = None
    accepted_by: int | None = None
    late_allowed: bool = False
    late_allowed_by: int | None = None
    results: facts.ResultsImported | None = None
    results_by: int | None = None
    decided: facts.CutDecided | None = None
    decided_by: int | None = None
    listed: facts.ListHandedIn | None = None
    left_out: bool = False
    confirmed_by: int | None = None
    sent_back: bool = False
    rejected: bool = False
    withdrawn: bool = False
    reason: str = ""
    collected: facts.Collected | None = None

    @property
    def filed_on(self) -> date:
        """The Shanghai day of the filing that counts: the latest one."""
        if self.filed_at is None:
            raise LookupError("a case without a filing")
        return self.filed_at.astimezone(SHANGHAI).date()

    @property
    def awarded(self) -> int | None:
        """How many are to get a certificate; None before it is known or while a tie is open."""
        if self.listed is not None:
            return self.listed.people
        if self.results is None or (self.results.tied and self.decided is None):
            return None
        if not self.results.tied or self.decided is None:
            return self.results.cut
        return self.results.high if self.decided.bound == "high" else self.results.low

    @property
    def first_signer(self) -> int | None:
        """Who stands for the results before they are confirmed: the last to decide on them."""
        return self.decided_by or self.accepted_by or self.filed_by


def fold(
    recorded: Iterable[Recorded], *, route: Route, stage: CaseStage, today: date
) -> CaseDossier:
    """Read the facts in the order in which they were recorded."""
    dossier = CaseDossier(route=route, stage=stage, today=today)
    for fact in recorded:
        add(dossier, fact)
    return dossier


def add(dossier: CaseDossier, fact: Recorded) -> None:
    """Fold one more fact into `dossier`, in place."""
    _FOLDS[CaseKind(fact.kind)](dossier, facts.said(fact.kind, fact.payload), fact)


def _filed(dossier: CaseDossier, fact: facts.ContestFiled, by: Recorded) -> None:
    """A filing, also one that answers a send-back: whatever followed the last one is undone."""
    dossier.contest, dossier.title, dossier.held_on = fact, fact.title, fact.held_on
    dossier.filed_at, dossier.filed_by = by.at, by.person_id
    dossier.accepted = dossier.accepted_by = None
    dossier.late_allowed, dossier.late_allowed_by = False, None
    dossier.results = dossier.results_by = None
    dossier.sent_back = False
    _undecide(dossier)


def _undecide(dossier: CaseDossier) -> None:
    dossier.decided = dossier.decided_by = dossier.confirmed_by = None


def _late_allowed(dossier: CaseDossier, _: facts.LateFilingAllowed, by: Recorded) -> None:
    dossier.late_allowed, dossier.late_allowed_by = True, by.person_id


def _accepted(dossier: CaseDossier, fact: facts.FilingAccepted, by: Recorded) -> None:
    dossier.accepted, dossier.accepted_by = fact, by.person_id


def _results(dossier: CaseDossier, fact: facts.ResultsImported, by: Recorded) -> None:
    dossier.results, dossier.results_by = fact, by.person_id
    dossier.sent_back = False
    _undecide(dossier)


def _decided(dossier: CaseDossier, fact: facts.CutDecided, by: Recorded) -> None:
    dossier.decided, dossier.decided_by = fact, by.person_id


def _confirmed(dossier: CaseDossier, _: facts.ResultsConfirmed, by: Recorded) -> None:
    dossier.confirmed_by = by.person_id


def _listed(dossier: CaseDossier, fact: facts.ListHandedIn, by: Recorded) -> None:
    """A list, or the one in its place: what was said of the last one is undone."""
    dossier.listed, dossier.title, dossier.left_out = fact, fact.title, False
    dossier.filed_at, dossier.filed_by, dossier.confirmed_by = by.at, by.person_id, None


def _left_out(dossier: CaseDossier, _: facts.RowsLeftOut, __: Recorded) -> None:
    dossier.left_out = True


def _list_confirmed(dossier: CaseDossier, _: facts.ListConfirmed, by: Recorded) -> None:
    dossier.confirmed_by = by.person_id


def _sent_back(dossier: CaseDossier, fact: facts.SentBack, _: Recorded) -> None:
    dossier.sent_back, dossier.reason = True, fact.text
    _undecide(dossier)


def _rejected(dossier: CaseDossier, fact: facts.Rejected, _: Recorded) -> None:
    dossier.rejected, dossier.reason = True, fact.text


def _withdrawn(dossier: CaseDossier, fact: facts.Withdrawn, _: Recorded) -> None:
    dossier.withdrawn, dossier.reason = True, fact.text


def _collected(dossier: CaseDossier, fact: facts.Collected, _: Recorded) -> None:
    dossier.collected = fact


_FOLDS: Mapping[CaseKind, Callable[[CaseDossier, Any, Recorded], None]] = {
    CaseKind.CONTEST_FILED: _filed,
    CaseKind.LATE_FILING_ALLOWED: _late_allowed,
    CaseKind.FILING_ACCEPTED: _accepted,
    CaseKind.RESULTS_IMPORTED: _results,
    CaseKind.CUT_DECIDED: _decided,
    CaseKind.RESULTS_CONFIRMED: _confirmed,
    CaseKind.LIST_HANDED_IN: _listed,
    CaseKind.ROWS_LEFT_OUT: _left_out,
    CaseKind.LIST_CONFIRMED: _list_confirmed,
    CaseKind.SENT_BACK: _sent_back,
    CaseKind.REJECTED: _rejected,
    CaseKind.WITHDRAWN: _withdrawn,
    CaseKind.COLLECTED: _collected,
}
