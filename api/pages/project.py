"""The page of one project: where it stands, who acts next, what is missing, and what happened."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData

from api import view
from api.auth import Signed
from api.deps import Lang
from api.desk import AtDesk
from api.once import Once
from api.pages.acts import acts_of, may, reasons
from api.pages.deadline_words import DeadlineWords
from api.pages.file_words import list_of
from api.pages.forms import new_key
from api.pages.order_words import OrderWords
from api.pages.plan_check import check_lines
from api.pages.project_words import ProjectWords
from api.pages.receipt_words import refused_lines
from api.pages.sent import AVisit, SentForm, Visit
from api.pages.telling import entries_of
from api.pages.wording import side_exit_of, strip_of
from api.schemas.facts import SimpleFact
from states.actions import Outcome
from states.errors import BadInput, NotFound
from states.records import refusals
from states.records.attachments import of_project
from states.records.dossiers import ProjectFile, read
from states.records.ladder_board import Reached, RungKey, reached
from states.rules.binding import the_plan
from states.rules.facts import Kind
from states.rules.words import Language, say

whole = APIRouter(prefix="/{code}")
_FACT: TypeAdapter[SimpleFact] = TypeAdapter(SimpleFact)
Moves = Annotated[int, Form(ge=0)]
"""How many moves the project had made when its page was shown."""
_FIELDS = (
    *("text", "code", "rule", "subject"),
    *("duty", "until", "due_on", "to", "no", "accepted"),
)


@whole.get("")
def project(visit: AVisit, code: str) -> HTMLResponse:
    """Everything about one project, in one look."""
    me, lang = visit.me, visit.lang
    file = read(visit.db, me.actor, code, at=visit.now, today=visit.today)
    return view.render(
        visit.request,
        "project",
        active="projects",
        project=file.project,
        plan=the_plan(file.dossier),
        dossier=file.dossier,
        provider=file.provider,
        words=ProjectWords(file, me, lang=lang, today=visit.today),
        deadline_words=DeadlineWords(file, me, lang, visit.today, _reached(visit, file)),
        order_words=OrderWords(file, me, lang, visit.today),
        today=visit.today.isoformat(),
        steps=strip_of(file, lang),
        side=side_exit_of(file, lang),
        acts=acts_of(file, me, lang),
        reasons=reasons(lang),
        checks=check_lines(file.dossier, lang),
        entries=entries_of(file, me, lang),
        opening=_opening(file, me, visit.today),
        may_edit=may(Kind.PLAN_SUBMITTED, file, me),
        refused=refused_lines(refusals.of_owner(visit.db, project_id=file.project.id), lang),
        file_list=list_of(of_project(visit.db, file.project.id), me, lang, code=code),
        new_key=new_key,
    )


def _reached(visit: Visit, file: ProjectFile) -> Mapping[RungKey, Reached]:
    return reached(visit.db, project_id=file.project.id)


@whole.post("/facts/{kind}")
def record_fact(  # noqa: PLR0913  # what a form of a project is sent with
    desk: AtDesk, once: Once, *, lang: Lang, form: SentForm, code: str, kind: str, moves: Moves
) -> Response:
    """Record what a form of the page says; moves as the rules allow."""
    outcome = desk.record(code, _fact_of(kind, form), seen_moves=moves)
    answer = once.redirect(f"/projects/{code}")
    return view.flash(answer, told(say("act_done", kind, lang), outcome, lang))


@whole.post("/classes")
def open_class(  # noqa: PLR0913  # what a form of a project is sent with
    desk: AtDesk, once: Once, *, lang: Lang, code: str, moves: Moves,
    no: Annotated[int, Form(ge=1, le=40)],
    opens_on: Annotated[date, Form()], ends_on: Annotated[date, Form()],
) -> Response:  # fmt: skip
    """File the opening of a class; its page is next, for the roster."""
    outcome = desk.open_class(code, no, opens_on, ends_on=ends_on, seen_moves=moves)
    answer = once.redirect(f"/projects/{code}/classes/{no}")
    done = say("act_done", Kind.CLASS_OPENED, lang, no=no)
    return view.flash(answer, told(done, outcome, lang))


def told(done: str, outcome: Outcome, lang: Language) -> str:
    """What was done, and where the project stands now: 已签署；项目进入“已批准”."""
    which = "stage" if outcome.moves else "same"
    then = say("act_then", which, lang, stage=say("stage", outcome.stage, lang))
    return f"{done}；{then}" if lang == "zh" else f"{done}. {then}"


def _fact_of(kind: str, form: FormData) -> SimpleFact:
    """The fact that a form of the page tells. Raises NotFound, BadInput for a missing reason."""
    if kind not in set(Kind):
        raise NotFound
    said = {name: str(form.get(name, "")).strip() for name in _FIELDS if name in form}
    try:
        return _FACT.validate_python({"kind": kind, **said})
    except ValidationError as error:
        missing = {str(flaw["loc"][-1]) for flaw in error.errors()}
        raise BadInput(why="reason_is_required" if missing & {"text", "code"} else "") from error


def _opening(file: ProjectFile, me: Signed, today: date) -> dict[str, object] | None:
    """The defaults of the opening form; None where this person may not open a class now."""
    if not may(Kind.CLASS_OPENED, file, me):
        return None
    plan = the_plan(file.dossier)
    free = [no for no in range(1, plan.class_count + 1) if no not in file.dossier.classes]
    if not free or file.dossier.intake_closed:
        return None
    opens = max(plan.opens_on, today)
    ends = plan.ends_on + (opens - plan.opens_on)
    return {"free": free, "opens_on": opens.isoformat(), "ends_on": ends.isoformat()}
