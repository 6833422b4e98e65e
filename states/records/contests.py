"""What a contest writes besides its facts: its people, and who of them is awarded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from states import case_actions
from states.actor import Actor
from states.case_actions import CaseOutcome
from states.errors import BadInput
from states.records import claims, route_cases
from states.records.claims import ClaimRow
from states.rules.cases.facts import (
    CaseFact,
    ContestFiled,
    CutDecided,
    Rejected,
    ResultsImported,
    SentBack,
    Withdrawn,
)
from states.rules.contest import Cut
from states.rules.deadlines import shanghai_day


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """A result sheet as read and ranked: everybody in it, and where the half of the valid ends."""

    rows: Sequence[ClaimRow]
    cut: Cut
    sha256: str
    elsewhere: int = 0

    def fact(self) -> ResultsImported:
        """What is recorded of it: counts, no names."""
        tie = self.cut.tie
        return ResultsImported(
            sheet_sha256=self.sha256,
            people=len(self.rows),
            valid=self.cut.valid,
            cut=self.cut.cut,
            low=tie.low if tie else self.cut.cut,
            high=tie.high if tie else self.cut.cut,
            elsewhere=self.elsewhere,
        )


def import_results(
    session: Session,
    case_id: int,
    sheet: ResultSheet,
    *,
    actor: Actor,
    at: datetime,
    seen_moves: int | None = None,
) -> CaseOutcome:
    """Put a result sheet in the place of the one before, with its people (C34).

    Raises BadInput(why="same_results"), and what `case_actions.record` raises.
    """
    told = route_cases.load(session, case_id).dossier(shanghai_day(at))
    before = told.results
    if before and not told.sent_back and before.sheet_sha256 == sheet.sha256:
        raise BadInput(why="same_results")
    fact = sheet.fact()
    outcome = case_actions.record(session, case_id, fact, actor=actor, at=at, seen_moves=seen_moves)
    claims.replace(session, case_id, sheet.rows)
    claims.award(session, case_id, fact.low)
    return outcome


def record(
    session: Session,
    case_id: int,
    fact: CaseFact,
    *,
    actor: Actor,
    at: datetime,
    seen_moves: int | None = None,
) -> CaseOutcome:
    """Record anything but results, and let its people follow: who is awarded, who is in it at all.

    Raises what `case_actions.record` raises.
    """
    outcome = case_actions.record(session, case_id, fact, actor=actor, at=at, seen_moves=seen_moves)
    if isinstance(fact, ContestFiled | Withdrawn):
        claims.replace(session, case_id, ())
    if isinstance(fact, CutDecided | SentBack | Rejected):
        told = route_cases.load(session, case_id).dossier(shanghai_day(at))
        over = told.sent_back or told.rejected
        claims.award(session, case_id, 0 if over else told.awarded or 0)
    return outcome
