"""Contests for programs: filed, accepted, their results handed in, the cut decided, confirmed."""

from typing import Annotated

from fastapi import APIRouter, File, Query, Response, UploadFile

from api import desk_contests, told, told_cases
from api.deps import Db, SignedIn
from api.desk import AtDesk, workbook_of
from api.desk_contests import NAME_ROLES, Results
from api.once import Once
from api.routes.targets import share_after
from api.schemas.cases import (
    CaseLineOut,
    CaseOut,
    CaseOutcomeOut,
    ClaimOut,
    ContestFact,
    ContestIn,
    ResultsOut,
)
from states.records import case_board, claims, route_cases, share_board
from states.rules.routes import Route

router = APIRouter(prefix="/contests", tags=["contests"])
_REFUSALS = told.problems(401, 403, 404, 409, 422)
PageNo = Annotated[int, Query(ge=1, le=100_000)]
Seen = Annotated[int | None, Query(description="`moves` of the case as you saw it.")]


@router.get("", responses=told.problems(401))
def list_contests(session: Db, me: SignedIn, page: PageNo = 1) -> list[CaseLineOut]:
    """The contests you may see, the newest first, a hundred on a page."""
    found, _ = case_board.list_of(session, me.actor, Route.CONTEST, page=page)
    return [told_cases.line(one) for one in found]


@router.post("", status_code=201, response_model=CaseOutcomeOut, responses=_REFUSALS)
def file_contest(desk: AtDesk, once: Once, asked: ContestIn) -> Response:
    """File a contest with a district, before its day."""
    outcome = desk_contests.file_contest(desk, asked.filing, asked.district)
    return once.json(told_cases.outcome(outcome), 201)


@router.get("/{code}", responses=told.problems(401, 404))
def look(desk: AtDesk, code: str) -> CaseOut:
    """One contest with everything that was said about it, and what it would do to the share."""
    file = desk_contests.file_of(desk, code)
    effects = share_board.of_contest(desk.session, desk.actor, file)
    told_effect = share_after(effects[0]) if effects else None
    return told_cases.case(file).model_copy(update={"effect": told_effect})


@router.get("/{code}/people", responses=told.problems(401, 404))
def people(session: Db, me: SignedIn, code: str) -> list[ClaimOut]:
    """Who took part, the best first; numbers are masked for everybody."""
    found = route_cases.find(session, me.actor, code, route=Route.CONTEST)
    whole = me.role in NAME_ROLES
    return [told_cases.claim(one, whole_name=whole) for one in claims.of_case(session, found.id)]


@router.post("/{code}/facts", response_model=CaseOutcomeOut, responses=_REFUSALS)
def record(
    desk: AtDesk, once: Once, *, code: str, fact: ContestFact, moves: Seen = None
) -> Response:
    """Record a fact that needs nothing but its words: acceptance, decision, confirmation."""
    outcome = desk_contests.record(desk, code, fact, seen_moves=moves)
    return once.json(told_cases.outcome(outcome))


@router.post("/{code}/results", response_model=ResultsOut, responses=_REFUSALS)
def take_results(
    desk: AtDesk, once: Once, *, code: str, file: Annotated[UploadFile, File()], moves: Seen = None
) -> Response:
    """Import the result sheet; with one wrong row nothing of it is imported."""
    results = desk_contests.take_results(desk, code, workbook_of(file), seen_moves=moves)
    return once.json(_results(results))


def _results(came: Results) -> ResultsOut:
    return ResultsOut(
        imported=came.outcome is not None,
        rows=came.rows,
        accepted=came.accepted,
        findings=[told.row(found) for found in came.findings],
        notes=[told.note(found) for found in came.notes],
        outcome=told_cases.outcome(came.outcome) if came.outcome else None,
    )
