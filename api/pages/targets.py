"""Targets and shares: the board, the quotas it measures by, and the register of waivers."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from fastapi.responses import HTMLResponse

from api import view
from api.desk import workbook_of
from api.once import Once
from api.pages import target_words
from api.pages.forms import download, new_key, row_lines
from api.pages.sent import AVisit, Visit
from states.errors import NotYours
from states.records import quotas, reports, target_board, waivers
from states.records.quotas import District, Order
from states.rules.districts import region_codes
from states.rules.routes import Route
from states.rules.stages import Role
from states.rules.targets import the_terms
from states.rules.words import Language, say
from templates.shapes import SheetReport
from templates.sheets.quotas import QUOTA_COLUMNS, QuotasReading, read_quotas, write_quotas
from templates.sheets.reading_room import read_aside
from templates.sheets.target_progress import write_progress

router = APIRouter(prefix="/targets")

Year = Annotated[int | None, Query(ge=2025, le=2100)]
FormYear = Annotated[int, Form(ge=2025, le=2100)]


@router.get("")
def board(visit: AVisit, year: Year = None) -> HTMLResponse:
    """How far the year's target is reached; a district sees itself."""
    found = target_board.board(visit.db, visit.me.actor, at=visit.now, year=year)
    lines = [target_words.line_of(one, visit.lang) for one in found.districts]
    whole, months = found.whole, found.months
    label = say("label", "calendar_mark", visit.lang)
    return view.render(
        visit.request,
        "targets",
        active="targets",
        board=found,
        whole=target_words.line_of(whole, visit.lang),
        lines=lines,
        nowhere=target_words.line_of(found.nowhere, visit.lang) if found.nowhere else None,
        forecast=target_words.forecast_words(whole, visit.lang),
        quota_sum=target_words.quota_words(found.quotas, found.target, visit.lang),
        left_out=target_words.missing_words(found.without_quota, visit.lang),
        completion=target_words.completion_chart(lines, label),
        by_month=target_words.months_chart(whole, visit.lang, until=months),
        months=range(1, months + 1),
        months_of=target_words.months_of,
        share=target_words.share_chart(lines),
        fraction=target_words.fraction,
        routes=tuple(Route),
        terms=the_terms(),
        years=[one for one in (found.year - 1, found.year + 1) if _told_of(one, visit)],
        may_import=visit.me.role in quotas.READERS,
    )


def _told_of(year: int, visit: Visit) -> bool:
    """Whether there is something of a year: from the first with a target until this one."""
    return the_terms().targets[0].year <= year <= visit.today.year


@router.get(".xlsx")
def workbook(visit: AVisit, year: Year = None) -> Response:
    """指标完成进度表 (no. 8 of the exchange sheets)."""
    found = target_board.board(visit.db, visit.me.actor, at=visit.now, year=year)
    months = target_words.month_rows(found.whole, until=found.months)
    data = write_progress(target_words.progress_rows(found), months, as_of=found.today)
    return download(data, f"指标完成进度表-{found.year}.xlsx")


@router.get("/quotas")
def list_quotas(visit: AVisit, year: Year = None, version: int | None = None) -> HTMLResponse:
    """What the districts are asked for, with every earlier version."""
    return _quotas(visit, year or visit.today.year, version)


@router.get("/quotas.xlsx")
def template(visit: AVisit, year: Year = None) -> Response:
    """指标分解表 with what stands now, to be filled in."""
    if visit.me.role not in quotas.READERS:
        raise NotYours
    asked = year or visit.today.year
    numbers = quotas.standing_numbers(visit.db, asked)
    rows = [(one.code, one.zh, numbers.get(one.id)) for one in quotas.districts(visit.db)]
    return download(write_quotas(rows, year=asked), f"指标分解表-{asked}.xlsx")


@router.post("/quotas")
def import_quotas(
    visit: AVisit, once: Once, *, year: FormYear, file: Annotated[UploadFile, File()],
    source: Annotated[str, Form(max_length=200)] = "",
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:  # fmt: skip
    """A new version, unless a row of the workbook is not right: then nothing is kept."""
    if visit.me.role is not Role.CENTRE:
        raise NotYours
    sent, known = workbook_of(file), quotas.districts(visit.db)
    reading = read_aside(read_quotas, sent.data, sent.filename, districts=spellings(known))
    if reading.findings:
        return _quotas(visit, year, None, report=_report(reading, sent.filename, visit))
    ids = {one.code: one.id for one in known}
    numbers = {ids[row.code]: row.number for row in reading.rows}
    order = Order(year, numbers, source, note, sent.sha256)
    quotas.import_quotas(visit.db, order, actor=visit.me.actor, at=visit.now)
    return view.flash(
        once.redirect(f"/targets/quotas?year={year}"), _imported(numbers, known, visit.lang)
    )


def _imported(numbers: Mapping[int, int], known: Sequence[District], lang: Language) -> str:
    """What stands now, and whom it leaves out."""
    total = f"{sum(numbers.values()):,}"
    said = say("done", "quotas_imported", lang, districts=len(numbers), total=total)
    left_out = [one for one in known if one.id not in numbers]
    return f"{said} {target_words.missing_words(left_out, lang)}".strip()


@router.get("/waivers")
def register(visit: AVisit, year: Year = None) -> HTMLResponse:
    """Who may go above the limit for contests, why, and who let it pass."""
    asked = year or visit.today.year
    found = target_board.board(visit.db, visit.me.actor, at=visit.now, year=asked)
    return view.render(
        visit.request,
        "waivers",
        active="targets",
        year=asked,
        waivers=waivers.register(visit.db, visit.me.actor, asked),
        own=target_words.line_of(found.districts[0], visit.lang) if not found.city else None,
        fraction=target_words.fraction,
        terms=the_terms(),
        may_ask=visit.me.role in waivers.MAY_ASK,
        may_decide=visit.me.role in waivers.MAY_DECIDE,
        me=visit.me.actor.person_id,
        new_key=new_key,
    )


@router.post("/waivers")
def ask(
    visit: AVisit, once: Once, *, year: FormYear, up_to: Annotated[int, Form(ge=1, le=100)],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:  # fmt: skip
    """Ask that one's district may go above the limit."""
    waivers.ask(visit.db, year=year, up_to=up_to, reason=reason, actor=visit.me.actor, at=visit.now)
    return _done(visit, once.redirect(f"/targets/waivers?year={year}"), "waiver_asked")


@router.post("/waivers/{waiver_id}")
def decide(
    visit: AVisit, once: Once, *, waiver_id: int,
    decision: Annotated[str, Form(pattern="^(grant|refuse)$")],
) -> Response:  # fmt: skip
    """Another person grants it, or does not."""
    granted = decision == "grant"
    waivers.decide(visit.db, waiver_id, granted=granted, actor=visit.me.actor, at=visit.now)
    said = "waiver_granted" if granted else "waiver_refused"
    return _done(visit, once.redirect("/targets/waivers"), said)


def spellings(known: Sequence[District]) -> Mapping[str, str]:
    """How a sheet may name a district: office code, name with and without 区, bureau, GB/T 2260."""
    codes = region_codes()
    return {
        word: one.code
        for one in known
        for word in (
            one.code, codes.get(one.code, one.code),
            one.zh, one.zh.removesuffix("区"), one.zh.removesuffix("新区"),
            f"{one.zh}人社局", f"{one.zh}人力资源和社会保障局",
        )
    }  # fmt: skip


def _quotas(
    visit: Visit, year: int, version: int | None, *, report: SheetReport | None = None
) -> HTMLResponse:
    actor = visit.me.actor
    known = quotas.versions(visit.db, actor, year)
    shown = version or (known[0].id if known else None)
    numbers = quotas.numbers_of(visit.db, actor, shown) if shown else {}
    lines = [(one, numbers.get(one.id)) for one in quotas.districts(visit.db)]
    left_out = [one for one, number in lines if number is None] if shown else []
    target = the_terms().target(year)
    return view.render(
        visit.request,
        "quotas",
        status=422 if report else 200,
        active="targets",
        year=year,
        versions=[(one, target_words.quota_words(one.total, target, visit.lang)) for one in known],
        shown=shown,
        numbers=lines,
        left_out=target_words.missing_words(left_out, visit.lang),
        report=report,
        columns=QUOTA_COLUMNS.required,
        may_import=visit.me.role is Role.CENTRE,
        new_key=new_key,
    )


def _report(reading: QuotasReading, filename: str, visit: Visit) -> SheetReport:
    lines, more = row_lines(map(dict, reports.lines(reading.findings)), visit.lang)
    return SheetReport(
        file=filename, sheet=reading.sheet, rows=len(reading.rows) + len(reading.findings),
        accepted=len(reading.rows), imported=False, lines=lines, more=more,
    )  # fmt: skip


def _done(visit: Visit, answer: Response, code: str) -> Response:
    return view.flash(answer, say("done", code, visit.lang))
