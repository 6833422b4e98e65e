"""The JSON doors of a list of passers; evaluation and exam each open them at their address."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response

from api import told
from api.deps import SignedIn
from api.desk import workbook_of
from api.list_words import MAY_KNOW_NAMES, shown
from api.lists import AtLists, TakenList
from api.once import Once
from api.pages.forms import XLSX, download
from api.routes.classes import Sheet
from api.schemas.base import Words
from api.schemas.lists import ClaimOut, ListEntry, ListLine, ListOut, ListOutcome, ListTaken, Said
from states.case_actions import CaseOutcome
from states.records.case_board import CaseFile, CaseLine
from states.records.claims import ClaimView
from states.records.dossiers import EntryRow
from states.rules.cases.facts import Withdrawn
from states.rules.cases.machine import findings_for_next
from states.rules.findings import Weight
from states.rules.routes import Level

Title = Annotated[str, Form(min_length=2, max_length=120)]
PageNo = Annotated[int, Query(ge=1, le=100_000)]
Trial = Annotated[bool, Query(description="Only try: nothing is stored, the answer has the rows.")]
_REFUSALS = told.problems(401, 403, 404, 409, 422)


shared = APIRouter()


@shared.get("", responses=told.problems(401, 403))
def all_lists(lists: AtLists, page: PageNo = 1) -> list[ListLine]:
    """The lists of one's own office; all of them for the centre and the auditor; 100 on a page."""
    return [_line(one) for one in lists.lines(page)[0]]


@shared.post("", status_code=201, response_model=ListTaken, responses=_REFUSALS)
def hand_in(
    lists: AtLists, once: Once, *, title: Title, file: Sheet, trial: Trial = False
) -> Response:
    """Hand in a list: good rows wait for a second person, refused ones for a decision.

    Without a good row nothing is stored: 200, every row with its reason, and no outcome.
    """
    taken = lists.hand_in(title, workbook_of(file), trial=trial)
    return once.json(_taken(taken), 201 if taken.outcome else 200)


@shared.get(
    "/blank.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}}, **told.problems(401)},
)
def blank(lists: AtLists) -> Response:
    """The list to fill in."""
    return download(lists.blank(), f"{lists.kind.place}.xlsx")


@shared.get("/{code}", responses=told.problems(401, 404))
def look(lists: AtLists, me: SignedIn, *, code: str) -> ListOut:
    """A list with everybody whom it names."""
    file, names = lists.file(code), me.role in MAY_KNOW_NAMES
    return _list(file, [_claim(one, names=names) for one in lists.people(file)])


@shared.post("/{code}/list", response_model=ListTaken, responses=_REFUSALS)
def replace(
    lists: AtLists, once: Once, *, code: str, title: Title, file: Sheet, trial: Trial = False
) -> Response:
    """Put another list in its place, as long as nobody confirmed it."""
    return once.json(_taken(lists.hand_in(title, workbook_of(file), code=code, trial=trial)))


@shared.post("/{code}/facts", response_model=ListOutcome, responses=_REFUSALS)
def say(lists: AtLists, once: Once, *, code: str, said: Said) -> Response:
    """Go on without the refused rows, confirm as the second person, or take the list back."""
    if isinstance(said.fact, Withdrawn):
        return once.json(_outcome(lists.withdraw(code, said.fact.text)))
    return once.json(_outcome(lists.record(code, said.fact)))


def _line(one: CaseLine) -> ListLine:
    return ListLine(
        code=one.code, title=one.title, stage=one.stage, stage_since=one.stage_since,
        office=Words(zh=one.office.zh, en=one.office.en), people=one.people,
    )  # fmt: skip


def _taken(taken: TakenList) -> ListTaken:
    return ListTaken(
        sheet_sha256=taken.sheet_sha256,
        rows=taken.rows,
        accepted=taken.accepted,
        findings=[told.row(found) for found in taken.findings],
        notes=[told.note(found) for found in taken.notes],
        outcome=_outcome(taken.outcome) if taken.outcome else None,
    )


def _outcome(came: CaseOutcome) -> ListOutcome:
    return ListOutcome(
        code=came.code,
        stage=came.stage,
        moved_to=[move.target for move in came.moves],
        missing=[told.finding(one) for one in came.findings if one.weight is not Weight.NOTE],
        seq=came.seq,
    )


def _list(file: CaseFile, people: list[ClaimOut]) -> ListOut:
    listed = file.dossier.listed
    if listed is None:
        raise LookupError("a case of this route without a list")
    return ListOut(
        code=file.case.code,
        title=file.case.title,
        stage=file.dossier.stage,
        office=Words(zh=file.office.name_zh, en=file.office.name_en),
        **listed.model_dump(include={"year", "people", "advanced", "refused", "sheet_sha256"}),
        missing=[told.finding(one) for one in findings_for_next(file.dossier, file.book)],
        claims=people,
        timeline=[_entry(one) for one in file.entries],
    )


def _entry(one: EntryRow) -> ListEntry:
    fact = one.kind == "fact"
    return ListEntry(
        seq=one.seq,
        at=one.at,
        kind="fact" if fact else "move",
        name=one.name,
        words=told.words("case_fact" if fact else "case_arrow", one.name),
        clause=one.clause,
    )


def _claim(one: ClaimView, *, names: bool) -> ClaimOut:
    seen = shown(one, names=names)
    return ClaimOut(
        sheet_row=one.sheet_row,
        name=seen.name,
        document=seen.document,
        level=Level(one.level),
        kind=one.kind,
        result=one.result,
        school=one.school,
        source_number=seen.source,
        evaluated_on=one.evaluated_on,
        score_tenths=one.score,
    )
