"""What somebody does about a contest at either door: file it, hand in its results, decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import select

from api.desk import Desk, Workbook
from states import case_actions
from states.case_actions import CaseOutcome
from states.errors import BadInput, NotFound, NotYours
from states.records import case_board, contests, route_cases
from states.records.case_board import CaseFile
from states.records.claims import ClaimRow
from states.records.contests import ResultSheet
from states.records.tables import Office
from states.rules.cases.contest_guards import the_contest
from states.rules.cases.facts import CaseFact, ContestFiled
from states.rules.cases.kinds import CaseKind
from states.rules.contest import cut_of, places_of
from states.rules.contest_rows import ContestNames, strangers
from states.rules.deadlines import shanghai_day
from states.rules.districts import registered_elsewhere
from states.rules.findings import Finding, RowFinding, Verdict
from states.rules.law import the_law
from states.rules.routes import Level, Route
from states.rules.stages import Role
from templates.sheets.contest import ContestReading, read_contest
from templates.sheets.contest_row import ContestRow
from templates.sheets.reading_room import read_aside

NAME_ROLES = frozenset({Role.ORGANISER, Role.REVIEWER, Role.EXAMINER})
"""Who works with the people of a contest and needs their names; all others see them masked."""


@dataclass(frozen=True, slots=True)
class Results:
    """What became of a result sheet; without an outcome nothing of it was stored."""

    sheet: str
    rows: int
    accepted: int
    findings: Sequence[RowFinding]
    notes: Sequence[Finding]
    outcome: CaseOutcome | None


def file_of(desk: Desk, code: str) -> CaseFile:
    """The file of a contest. Raises NotFound, also for one that is not this person's to see."""
    today = shanghai_day(desk.at)
    return case_board.file_of(desk.session, desk.actor, code, route=Route.CONTEST, today=today)


def file_contest(desk: Desk, filing: ContestFiled, district: str) -> CaseOutcome:
    """File a contest with a district (by its office's code). Raises BadInput, NotYours."""
    chosen = select(Office).where(Office.kind == "district", Office.code == district)
    office = desk.session.exec(chosen).first()
    if office is None:
        raise BadInput(why="no_such_district", district=district)
    _check_bank(filing)
    return case_actions.file(
        desk.session, filing, route=Route.CONTEST, district_id=office.id, actor=desk.actor,
        at=desk.at,
    )  # fmt: skip


def record(desk: Desk, code: str, fact: CaseFact, *, seen_moves: int | None = None) -> CaseOutcome:
    """Record anything about a contest but its results. Raises what `contests.record` does."""
    found = route_cases.find(desk.session, desk.actor, code, route=Route.CONTEST)
    if isinstance(fact, ContestFiled):
        _check_bank(fact)
    return contests.record(
        desk.session, found.id, fact, actor=desk.actor, at=desk.at, seen_moves=seen_moves
    )


def take_results(
    desk: Desk, code: str, workbook: Workbook, *, seen_moves: int | None = None
) -> Results:
    """Import 技能比武成绩表 whole, or not at all: every row has its part in the cut.

    Raises SheetUnreadable, NotYours, and what `contests.import_results` raises.
    """
    file = file_of(desk, code)
    if desk.actor.role not in file.book.fact_rules[CaseKind.RESULTS_IMPORTED].who:
        raise NotYours
    if file.book.contest is None:
        raise NotFound
    reading = read_aside(
        read_contest, workbook.data, workbook.filename, full=file.book.contest.full_tenths
    )
    findings = (*reading.findings, *strangers(reading.rows, names_of(file)))
    wrong = {found.sheet_row for found in findings if found.verdict is Verdict.ERROR}
    good = [row for row in reading.rows if row.sheet_row not in wrong]
    outcome = None if wrong else _import(desk, file, reading, workbook, seen_moves=seen_moves)
    return Results(
        sheet=reading.sheet,
        rows=len(good) + len(wrong),
        accepted=len(good),
        findings=sorted(findings, key=lambda found: found.sheet_row),
        notes=reading.notes,
        outcome=outcome,
    )


def names_of(file: CaseFile) -> ContestNames:
    """By which names and numbers this contest may be called in its sheet."""
    filed, number = the_contest(file.dossier), file.dossier.accepted
    return ContestNames(
        activities=frozenset({file.case.code, filed.activity or file.case.code}),
        filings=frozenset({file.case.code, number.number if number else ""}),
        organisers=frozenset({file.office.name_zh, file.office.name_en}),
        held_on=filed.held_on,
    )


def _check_bank(filing: ContestFiled) -> None:
    """Whoever files sees at once that only a contest bank will do (trap 17)."""
    if filing.bank not in the_law().contest_banks:
        raise BadInput(why="no_such_contest_bank", bank=filing.bank)


def _import(  # noqa: PLR0917  what is imported, into what
    desk: Desk,
    file: CaseFile,
    reading: ContestReading,
    workbook: Workbook,
    *,
    seen_moves: int | None,
) -> CaseOutcome:
    faster_first = the_contest(file.dossier).tie_break == "faster"
    rows = list(_claims(reading.rows, file, faster_first=faster_first))
    sheet = ResultSheet(
        rows=rows,
        cut=cut_of(reading.standings(), faster_first=faster_first),
        sha256=workbook.sha256,
        elsewhere=sum(bool(row.findings) for row in rows),
    )
    return contests.import_results(
        desk.session, file.case.id, sheet, actor=desk.actor, at=desk.at, seen_moves=seen_moves
    )


def _claims(
    rows: Sequence[ContestRow], file: CaseFile, *, faster_first: bool
) -> Iterator[ClaimRow]:
    valid = [(row.sheet_row, standing) for row in rows if (standing := row.standing)]
    ranked = places_of([standing for _, standing in valid], faster_first=faster_first)
    places = dict(zip((row for row, _ in valid), ranked, strict=True))
    for row in rows:
        elsewhere = file.district and registered_elsewhere(row.employer_uscc, file.district.code)
        yield ClaimRow(
            sheet_row=row.sheet_row,
            name=row.name,
            document=row.document,
            number=row.number,
            level=Level.BASIC,
            employer=row.employer,
            employer_uscc=row.employer_uscc,
            district_id=file.case.district_id,
            evaluated_on=row.held_on or file.case.held_on,
            result=row.void,
            score=row.total,
            seconds=row.seconds,
            place=places.get(row.sheet_row),
            valid=row.standing is not None,
            findings=["employer_elsewhere"] if elsewhere else [],
        )
