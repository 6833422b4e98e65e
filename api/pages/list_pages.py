"""Lists of passers at the screen: handed in by one person, confirmed by another.

The evaluation and the exam share these pages; each opens them at its own address.
"""

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from fastapi.responses import HTMLResponse

from api import view
from api.deps import Lang, Settings
from api.desk import Workbook, workbook_of
from api.lists import AtLists, ListDesk, TakenList
from api.once import Once, OnceOnly
from api.pages.case_words import (
    TONES,
    Some,
    entries_of,
    findings_of,
    place_of,
    side_of,
    steps_of,
)
from api.pages.forms import download, new_key, report_notes, sheet_report, tried_report
from api.pages.list_words import ListLine, ListWords
from api.pages.receipt_words import refused_lines
from api.pages.sent import AVisit, Visit
from states.errors import NotFound
from states.records import refusals
from states.records.lists import report_of
from states.rules.cases.facts import ListConfirmed, RowsLeftOut
from states.rules.words import Language, say
from templates.shapes import SheetReport

shared = APIRouter()

Title = Annotated[str, Form(min_length=2, max_length=120)]
Seen = Annotated[str, Form(min_length=64, max_length=64)]


@shared.get("")
def all_lists(
    visit: AVisit, lists: AtLists, settings: Settings, *, page: Annotated[int, Query(ge=1)] = 1
) -> HTMLResponse:
    """The lists of one's own office; all of them for the centre and the auditor."""
    return _all(visit, lists, settings, page=page)


@shared.post("")
def hand_in(
    visit: AVisit, lists: AtLists, settings: Settings, *, once: Once,
    title: Title, file: Annotated[UploadFile, File()],
) -> Response:  # fmt: skip
    """Hand in a list; its page says which rows were refused. Without a good row this one does."""
    book = workbook_of(file)
    taken = lists.hand_in(title, book)
    if taken.outcome is None:
        report = _tried(taken, book, visit.lang)
        return _all(visit, lists, settings, given=title, report=report, status=422)
    return _handed_in(once, lists, taken, lang=visit.lang)


@shared.get("/blank.xlsx")
def blank(lists: AtLists) -> Response:
    """The list to fill in."""
    return download(lists.blank(), f"{say('list', lists.kind.place, 'zh')}.xlsx")


@shared.get("/sample.xlsx")
def sample(lists: AtLists, settings: Settings) -> Response:
    """Sample mode: a list as an office would send it today."""
    if not settings.sample_mode:
        raise NotFound
    return download(lists.sample(), f"示例-{say('list', lists.kind.place, 'zh')}.xlsx")


@shared.get("/{code}")
def one_list(
    visit: AVisit, lists: AtLists, *, code: str, people: Annotated[int, Query(ge=1)] = 1
) -> HTMLResponse:
    """A list: where it stands, which rows were refused, whom it names, what happened."""
    return _one(visit, lists, code, people=people)


@shared.post("/{code}/list")
def replace(
    visit: AVisit, lists: AtLists, once: Once, *,
    code: str, title: Title, file: Annotated[UploadFile, File()],
) -> Response:  # fmt: skip
    """Put a mended list in its place; without a good row the first one stays."""
    book = workbook_of(file)
    taken = lists.hand_in(title, book, code=code)
    if taken.outcome is None:
        return _one(visit, lists, code, tried=_tried(taken, book, visit.lang), status=422)
    return _handed_in(once, lists, taken, lang=visit.lang)


@shared.post("/{code}/left-out")
def leave_out(lists: AtLists, lang: Lang, once: Once, *, code: str, seen: Seen) -> Response:
    """Go on with the good rows."""
    lists.record(code, RowsLeftOut(sheet_sha256=seen))
    return _done(once, lists, code, said=say("done", "rows_left_out", lang))


@shared.post("/{code}/confirm")
def confirm(lists: AtLists, lang: Lang, once: Once, *, code: str, seen: Seen) -> Response:
    """The second person confirms the list they see."""
    lists.record(code, ListConfirmed(sheet_sha256=seen))
    return _done(once, lists, code, said=say("done", "list_confirmed", lang))


@shared.post("/{code}/withdraw")
def withdraw(
    lists: AtLists, lang: Lang, once: Once, *, code: str,
    reason: Annotated[str, Form(min_length=2, max_length=2000)],
) -> Response:  # fmt: skip
    """Take the list back, with the reason."""
    lists.withdraw(code, reason)
    return _done(once, lists, code, said=say("done", "list_withdrawn", lang))


def _all(  # noqa: PLR0913  what stands on the page
    visit: Visit,
    lists: ListDesk,
    settings: Settings,
    *,
    page: int = 1,
    given: str = "",
    report: SheetReport | None = None,
    status: int = 200,
) -> HTMLResponse:
    found, total = lists.lines(page)
    return view.render(
        visit.request,
        "lists",
        status=status,
        active=place_of(visit.me, lists.kind.place),
        kind=lists.kind,
        cases=Some.these([ListLine.of(one, lists, visit.lang) for one in found], page, total),
        tones=TONES,
        may_hand_in=lists.may_hand_in,
        oversees=not lists.may_hand_in,
        year=lists.terms.year,
        sample=settings.sample_mode,
        given=given,
        report=report,
        new_key=new_key,
    )


def _one(
    visit: Visit,
    lists: ListDesk,
    code: str,
    *,
    people: int = 1,
    tried: SheetReport | None = None,
    status: int = 200,
) -> HTMLResponse:
    me, lang, file = visit.me, visit.lang, lists.file(code)
    words, report = ListWords(file, me, lang=lang), report_of(visit.db, code)
    return view.render(
        visit.request,
        "list",
        status=status,
        active=place_of(visit.me, lists.kind.place),
        kind=lists.kind,
        file=file,
        words=words,
        strip=steps_of(file, lang),
        side=side_of(file, lang),
        missing=findings_of(file, lang),
        tones=TONES,
        refused=refused_lines(refusals.of_owner(visit.db, case_id=file.case.id), lang),
        timeline_entries=entries_of(file, me, lang),
        people=words.people(lists.people(file), people),
        report=sheet_report(report, lang),
        notes=report_notes(report, lang),
        tried=tried,
        path=f"/{lists.kind.place}/{code}",
        new_key=new_key,
    )


def _tried(taken: TakenList, book: Workbook, lang: Language) -> SheetReport:
    return tried_report(
        taken.findings, file=book.filename, rows=taken.rows, accepted=taken.accepted, lang=lang
    )


def _handed_in(once: OnceOnly, lists: ListDesk, taken: TakenList, *, lang: Language) -> Response:
    refused = taken.rows - taken.accepted
    said = say("done", "list_waits" if refused else "list_handed_in", lang, refused=refused)
    return _done(once, lists, taken.outcome.code if taken.outcome else "", said=said)


def _done(once: OnceOnly, lists: ListDesk, code: str, *, said: str) -> Response:
    return view.flash(once.redirect(f"/{lists.kind.place}/{code}"), said)
