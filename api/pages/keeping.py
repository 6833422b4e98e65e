"""Keeping and forgetting: how long what is kept, what is due, who agreed, and who looked."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import HTMLResponse

from api import view
from api.deps import Lang
from api.desk import AtDesk
from api.once import Once
from api.pages.forms import new_key
from api.pages.sent import AVisit
from api.schemas.keeping import Day
from states.errors import NotYours
from states.records import acts, forgetting, keeping_board, traces
from states.records.forgetting import Counts
from states.rules.retention import the_retention
from states.rules.stages import Role
from states.rules.words import has, say

router = APIRouter(prefix="/keeping")
NEWEST_ACTS = 40

Words = Annotated[str, Form(max_length=2000)]


@router.get("")
def page(visit: AVisit, *, on: Annotated[Day | None, Query()] = None) -> HTMLResponse:
    """For the centre; the auditor reads. `on`: try out what is due on that day."""
    if visit.me.role not in view.KEEPERS:
        raise NotYours
    past = keeping_board.forgettings(visit.db)
    opened = next((one for one in past if one.is_open), None)
    return view.render(
        visit.request,
        "keeping",
        active="keeping",
        retention=the_retention(),
        on=on or visit.today,
        found=forgetting.trial(visit.db, on, at=visit.now) if on else None,
        opened=opened,
        past=[one for one in past if not one.is_open],
        districts=keeping_board.districts(visit.db),
        acts=acts.latest(visit.db, limit=NEWEST_ACTS),
        may_act=visit.me.role is Role.CENTRE,
        may_propose=opened is None and on is not None and on <= visit.today,
        is_proposer=opened is not None and opened.proposed_by == visit.me.actor.person_id,
        tidy=tidy,
        totals=forgetting.totals,
        has_words=has,
        new_key=new_key,
    )


def tidy(counts: Counts) -> Counts:
    """In the order of reading: districts before what has none, kinds as they are forgotten."""
    kinds = (forgetting.CLASSES, *traces.KINDS)
    return {
        code: {kind: counts[code][kind] for kind in kinds if kind in counts[code]}
        for code in sorted(counts, key=_last_without_a_name)
    }


def _last_without_a_name(code: str) -> tuple[bool, str]:
    return not code, code


@router.post("/forgettings")
def propose(
    desk: AtDesk, lang: Lang, once: Once, *, on: Annotated[Day, Form()], reason: Words = ""
) -> Response:
    """Propose to forget what is due on a day."""
    forgetting.propose(desk.session, on, reason, actor=desk.actor, at=desk.at)
    return view.flash(once.redirect("/keeping"), say("done", "forgetting_proposed", lang))


@router.post("/forgettings/{forgetting_id}/approve")
def approve(desk: AtDesk, lang: Lang, once: Once, *, forgetting_id: int) -> Response:
    """The second person agrees; those concerned are told."""
    due_on = forgetting.approve(desk.session, forgetting_id, actor=desk.actor, at=desk.at)
    said = say("done", "forgetting_approved", lang, due_on=due_on)
    return view.flash(once.redirect("/keeping"), said)


@router.post("/forgettings/{forgetting_id}/stop")
def stop(
    desk: AtDesk, lang: Lang, once: Once, *, forgetting_id: int, reason: Words = ""
) -> Response:
    """Call it off."""
    forgetting.stop(desk.session, forgetting_id, reason, actor=desk.actor, at=desk.at)
    return view.flash(once.redirect("/keeping"), say("done", "forgetting_stopped", lang))
