"""The list of projects, and the form with which a provider proposes one or completes it."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from api import view
from api.auth import Signed
from api.deps import Db, Lang, Now, Settings, SignedIn
from api.desk import AtDesk
from api.once import fingerprint, once
from api.pages import plan_form
from api.pages.acts import may
from api.pages.forms import new_key
from api.pages.plan_check import CheckLine, check_lines
from api.pages.plan_form import Typed
from api.pages.project import whole
from api.pages.rows import project_row, side_counts, stage_links
from api.pages.sent import SentForm
from api.pages.wording import name_of
from states.errors import NotYours
from states.records import boards
from states.records.boards import Wanted
from states.records.dossiers import ProjectFile, read
from states.records.tables import Office
from states.rules.deadlines import shanghai_day
from states.rules.facts import Kind
from states.rules.stages import Channel, Mode, Role, Stage
from states.rules.words import Language, say
from templates.shapes import Option

router = APIRouter(prefix="/projects")
FILTERS = ("stage", "district", "channel", "text")


Asked = Annotated[tuple[str, str], Depends(fingerprint)]


@router.get("")
def project_list(  # noqa: PLR0913
    request: Request, db: Db, now: Now, me: SignedIn, lang: Lang,
    stage: str = "", district: str = "", channel: str = "", text: str = "", after: str = "",
) -> HTMLResponse:  # fmt: skip
    """Fifty projects a page, newest first."""
    page_from = int(after) if after.isdecimal() else None
    wanted = Wanted(stage, district, channel, text.strip()[:80], page_from)
    lines, more = boards.listed(db, me.actor, wanted)
    kept = {name: getattr(wanted, name) for name in FILTERS if getattr(wanted, name)}
    return view.render(
        request,
        "projects",
        active="projects",
        rows=[project_row(line, me, lang, shanghai_day(now)) for line in lines],
        wanted=wanted,
        filtered=bool(kept),
        next_href=f"/projects?{urlencode({**kept, 'after': lines[-1].id})}" if more else "",
        first_href=f"/projects?{urlencode(kept)}" if wanted.after is not None else "",
        stages=[Option(value=s, label=say("stage", s, lang)) for s in Stage],
        channels=_channels(lang),
        districts=_named(boards.offices(db, "district"), lang) if me.office.kind != "district" else [],
        stage_links=stage_links(boards.counts(db, me.actor), lang, wanted.stage),
        side_counts=side_counts(boards.counts(db, me.actor), lang, wanted.stage),
        may_propose=me.role is Role.PROVIDER,
        show_provider=me.role is not Role.PROVIDER,
        show_district=me.office.kind != "district",
    )


@router.get("/new")
def new_project(  # noqa: PLR0913
    request: Request, db: Db, now: Now, me: SignedIn, lang: Lang, settings: Settings,
    example: str = "",
) -> HTMLResponse:  # fmt: skip
    """The empty form, or in sample mode a filled one."""
    _only_providers(me)
    said = plan_form.blank()
    if example and settings.sample_mode:
        today = shanghai_day(now)
        districts = boards.reviewing_districts(db, today)
        said = plan_form.example(today, districts[0].code if districts else "")
    return _form(request, db, now, me, lang, said=said, sample=settings.sample_mode)


@router.post("/check")
def check_plan(  # noqa: PLR0913
    request: Request, db: Db, now: Now, me: SignedIn, lang: Lang, form: SentForm
) -> HTMLResponse:
    """What the rules say of the plan while it is being typed; nothing is stored."""
    _only_providers(me)
    lines = _check(db, now, me, lang, plan_form.typed(form))
    return view.render(request, "project_form", block="check", **_empty_form(), lines=lines)


@router.post("")
def propose(  # noqa: PLR0913
    request: Request, db: Db, now: Now, me: SignedIn, lang: Lang, desk: AtDesk,
    settings: Settings, asked: Asked, form: SentForm,
) -> Response:  # fmt: skip
    """Hand the plan in; on a flaw the form comes back as it was typed."""
    _only_providers(me)
    said, plan = plan_form.checked(plan_form.typed(form), lang)
    if plan is None:
        return _form(request, db, now, me, lang, said=said, sample=settings.sample_mode)
    first_time = once(request, db, me, asked)
    outcome = desk.propose(plan, said.value("district"))
    answer = first_time.redirect(f"/projects/{outcome.code}")
    return view.flash(answer, say("act_then", "proposed", lang, code=outcome.code))


@router.get("/{code}/plan")
def edit_plan(  # noqa: PLR0913
    request: Request, db: Db, now: Now, me: SignedIn, lang: Lang, code: str
) -> HTMLResponse:
    """The plan that was sent back, in the form."""
    file = _returned(db, now, me, code)
    submitted = file.newest(Kind.PLAN_SUBMITTED)
    said = plan_form.of_plan(submitted.payload if submitted else {}, file.district.code)
    return _form(request, db, now, me, lang, said=said, file=file)


@router.post("/{code}/plan")
def resubmit(  # noqa: PLR0913
    request: Request, db: Db, now: Now, me: SignedIn, lang: Lang, desk: AtDesk,
    asked: Asked, form: SentForm, code: str,
) -> Response:  # fmt: skip
    """Hand the completed plan in."""
    file = _returned(db, now, me, code)
    typed = plan_form.typed(form)
    values = {**typed.values, "district": file.district.code}
    said, plan = plan_form.checked(Typed(values, typed.units), lang)
    if plan is None:
        return _form(request, db, now, me, lang, said=said, file=file)
    first_time = once(request, db, me, asked)
    desk.record(code, plan, seen_moves=plan_form.moves_of(form))
    answer = first_time.redirect(f"/projects/{code}")
    return view.flash(answer, f"{say('act_done', Kind.PLAN_SUBMITTED, lang)}。" if lang == "zh"
                      else f"{say('act_done', Kind.PLAN_SUBMITTED, lang)}.")  # fmt: skip


def _returned(db: Session, now: Now, me: Signed, code: str) -> ProjectFile:
    file = read(db, me.actor, code, at=now, today=shanghai_day(now))
    if not may(Kind.PLAN_SUBMITTED, file, me):
        raise NotYours
    return file


def _only_providers(me: Signed) -> None:
    if me.role is not Role.PROVIDER:
        raise NotYours


def _form(  # noqa: PLR0913, PLR0917
    request: Request, db: Session, now: Now, me: Signed, lang: Language, *,
    said: Typed, sample: bool = False, file: ProjectFile | None = None,
) -> HTMLResponse:  # fmt: skip
    return view.render(
        request,
        "project_form",
        status=422 if said.errors else 200,
        active="projects",
        said=said,
        lines=_check(db, now, me, lang, said),
        channels=_channels(lang),
        districts=_named(boards.reviewing_districts(db, shanghai_day(now)), lang),
        modes=[Option(value=m, label=say("mode", m, lang)) for m in Mode],
        key=new_key(),
        sample=sample,
        action=f"/projects/{file.project.code}/plan" if file else "/projects",
        project=file.project if file else None,
        asked_for=file.project.send_back_text if file else "",
        labels={
            name: say("plan_field", name, lang) for name in (*plan_form.SINGLE, *plan_form.UNIT)
        },
    )


def _empty_form() -> dict[str, object]:
    """What the template of the form names, for its fragment that shows none of it."""
    return {"said": plan_form.blank(), "project": None}


def _check(db: Session, now: Now, me: Signed, lang: Language, said: Typed) -> list[CheckLine]:  # noqa: PLR0913, PLR0917
    office = db.get(Office, me.office.id)
    dossier = plan_form.draft(said, office, at=now, today=shanghai_day(now))
    return check_lines(dossier, lang, signatures=False)


def _channels(lang: Language) -> list[Option]:
    return [Option(value=c, label=say("channel", c, lang)) for c in Channel]


def _named(offices: Sequence[Office], lang: Language) -> list[Option]:
    return [Option(value=office.code, label=name_of(office, lang)) for office in offices]


# After /projects/new and /projects/check, which are no codes of projects.
router.include_router(whole)
