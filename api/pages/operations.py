"""How the service fares: what waits, failed, and last ran when; and the movable date."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import httpx
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import surroundings, view
from api.deps import (
    OPERATING_ROLES,
    Db,
    Lang,
    Now,
    Settings,
    SignedIn,
    may_move_the_date,
)
from api.entrance import safe_next
from api.problems import OnlyInSampleMode
from states.errors import NotYours
from states.records import clock, training
from states.records.letter_texts import READERS
from states.records.operations_board import operations_board
from states.rules.words import has, say
from templates.filters import minute

router = APIRouter()
PATIENCE = 0.6
"""Seconds that the page waits for Prefect before it calls it down."""
STEPS = {"day": timedelta(days=1), "week": timedelta(weeks=1)}


@router.get("/operations")
def operations(
    request: Request, db: Db, now: Now, *, me: SignedIn, settings: Settings
) -> HTMLResponse:
    """For those who run the service. Raises NotYours for all others."""
    if me.role not in OPERATING_ROLES:
        raise NotYours
    address = prefect_address(settings.prefect_api_url, settings.data_dir)
    return view.render(
        request,
        "operations",
        active="operations",
        board=operations_board(db, at=now),
        now=now,
        virtual=clock.is_virtual(db),
        prefect_url=address,
        prefect_up=bool(address) and answers(f"{address}/api/health"),
        has_words=has,
        sees_letters=me.role in READERS,
    )


@router.post("/clock")
def move_clock(
    request: Request, db: Db, me: SignedIn, *, lang: Lang,
    step: Annotated[str, Form(pattern="^(day|week|next)$")],
    onward: Annotated[str, Form(alias="next", max_length=500)] = "/",
) -> Response:  # fmt: skip
    """In a training copy: put the date forward; the flows do what falls due."""
    surroundings.is_training(request.app.state, db)
    if not may_move_the_date(request, me.role):
        raise OnlyInSampleMode
    before = clock.now(db)
    target = before + STEPS[step] if step in STEPS else next_event(db)
    if target is None:
        return view.flash(_back(onward), say("done", "nothing_ahead", lang), "info")
    target = clock.move(db, to=max(target, before))
    training.note_shift(db, before=before, to=target, actor=me.actor)
    said = say("done", "clock_moved", lang, now=minute(target))
    return view.flash(_back(onward), said, "info")


def next_event(db: Db) -> datetime | None:
    """When time alone brings something next, a minute after it began."""
    ahead = surroundings.movable_clock(db)
    return ahead.at + timedelta(minutes=1) if ahead and ahead.at else None


def prefect_address(api_url: str | None, data_dir: Path) -> str:
    """Where Prefect's own pages are: as set, or as `duban run` wrote it down; empty if unknown."""
    if api_url:
        return api_url.rstrip("/").removesuffix("/api")
    try:
        parts = json.loads((data_dir / "run.json").read_text("utf-8"))["parts"]
        return str(parts["prefect"]["url"] or "")
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def answers(url: str) -> bool:
    """Whether a server on this machine or network says yes in time."""
    try:
        return httpx.get(url, timeout=PATIENCE, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _back(onward: str) -> Response:
    """To the page that the button stood on; only ever a path of this site."""
    url = httpx.URL(safe_next(onward))
    return RedirectResponse(str(url.copy_remove_param("lang")), 303)
