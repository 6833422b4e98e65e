"""Supervision of a district: draws and how far they are looked into, and what is still open."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse

from api import view
from api.deps import Lang
from api.desk import AtDesk
from api.once import Once
from api.pages.check_words import clock_of_line
from api.pages.checks import manners
from api.pages.forms import download, new_key
from api.pages.names import shown_name
from api.pages.sent import AVisit, Visit
from states.errors import BadInput, NotFound, NotYours
from states.records import campaign_board, campaigns, check_board
from states.records.campaign_board import CampaignLine, PickLine
from states.records.campaigns import DRAWING, LONGEST_SEED, Order, Preview
from states.records.classes import roster_of
from states.rules.law import the_law
from states.rules.stages import Role
from states.rules.supervision import Manner
from states.rules.words import say

router = APIRouter(prefix="/supervision")
CHECKING = frozenset({Role.SUPERVISOR, Role.REVIEWER})
"""To whom the pages offer a check; the rulebook's table of facts has the last word."""

Percent = Annotated[str, Form(pattern=r"^\d{1,3}$")]


@router.get("")
def overview(visit: AVisit) -> HTMLResponse:
    """Campaigns and open findings: a district's own, all for the centre and the auditor."""
    actor = visit.me.actor
    lines = check_board.open_faults(visit.db, actor)
    return view.render(
        visit.request,
        "supervision",
        active="supervision",
        campaigns=campaign_board.campaigns(visit.db, actor),
        faults=[(line, clock_of_line(line, visit.today, visit.lang)) for line in lines],
        may_draw=visit.me.role in DRAWING,
        everybody=visit.me.office.kind != "district",
    )


@router.get("/campaigns/new")
def campaign_form(visit: AVisit, *, of: str = "") -> HTMLResponse:
    """The form of a draw, with what would be drawn now."""
    _only_drawers(visit)
    percent = str(_usual_percent(visit))
    return _form(visit, percent, of)


@router.get("/campaigns/preview")
def preview(visit: AVisit, *, percent: str = "", of: str = "") -> HTMLResponse:
    """How many would be drawn, while the form is being filled in."""
    _only_drawers(visit)
    return _form(visit, percent, of, block="preview")


@router.post("/campaigns")
def draw(  # noqa: PLR0913  what a draw asks
    desk: AtDesk, lang: Lang, once: Once, *, name: Annotated[str, Form(max_length=120)],
    manner: Annotated[Manner, Form()], percent: Percent,
    seed: Annotated[str, Form(max_length=LONGEST_SEED)] = "",
    of: Annotated[str, Form(max_length=40)] = "",
) -> Response:  # fmt: skip
    """Draw, once: the same form sent twice is the same draw."""
    order = _order(name, manner, percent, seed=seed, of=of)
    made = campaigns.draw(desk.session, order, actor=desk.actor, at=desk.at)
    lines = [campaign_board.campaign(desk.session, desk.actor, one) for one in made]
    drawn = sum(line.picks for line in lines)
    if desk.actor.role is Role.CENTRE:
        words = say("done", "campaigns_ordered", lang, districts=len(lines), picks=drawn)
        return view.flash(once.redirect("/supervision"), words)
    words = say("done", "campaign_drawn", lang, picks=drawn, size=lines[0].size)
    return view.flash(once.redirect(f"/supervision/campaigns/{made[0]}"), words)


@router.get("/campaigns/{campaign_id}")
def campaign(visit: AVisit, campaign_id: int, *, again: str = "") -> HTMLResponse:
    """One draw: who was drawn, who was looked at, and with `again` the draw repeated."""
    line = campaign_board.campaign(visit.db, visit.me.actor, campaign_id)
    picks = campaign_board.picks(visit.db, campaign_id)
    repeated = campaigns.draw_again(visit.db, visit.me.actor, campaign_id) if again else None
    return view.render(
        visit.request,
        "campaign",
        active="supervision",
        line=line,
        picks=picks,
        names=_names(visit, line, picks),
        repeated=repeated,
        may_check=visit.me.role in CHECKING,
    )


@router.get("/campaigns/{campaign_id}/population.txt")
def population(visit: AVisit, campaign_id: int) -> Response:
    """The list that was drawn from, one key a line: everything a stranger needs to draw again."""
    repeated = campaigns.draw_again(visit.db, visit.me.actor, campaign_id)
    listed = "".join(f"{key}\n" for key in repeated.population)
    return download(listed.encode(), f"抽查名单-{campaign_id}.txt", "text/plain; charset=utf-8")


def _form(visit: Visit, percent: str, of: str, *, block: str = "") -> HTMLResponse:
    found, why = _previewed(visit, percent, of)
    return view.render(
        visit.request,
        "campaign_form",
        block=block,
        active="supervision",
        found=found,
        why=why,
        percent=percent,
        usual=_usual_percent(visit),
        of=of,
        manners=manners(visit.lang),
        centre=visit.me.role is Role.CENTRE,
        longest_seed=LONGEST_SEED,
        new_key=new_key,
    )


def _previewed(visit: Visit, percent: str, of: str) -> tuple[Preview | None, str]:
    """The numbers, or why there are none; a half-typed form is no error."""
    try:
        order = _order("-", Manner.PHONE, percent, seed="", of=of)
        return campaigns.preview(visit.db, order, actor=visit.me.actor, at=visit.now), ""
    except BadInput as error:
        return None, say("input", str(error.params["why"]), visit.lang)
    except NotFound as error:
        return None, say("error", error.code, visit.lang)


def _order(name: str, manner: Manner, percent: str, *, seed: str, of: str) -> Order:
    code, _, number = of.strip().rpartition("/")
    if of.strip() and not (code and number.isdecimal()):
        raise BadInput(why="class_unreadable")
    if not percent.isdecimal():
        raise BadInput(why="percent_of_nothing")
    class_no = int(number) if number else 0
    return Order(name, manner, int(percent), seed=seed, code=code, class_no=class_no)


def _names(visit: Visit, line: CampaignLine, picks: list[PickLine]) -> dict[int, str]:
    """The learners that were drawn, by enrolment; whole names only for the district."""
    if line.drawn_from != "learners" or not picks:
        return {}
    learners = roster_of(visit.db, picks[0].class_id)
    whole = visit.me.office.kind == "district"
    return {one.id: shown_name(one.name, visit.lang, whole=whole) for one in learners}


def _usual_percent(visit: Visit) -> int:
    return the_law().regime_on(visit.today).supervision.percent


def _only_drawers(visit: Visit) -> None:
    if visit.me.role not in DRAWING:
        raise NotYours
