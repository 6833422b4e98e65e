"""Targets and shares for programs: the board, and waivers asked and decided."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import told
from api.desk import AtDesk
from api.errors import LANGUAGES
from api.once import Once
from api.pages.target_words import effect_words
from api.schemas.base import Done, Words
from api.schemas.targets import (
    BoardOut,
    DecisionIn,
    ProgressOut,
    ShareAfterOut,
    ShareOut,
    WaiverAskedOut,
    WaiverIn,
    WaiverOut,
)
from states.records import target_board, waivers
from states.records.share_board import Effect
from states.records.target_board import Progress
from states.records.waivers import Waiver
from states.rules.deadlines import shanghai_day
from states.rules.routes import Route
from states.rules.targets import the_terms
from templates.filters import percent

router = APIRouter(prefix="/targets", tags=["targets"])

Year = Annotated[int | None, Query(ge=2025, le=2100, description="This year by default.")]
_REFUSALS = told.problems(401, 403, 404, 409, 422)
_MONTHS = range(1, 13)


@router.get("", responses=told.problems(401, 403))
def board(desk: AtDesk, year: Year = None) -> BoardOut:
    """How far the year's target is reached: a district sees itself, the centre all."""
    found = target_board.board(desk.session, desk.actor, at=desk.at, year=year)
    return BoardOut(
        year=found.year,
        as_of=found.today,
        target_persons=found.target,
        quotas_sum=found.quotas,
        without_quota=[one.code for one in found.without_quota],
        days_passed=found.calendar.passed,
        days=found.calendar.days,
        districts=[_progress(one) for one in found.districts],
        city=_progress(found.city) if found.city else None,
        no_district=_progress(found.nowhere) if found.nowhere else None,
    )


@router.get("/waivers", responses=told.problems(401, 403))
def register(desk: AtDesk, year: Year = None) -> list[WaiverOut]:
    """The waivers of a year that you may see, the open ones first."""
    asked = year or shanghai_day(desk.at).year
    return [_waiver(one) for one in waivers.register(desk.session, desk.actor, asked)]


@router.post(
    "/waivers", status_code=201, response_model=WaiverAskedOut,
    responses=_REFUSALS,
)  # fmt: skip
def ask(desk: AtDesk, once: Once, asked: WaiverIn) -> Response:
    """Ask that your district may go above the limit for contests."""
    made = waivers.ask(desk.session, **asked.model_dump(), actor=desk.actor, at=desk.at)
    return once.json(WaiverAskedOut(id=made), 201)


@router.post("/waivers/{waiver_id}", response_model=Done, responses=_REFUSALS)
def decide(desk: AtDesk, once: Once, *, waiver_id: int, asked: DecisionIn) -> Response:
    """Grant or refuse; never the person who asked."""
    waivers.decide(desk.session, waiver_id, granted=asked.granted, actor=desk.actor, at=desk.at)
    return once.json(Done())


def share_after(one: Effect) -> ShareAfterOut:
    """An effect, for whoever asks about a batch or a contest."""
    return ShareAfterOut(
        district=Words(zh=one.zh, en=one.en),
        year=one.year,
        contest_before=one.before.contest,
        total_before=one.before.total,
        contest=one.after.contest,
        total=one.after.total,
        waiting=one.waiting,
        percent=percent(one.after.contest, one.after.total),
        standing=one.standing,
        limit_percent=the_terms().contest_share.at_most_percent,
        waived_up_to_percent=one.up_to,
        allowed=one.allowed,
        sentence=Words(**{lang: effect_words([one], lang)[0] for lang in LANGUAGES}),
    )


def _progress(one: Progress) -> ProgressOut:
    tally = one.tally
    return ProgressOut(
        code=one.district.code,
        name=Words(zh=one.district.zh, en=one.district.en),
        quota_persons=one.quota,
        persons=tally.total,
        persons_by_route={route: tally.persons[route] for route in Route},
        persons_by_month=[sum(tally.months[month, route] for route in Route) for month in _MONTHS],
        persons_waiting=tally.waiting,
        certificates=tally.certificates,
        forecast_persons=one.forecast,
        colour=one.colour,
        share=_share(one),
    )


def _share(one: Progress) -> ShareOut:
    share = one.tally.share
    return ShareOut(
        contest=share.contest,
        total=share.total,
        percent=percent(share.contest, share.total),
        standing=one.standing,
        room=one.room,
        waived_up_to_percent=one.up_to,
    )


def _waiver(one: Waiver) -> WaiverOut:
    shared = {
        name: getattr(one, name)
        for name in WaiverOut.model_fields
        if name not in ("district", "contest", "total")
    }
    return WaiverOut(
        district=Words(zh=one.district.zh, en=one.district.en),
        contest=one.share.contest,
        total=one.share.total,
        **shared,
    )
