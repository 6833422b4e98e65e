"""Lists of passers, of the evaluation and of the exam: handed in, replaced, and their claims."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from states import case_actions
from states.actor import Actor
from states.case_actions import CaseOutcome
from states.errors import BadInput
from states.records import claims, reports, route_cases
from states.records.claims import ClaimRow
from states.records.reports import Report, Sheet
from states.records.tables import RouteCase
from states.rules.cases.facts import ListHandedIn, Withdrawn
from states.rules.routes import Level, Route

_SAME = text("""
SELECT k.code FROM route_case k JOIN route_fact f ON f.case_id = k.id
 WHERE k.office_id = :office_id AND k.route = :route AND k.stage <> 'withdrawn'
   AND f.kind = 'list_handed_in' AND f.payload->>'sheet_sha256' = :sha256
   AND f.seq = (SELECT max(seq) FROM route_fact g
                 WHERE g.case_id = k.id AND g.kind = 'list_handed_in')
 LIMIT 1
""")
_DISTRICTS = text("SELECT name_zh, id FROM office WHERE kind = 'district' ORDER BY code")


@dataclass(frozen=True, slots=True)
class PasserList:
    """A list as it was read: its good rows, how many were left out, and the report of all."""

    route: Route
    title: str
    year: int
    rows: Sequence[ClaimRow]
    refused: int
    filename: str
    sha256: str
    report: tuple[Mapping[str, Any], ...]


def hand_in(
    session: Session, given: PasserList, *, actor: Actor, at: datetime, code: str = ""
) -> CaseOutcome:
    """A new case with its claims; with `code` the list takes the place of that case's last one.

    With refused rows it waits until somebody mends them or goes on without them.

    Raises NotFound, NotYours, NotAllowed, BadInput (no good row, or handed in before).
    """
    if not given.rows:
        raise BadInput(why="list_without_good_rows")
    _refuse_the_same(session, given, actor)
    fact = _fact(given)
    if code:
        case = route_cases.find(session, actor, code, route=given.route)
        outcome = case_actions.record(session, case.id, fact, actor=actor, at=at)
    else:
        outcome = case_actions.file(
            session, fact, route=given.route, district_id=None, actor=actor, at=at
        )
    claims.replace(session, outcome.case_id, given.rows)
    _keep_report(session, given, outcome.code, actor=actor, at=at)
    return outcome


def withdraw(
    session: Session, case: RouteCase, *, words: str, actor: Actor, at: datetime
) -> CaseOutcome:
    """Take a list back: its claims go, what was done with it stays in the ledger.

    Raises NotFound, NotYours, NotAllowed.
    """
    outcome = case_actions.record(session, case.id, Withdrawn(text=words), actor=actor, at=at)
    claims.replace(session, outcome.case_id, ())
    return outcome


def report_of(session: Session, code: str) -> Report | None:
    """What each row of a case's list deserved, as long as it is kept."""
    return reports.last(session, _kind(code))


def districts(session: Session) -> dict[str, int]:
    """The offices of the districts by name, in their order."""
    rows = session.connection().execute(_DISTRICTS)
    return {row.name_zh: row.id for row in rows}


def _fact(given: PasserList) -> ListHandedIn:
    return ListHandedIn(
        title=given.title,
        sheet_sha256=given.sha256,
        year=given.year,
        people=len(given.rows),
        advanced=sum(row.level is Level.ADVANCED for row in given.rows),
        refused=given.refused,
    )


def _refuse_the_same(session: Session, given: PasserList, actor: Actor) -> None:
    """The same workbook twice has one effect, also through another case of the office."""
    asked = {"office_id": actor.office_id, "route": given.route, "sha256": given.sha256}
    before = session.connection().execute(_SAME, asked).scalar()
    if before:
        raise BadInput(why="list_handed_in_before", code=before)


def _keep_report(
    session: Session, given: PasserList, code: str, *, actor: Actor, at: datetime
) -> None:
    sheet = Sheet(
        kind=_kind(code),
        filename=given.filename,
        sha256=given.sha256,
        rows=len(given.rows) + given.refused,
        findings=given.report,
    )
    reports.keep(session, sheet, imported=True, person_id=actor.person_id, at=at)


def _kind(code: str) -> str:
    """A report of a case has neither class nor batch: its kind names the case."""
    return f"list/{code}"
