"""Supervision in the sample programme: two draws, what they found, and what is left to play."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlmodel import col, select

from api.desk import Desk
from states.records import campaign_board, campaigns, check_board, inspections
from states.records.campaign_board import PickLine
from states.records.campaigns import Order
from states.records.inspections import Check, Found
from states.records.tables import Project
from states.rules.deadlines import shanghai_day
from states.rules.stages import Stage
from states.rules.supervision import Manner

DeskOf = Callable[[str, datetime], Desk]
"""The desk of a sample person, by login, at a moment."""


def visit(desk_of: DeskOf, at: datetime) -> Iterator[datetime]:
    """A visit in HP finds another teacher; the provider has not answered yet."""
    yield at
    order = Order("三月现场抽查", Manner.ON_SITE, 50, seed="HP-2026-03")
    pick = _drawn(desk_of("hp-supervise", at), order)
    yield (at := at + timedelta(days=1, hours=5))
    found = Found("teacher_differs", "授课教师与方案所列不同，未见变更说明。")
    _check(desk_of("hp-supervise", at), pick, Manner.ON_SITE, found=found)


def call(desk_of: DeskOf, at: datetime) -> Iterator[datetime]:
    """Calls in PD reach nobody; the provider says that the number is right now."""
    yield at
    desk = desk_of("pd-supervise", at)
    code = _running(desk)
    order = Order("滨江班学员电话抽查", Manner.PHONE, 10, code=code, class_no=1)
    pick = _drawn(desk, order)
    yield (at := at + timedelta(days=3))
    desk = desk_of("pd-supervise", at)
    _check(desk, pick, Manner.PHONE, found=Found("learner_not_reached", "三次拨打均无人接听。"))
    (fault,) = check_board.open_faults(desk.session, desk.actor)
    yield (at := at + timedelta(days=4))
    provider = desk_of("p001", at)
    inspections.report_rectification(
        provider.session, fault.id, "已核对并更新学员联系电话。", act=provider.act(code)
    )


def _running(desk: Desk) -> str:
    """The first project of the district whose class has begun."""
    of_district = col(Project.district_id) == desk.actor.office_id
    query = select(Project.code).where(of_district, col(Project.stage) == Stage.RUNNING)
    return desk.session.exec(query.order_by(col(Project.id))).one()


def _drawn(desk: Desk, order: Order) -> PickLine:
    (made,) = campaigns.draw(desk.session, order, actor=desk.actor, at=desk.at)
    return campaign_board.picks(desk.session, made)[0]


def _check(desk: Desk, pick: PickLine, manner: Manner, *, found: Found) -> None:
    check = Check(
        pick.class_no, manner, shanghai_day(desk.at), found=(found,),
        enrolment_id=pick.enrolment_id or None, pick_id=pick.id,
    )  # fmt: skip
    inspections.record_check(desk.session, check, desk.act(pick.code))
