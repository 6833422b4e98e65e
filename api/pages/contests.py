"""Contests at the screen: filed by an organiser, accepted, decided and confirmed by a district."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from sqlmodel import col, select

from api import desk_contests, view
from api.deps import Lang, Settings
from api.desk import AtDesk, workbook_of
from api.desk_contests import NAME_ROLES, names_of
from api.errors import words_for
from api.lists import OVERSEERS
from api.once import Once, OnceOnly
from api.pages import contest_form
from api.pages.case_words import (
    TONES,
    Some,
    entries_of,
    findings_of,
    place_of,
    side_of,
    steps_of,
)
from api.pages.contest_form import Typed
from api.pages.forms import download, new_key, tried_report
from api.pages.names import shown_name
from api.pages.receipt_words import refused_lines
from api.pages.sent import AVisit, SentForm, Visit
from api.pages.target_words import effect_words
from states.errors import BadInput, NotFound, NotYours
from states.records import case_board, claims, refusals, share_board
from states.records.case_board import CaseFile, CaseLine
from states.records.claims import ClaimView
from states.records.tables import Office
from states.rules.cases import facts
from states.rules.cases.contest_guards import the_contest
from states.rules.cases.kinds import CaseKind, CaseStage
from states.rules.identity import mask_number
from states.rules.law import the_law
from states.rules.routes import Route
from states.rules.stages import Role
from states.rules.words import Language, say
from templates.shapes import Option, SheetReport
from templates.sheets.contest_results import Contest, write_contest_results
from templates.sheets.contest_samples import sample_results

router = APIRouter(prefix="/contests")
_SAMPLE_VALID = 101
_DONE = {
    CaseKind.FILING_ACCEPTED: "filing_accepted", CaseKind.CUT_DECIDED: "cut_decided",
    CaseKind.LATE_FILING_ALLOWED: "late_filing_allowed",
    CaseKind.RESULTS_CONFIRMED: "case_confirmed", CaseKind.SENT_BACK: "case_sent_back",
    CaseKind.REJECTED: "case_rejected", CaseKind.WITHDRAWN: "case_withdrawn",
}  # fmt: skip
_ACTS = {
    CaseStage.FILED: Role.REVIEWER, CaseStage.ACCEPTED: Role.ORGANISER,
    CaseStage.HELD: Role.REVIEWER, CaseStage.RETURNED: Role.ORGANISER,
    CaseStage.CONFIRMED: Role.REVIEWER,
}  # fmt: skip
"""Whose turn it is; with a tie at the cut an accepted one waits for the district."""
Moves = Annotated[int, Form(ge=0)]


@router.get("")
def list_contests(visit: AVisit, page: Annotated[int, Query(ge=1)] = 1) -> HTMLResponse:
    """The contests one may see, and whose turn each is."""
    found, total = case_board.list_of(visit.db, visit.me.actor, Route.CONTEST, page=page)
    return view.render(
        visit.request,
        "contests",
        active=place_of(visit.me, "contests"),
        cases=Some.these([_ListLine.of(line, visit) for line in found], page, total),
        tones=TONES,
        oversees=visit.me.role in OVERSEERS,
        may_file=visit.me.role is Role.ORGANISER,
        own=visit.me.office.kind == "organiser",
        in_district=visit.me.office.kind == "district",
    )


@dataclass(frozen=True, slots=True)
class _ListLine:
    """A contest with who acts next; `mine` when that is the reader."""

    line: CaseLine
    next: str
    mine: bool

    @classmethod
    def of(cls, line: CaseLine, visit: Visit) -> "_ListLine":
        tied = line.stage is CaseStage.ACCEPTED and line.people > 0
        role = Role.REVIEWER if tied else _ACTS.get(line.stage)
        words = say("case_next", "tied" if tied else line.stage, visit.lang) if role else ""
        return cls(line, words, role is visit.me.role)


@router.get("/new")
def new(visit: AVisit, settings: Settings, *, sample: str = "") -> HTMLResponse:
    """The empty filing form; in sample mode `?sample=1` fills it in."""
    _only_organisers(visit)
    banks = sorted(the_law().contest_banks)
    given = Typed({"bank": banks[-1], "tie_break": "none"})
    if sample and settings.sample_mode:
        given = contest_form.example(visit.today, banks[-1])
    return _form(visit, given, sample=settings.sample_mode)


@router.post("")
def file_contest(desk: AtDesk, visit: AVisit, *, once: Once, form: SentForm) -> Response:
    """File a contest with its district."""
    _only_organisers(visit)
    given = contest_form.typed(form)
    checked = contest_form.checked(given, visit.lang)
    if isinstance(checked, Typed):
        return _form(visit, checked, status=422)
    outcome = desk_contests.file_contest(desk, checked, given.value("district"))
    return _done(once, outcome.code, "contest_filed", lang=visit.lang)


@router.get("/{code}")
def page(
    visit: AVisit, desk: AtDesk, settings: Settings, *, code: str, people: int = 1
) -> HTMLResponse:
    """One contest. `people` is the page of who took part."""
    return _page(visit, desk_contests.file_of(desk, code), people=people, settings=settings)


@router.get("/{code}/edit")
def edit(visit: AVisit, desk: AtDesk, *, code: str) -> HTMLResponse:
    """The filing again, to be put right."""
    file = desk_contests.file_of(desk, code)
    if not file.may(visit.me.actor, CaseKind.CONTEST_FILED):
        raise NotYours
    district = file.district.code if file.district else ""
    return _form(visit, contest_form.filled(the_contest(file.dossier), district), file=file)


@router.post("/{code}/edit")
def file_again(
    visit: AVisit, desk: AtDesk, *, once: Once, form: SentForm, code: str, moves: Moves
) -> Response:
    """File again what was sent back."""
    checked = contest_form.checked(contest_form.typed(form), visit.lang)
    if isinstance(checked, Typed):
        return _form(visit, checked, file=desk_contests.file_of(desk, code), status=422)
    desk_contests.record(desk, code, checked, seen_moves=moves)
    return _done(once, code, "contest_filed", lang=visit.lang)


@router.post("/{code}/facts/{kind}")
def record(  # noqa: PLR0913  what a decision may say
    desk: AtDesk, lang: Lang, once: Once, *, code: str, kind: CaseKind, moves: Moves,
    text: Annotated[str, Form(max_length=2000)] = "",
    number: Annotated[str, Form(max_length=40)] = "",
    bound: Annotated[str, Form(max_length=4)] = "",
    seen: Annotated[str, Form(max_length=64)] = "",
) -> Response:  # fmt: skip
    """Whatever needs nothing but its words."""
    if kind not in _DONE:
        raise NotFound
    given = {
        "text": text.strip(), "number": number.strip(), "bound": bound, "sheet_sha256": seen
    }  # fmt: skip
    try:
        fact = facts.said(kind, {name: value for name, value in given.items() if value})
    except ValidationError as error:
        unchosen = any("bound" in found["loc"] for found in error.errors())
        raise BadInput(why="bound_missing" if unchosen else "reason_missing") from error
    desk_contests.record(desk, code, fact, seen_moves=moves)
    return _done(once, code, _DONE[kind], lang=lang)


@router.post("/{code}/results")
def results(  # noqa: PLR0913
    visit: AVisit, desk: AtDesk, once: Once, *, settings: Settings, code: str, moves: Moves,
    file: Annotated[UploadFile, File()],
) -> Response:  # fmt: skip
    """Import the result sheet whole; with one wrong row its report stays on the screen."""
    book = workbook_of(file)
    came = desk_contests.take_results(desk, code, book, seen_moves=moves)
    if came.outcome is None:
        report = tried_report(
            came.findings, file=book.filename, sheet=came.sheet, rows=came.rows,
            accepted=came.accepted, lang=visit.lang,
        )  # fmt: skip
        found = desk_contests.file_of(desk, code)
        return _page(visit, found, settings=settings, report=report, status=422)
    told = desk_contests.file_of(desk, code).dossier.results
    if told is None:
        raise NotFound
    said = [say("done", "contest_results", visit.lang, people=told.people, valid=told.valid)]
    said += [words_for("row", n.code, visit.lang, n.params) for n in came.notes[:2]]
    return view.flash(once.redirect(f"/contests/{code}#people"), " ".join(said))


@router.get("/{code}/results.xlsx")
def blank(desk: AtDesk, code: str) -> Response:
    """The result sheet to fill in."""
    file = desk_contests.file_of(desk, code)
    return download(write_contest_results(_contest(file), []), f"技能比武成绩表-{code}.xlsx")


@router.get("/{code}/sample-results.xlsx")
def sample(desk: AtDesk, settings: Settings, *, code: str, tied: str = "") -> Response:
    """Sample mode: a sheet with 101 valid scores, or with a tie across the cut."""
    file = desk_contests.file_of(desk, code)
    if not settings.sample_mode:
        raise NotFound
    data = sample_results(_contest(file), _SAMPLE_VALID, seed=file.case.id, tied=bool(tied))
    return download(data, f"示例成绩表-{code}.xlsx")


def _contest(file: CaseFile) -> Contest:
    filing = the_contest(file.dossier)
    filings = sorted(names_of(file).filings - {""} - {file.case.code}) or [file.case.code]
    return Contest(
        code=filing.activity or file.case.code,
        filing=filings[0],
        organiser=file.office.name_zh,
        held_on=filing.held_on,
    )


def _page(
    visit: Visit,
    file: CaseFile,
    *,
    settings: Settings,
    people: int = 1,
    report: SheetReport | None = None,
    status: int = 200,
) -> HTMLResponse:
    whole = visit.me.role in NAME_ROLES
    everybody = claims.of_case(visit.db, file.case.id)
    lines = [_PersonLine.of(one, file, visit.lang, whole=whole) for one in everybody]
    return view.render(
        visit.request,
        "contest",
        status=status,
        active=place_of(visit.me, "contests"),
        file=file,
        filing=the_contest(file.dossier),
        told=file.dossier,
        tones=TONES,
        steps=steps_of(file, visit.lang),
        side=side_of(file, visit.lang),
        findings=findings_of(file, visit.lang),
        entries=entries_of(file, visit.me, visit.lang),
        people=Some.of(lines, people),
        effect=effect_words(share_board.of_contest(visit.db, visit.me.actor, file), visit.lang),
        may={kind.value: file.may(visit.me.actor, kind) for kind in CaseKind},
        late=file.dossier.filed_on >= the_contest(file.dossier).held_on,
        come=visit.today >= the_contest(file.dossier).held_on,
        person_id=visit.me.actor.person_id,
        report=report,
        refused=refused_lines(refusals.of_owner(visit.db, case_id=file.case.id), visit.lang),
        sample=settings.sample_mode,
        path=f"/contests/{file.case.code}",
        new_key=new_key,
    )


@dataclass(frozen=True, slots=True)
class _PersonLine:
    """A contestant as the table shows them; the number is masked for everybody."""

    claim: ClaimView
    name: str
    number: str
    tied: bool
    hints: Sequence[str]

    @classmethod
    def of(cls, claim: ClaimView, file: CaseFile, lang: Language, *, whole: bool) -> "_PersonLine":
        told = file.dossier.results
        tied = bool(told and told.tied and claim.place == told.low + 1)
        hints = [words_for("row", code, lang, {}) for code in claim.findings]
        name = shown_name(claim.name, lang, whole=whole)
        return cls(claim, name, mask_number(claim.document_number), tied, hints)


def _form(
    visit: Visit,
    given: Typed,
    *,
    file: CaseFile | None = None,
    sample: bool = False,
    status: int = 200,
) -> HTMLResponse:
    banks = the_law().contest_banks
    zh = visit.lang == "zh"
    return view.render(
        visit.request,
        "contest_form",
        status=status,
        active=place_of(visit.me, "contests"),
        given=given,
        file=file,
        districts=_districts(visit),
        banks=[
            Option(value=key, label=bank.title.zh if zh else bank.title.en)
            for key, bank in banks.items()
        ],
        tie_breaks=_options(contest_form.tie_breaks(visit.lang)),
        sample=sample,
        new_key=new_key,
    )


def _districts(visit: Visit) -> list[Option]:
    found = visit.db.exec(select(Office).where(Office.kind == "district").order_by(col(Office.id)))
    return _options({o.code: o.name_zh if visit.lang == "zh" else o.name_en for o in found})


def _options(known: Mapping[str, str]) -> list[Option]:
    return [Option(value=value, label=label) for value, label in known.items()]


def _only_organisers(visit: Visit) -> None:
    if visit.me.role is not Role.ORGANISER:
        raise NotYours


def _done(once: OnceOnly, code: str, said: str, *, lang: Language) -> Response:
    return view.flash(once.redirect(f"/contests/{code}"), say("done", said, lang))
