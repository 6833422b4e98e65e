"""The list of projects, and the form with which a provider proposes one or completes it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from api import view
from api.deps import Settings
from api.desk import AtDesk
from api.once import fingerprint, once
from api.pages import plan_form
from api.pages.acts import may
from api.pages.forms import new_key
from api.pages.plan_check import CheckLine, check_lines
from api.pages.plan_form import Typed, typed
from api.pages.project import told, whole
from api.pages.rows import project_row, side_counts, stage_links
from api.pages.sent import AVisit, SentForm, Visit
from api.pages.wording import name_of
from states.errors import NotYours
from states.records import boards
from states.records.boards import Wanted
from states.records.dossiers import ProjectFile, read
from states.records.tables import Office
from states.rules.facts import Kind
from states.rules.stages import Channel, Mode, Role, Stage
from states.rules.words import Language, say
from templates.shapes import Option

router = APIRouter(prefix="/projects")
FILTERS = ("stage", "district", "channel", "text")
Asked = Annotated[tuple[str, str], Depends(fingerprint)]
"""The form's key, taken only once the form has no flaw."""


@router.get("")
def project_list(  # one for each filter
    visit: AVisit, *, stage: str = "", district: str = "", channel: str = "", text: str = "",
    after: str = "",
) -> HTMLResponse:  # fmt: skip
    """Fifty projects a page, newest first."""
    me, lang = visit.me, visit.lang
    page_from = int(after) if after.isdecimal() else None
    wanted = Wanted(stage, district, channel, text.strip()[:80], page_from)
    lines, more = boards.listed(visit.db, me.actor, wanted)
    counts = boards.counts(visit.db, me.actor)
    seen_by = _columns(visit)
    return view.render(
        visit.request,
        "projects",
        active="projects",
        rows=[project_row(line, me, lang, today=visit.today) for line in lines],
        wanted=wanted,
        filtered=bool(_kept(wanted)),
        next_href=_href(wanted, after=lines[-1].id) if more else "",
        first_href=_href(wanted) if wanted.after is not None else "",
        stages=[Option(value=s, label=say("stage", s, lang)) for s in Stage],
        channels=_channels(lang),
        districts=_named(boards.offices(visit.db, "district"), lang) if seen_by[1] else [],
        stage_links=stage_links(counts, lang, wanted.stage),
        side_counts=side_counts(counts, lang, wanted.stage),
        may_propose=me.role is Role.PROVIDER,
        show_provider=seen_by[0],
        show_district=seen_by[1],
    )


@router.get("/new")
def new_project(visit: AVisit, settings: Settings, *, example: str = "") -> HTMLResponse:
    """The empty form, or in sample mode a filled one."""
    _only_providers(visit)
    said = plan_form.blank()
    if example and settings.sample_mode:
        districts = boards.reviewing_districts(visit.db, visit.today)
        said = plan_form.example(visit.today, districts[0].code if districts else "")
    return _form(visit, said, sample=settings.sample_mode)


@router.post("/check")
def check_plan(visit: AVisit, form: SentForm) -> HTMLResponse:
    """What the rules say of the plan while it is being typed; nothing is stored."""
    _only_providers(visit)
    lines = _check(visit, typed(form))
    return view.render(visit.request, "project_form", block="check", lines=lines)


@router.post("")
def propose(
    visit: AVisit, desk: AtDesk, *, settings: Settings, asked: Asked, form: SentForm
) -> Response:
    """Hand the plan in; on a flaw the form comes back as it was typed."""
    _only_providers(visit)
    said, plan = plan_form.checked(typed(form), visit.lang)
    if plan is None:
        return _form(visit, said, sample=settings.sample_mode)
    first_time = once(visit.request, visit.db, me=visit.me, asked=asked)
    outcome = desk.propose(plan, said.value("district"))
    answer = first_time.redirect(f"/projects/{outcome.code}")
    return view.flash(answer, say("act_then", "proposed", visit.lang, code=outcome.code))


@router.get("/{code}/plan")
def edit_plan(visit: AVisit, code: str) -> HTMLResponse:
    """The plan that was sent back, in the form."""
    file = _returned(visit, code)
    submitted = file.newest(Kind.PLAN_SUBMITTED)
    said = plan_form.of_plan(submitted.payload if submitted else {}, file.district.code)
    return _form(visit, said, file=file)


@router.post("/{code}/plan")
def resubmit(visit: AVisit, desk: AtDesk, *, asked: Asked, form: SentForm, code: str) -> Response:
    """Hand the completed plan in."""
    file = _returned(visit, code)
    sent = typed(form)
    values = {**sent.values, "district": file.district.code}
    said, plan = plan_form.checked(replace(sent, values=values), visit.lang)
    if plan is None:
        return _form(visit, said, file=file)
    first_time = once(visit.request, visit.db, me=visit.me, asked=asked)
    outcome = desk.record(code, plan, seen_moves=plan_form.moves_of(form))
    answer = first_time.redirect(f"/projects/{code}")
    done = say("act_done", Kind.PLAN_SUBMITTED, visit.lang)
    return view.flash(answer, told(done, outcome, visit.lang))


def _returned(visit: Visit, code: str) -> ProjectFile:
    file = read(visit.db, visit.me.actor, code, at=visit.now, today=visit.today)
    if not may(Kind.PLAN_SUBMITTED, file, visit.me):
        raise NotYours
    return file


def _only_providers(visit: Visit) -> None:
    if visit.me.role is not Role.PROVIDER:
        raise NotYours


def _columns(visit: Visit) -> tuple[bool, bool]:
    """Whether provider and district are worth a word: one's own are not."""
    return visit.me.role is not Role.PROVIDER, visit.me.office.kind != "district"


def _kept(wanted: Wanted) -> dict[str, str]:
    return {name: getattr(wanted, name) for name in FILTERS if getattr(wanted, name)}


def _href(wanted: Wanted, **more: int) -> str:
    return f"/projects?{urlencode({**_kept(wanted), **more})}"


def _form(
    visit: Visit, said: Typed, *, sample: bool = False, file: ProjectFile | None = None
) -> HTMLResponse:
    lang = visit.lang
    return view.render(
        visit.request,
        "project_form",
        status=422 if said.errors else 200,
        active="projects",
        said=said,
        lines=_check(visit, said),
        channels=_channels(lang),
        districts=_named(boards.reviewing_districts(visit.db, visit.today), lang),
        modes=[Option(value=m, label=say("mode", m, lang)) for m in Mode],
        key=new_key(),
        sample=sample,
        action=f"/projects/{file.project.code}/plan" if file else "/projects",
        project=file.project if file else None,
        asked_for=file.project.send_back_text if file else "",
        labels={name: say("plan_field", name, lang) for name in plan_form.NAMES},
    )


def _check(visit: Visit, said: Typed) -> list[CheckLine]:
    office = visit.db.get(Office, visit.me.office.id)
    dossier = plan_form.draft(said, office, at=visit.now, today=visit.today)
    return check_lines(dossier, visit.lang, signatures=False)


def _channels(lang: Language) -> list[Option]:
    return [Option(value=c, label=say("channel", c, lang)) for c in Channel]


def _named(offices: Sequence[Office], lang: Language) -> list[Option]:
    return [Option(value=office.code, label=name_of(office, lang)) for office in offices]


# After /projects/new and /projects/check, which are no codes of projects.
router.include_router(whole)
