"""What the two doors, pages and JSON, do with lists of passers: read, handed in, confirmed.

The evaluation and the exam differ in how a sheet is read and in nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Request

from api.desk import AtDesk, Desk, Workbook, taken
from states import case_actions
from states.case_actions import CaseOutcome
from states.errors import NotYours
from states.records import case_board, claims, lists, reports, route_cases
from states.records.case_board import CaseFile, CaseLine
from states.records.claims import ClaimRow, ClaimView
from states.records.lists import PasserList
from states.records.tables import RouteCase
from states.rules.cases.book import ListTerms, book_on
from states.rules.cases.facts import ListConfirmed, RowsLeftOut
from states.rules.deadlines import shanghai_day
from states.rules.findings import Finding, RowFinding
from states.rules.routes import Route
from states.rules.stages import MUNICIPAL_ROLES, Role
from templates.sheets.evaluation_list import EVALUATION_COLUMNS, read_evaluation
from templates.sheets.exam_list import EXAM_COLUMNS, read_exam
from templates.sheets.passer_lists import (
    blank_evaluation,
    blank_exam,
    sample_evaluation,
    sample_exam,
)
from templates.sheets.passer_row import Passer, PassersReading
from templates.sheets.reader import Columns
from templates.sheets.reading_room import read_aside

OVERSEERS = MUNICIPAL_ROLES
SAMPLE_SIZE = 24


@dataclass(frozen=True, slots=True)
class ListKind:
    """One of the two routes. `place` is its part of an address, `role` hands its lists in."""

    route: Route
    place: str
    role: Role
    columns: Columns


EVALUATIONS = ListKind(Route.EVALUATION, "evaluations", Role.EVALUATOR, EVALUATION_COLUMNS)
EXAMS = ListKind(Route.EXAM, "exams", Role.EXAM_AUTHORITY, EXAM_COLUMNS)
KINDS = (EVALUATIONS, EXAMS)


@dataclass(frozen=True, slots=True)
class TakenList:
    """What became of a list. Without an outcome nothing of it was stored."""

    outcome: CaseOutcome | None
    sheet_sha256: str
    rows: int
    accepted: int
    findings: tuple[RowFinding, ...]
    notes: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ListDesk:
    """Somebody at work on the lists of a route."""

    desk: Desk
    kind: ListKind

    @property
    def today(self) -> date:
        return shanghai_day(self.desk.at)

    @property
    def terms(self) -> ListTerms:
        """What the route's book of today says of lists. Raises NothingInForce."""
        terms = book_on(self.kind.route, self.today).lists
        if terms is None:
            raise LookupError(f"the book of {self.kind.route} says nothing of lists")
        return terms

    @property
    def may_hand_in(self) -> bool:
        """Whether this is one of the people whose lists these are."""
        return self.desk.actor.role is self.kind.role

    def lines(self, page: int) -> tuple[list[CaseLine], int]:
        """A page of one's own office's lists, or of all for who oversees, and how many there are.

        Raises NotYours.
        """
        if not self.may_hand_in and self.desk.actor.role not in OVERSEERS:
            raise NotYours
        return case_board.list_of(self.desk.session, self.desk.actor, self.kind.route, page=page)

    def file(self, code: str) -> CaseFile:
        """A list with all that was said of it. Raises NotFound."""
        desk, route = self.desk, self.kind.route
        return case_board.file_of(desk.session, desk.actor, code, route=route, today=self.today)

    def people(self, file: CaseFile) -> list[ClaimView]:
        """Everybody in it, in the order of the sheet."""
        return claims.of_case(self.desk.session, file.case.id)

    def hand_in(
        self, title: str, book: Workbook, *, code: str = "", trial: bool = False
    ) -> TakenList:
        """Read a list and hand it in, or with `trial` only say what would be said.

        With `code` it takes the place of that case's last list. Without a good row nothing is
        stored. Raises NotFound, NotYours, SheetUnreadable, and what `lists.hand_in` raises.
        """
        self._check(code)
        districts = lists.districts(self.desk.session)
        reading = self._read(book, tuple(districts))
        told = taken(reading, len(reading.rows), None)
        outcome = None
        if reading.rows and not trial:
            given = PasserList(
                route=self.kind.route,
                title=title,
                year=self.terms.year,
                rows=[_claim(row, districts) for row in reading.rows],
                refused=told.rows - told.accepted,
                filename=book.filename,
                sha256=book.sha256,
                report=reports.lines(reading.findings, reading.notes),
            )
            outcome = lists.hand_in(
                self.desk.session, given, actor=self.desk.actor, at=self.desk.at, code=code
            )
        return TakenList(
            outcome, book.sha256, told.rows, told.accepted, reading.findings, reading.notes
        )

    def record(self, code: str, fact: RowsLeftOut | ListConfirmed) -> CaseOutcome:
        """Raises NotFound, NotYours, NotAllowed (with findings)."""
        case = self._find(code)
        desk = self.desk
        return case_actions.record(desk.session, case.id, fact, actor=desk.actor, at=desk.at)

    def withdraw(self, code: str, words: str) -> CaseOutcome:
        """Raises NotFound, NotYours, NotAllowed."""
        return lists.withdraw(
            self.desk.session, self._find(code), words=words, actor=self.desk.actor, at=self.desk.at
        )

    def blank(self) -> bytes:
        """The list to fill in."""
        if self.kind is EXAMS:
            return blank_exam()
        return blank_evaluation(tuple(lists.districts(self.desk.session)))

    def sample(self) -> bytes:
        """A list as an office would send it today, with some rows to be refused."""
        year, seed = self.terms.year, self.today.toordinal()
        if self.kind is EXAMS:
            return sample_exam(self.today, SAMPLE_SIZE, year=year, seed=seed)
        names = tuple(lists.districts(self.desk.session))
        return sample_evaluation(self.today, SAMPLE_SIZE, year=year, seed=seed, districts=names)

    def _read(self, book: Workbook, districts: tuple[str, ...]) -> PassersReading:
        year, today = self.terms.year, self.today
        if self.kind is EXAMS:
            return read_aside(read_exam, book.data, book.filename, year=year, today=today)
        return read_aside(
            read_evaluation,
            book.data,
            book.filename,
            year=year,
            today=today,
            districts=districts,
        )

    def _check(self, code: str) -> None:
        """No workbook is read for who may not hand it in. Raises NotFound, NotYours."""
        if not self.may_hand_in:
            raise NotYours
        if code:
            self._find(code)

    def _find(self, code: str) -> RouteCase:
        return route_cases.find(self.desk.session, self.desk.actor, code, route=self.kind.route)


def lists_of(request: Request, desk: AtDesk) -> ListDesk:
    """The lists of the route at whose address the shared doors were opened."""
    return ListDesk(desk, next(k for k in KINDS if k.place in request.url.path.split("/")))


AtLists = Annotated[ListDesk, Depends(lists_of)]


def _claim(row: Passer, districts: Mapping[str, int]) -> ClaimRow:
    return ClaimRow(
        sheet_row=row.sheet_row,
        name=row.name,
        document=row.document,
        number=row.number,
        level=row.level,
        kind=row.kind,
        phone=row.phone,
        school=row.school,
        district_id=districts.get(row.district),
        source_number=row.source_number,
        evaluated_on=row.evaluated_on,
        result=row.result,
        score=row.score,
        awarded=True,
    )
