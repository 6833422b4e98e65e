"""Orders from above for programs: a list of how each stands."""

from typing import Literal

from fastapi import APIRouter

from api import told
from api.deps import Db, SignedIn
from api.schemas.base import Words
from api.schemas.time import OrderOut
from states.records import order_board
from states.records.order_board import OrderRow
from states.rules.stages import Role

router = APIRouter(prefix="/orders", tags=["projects"])


@router.get("", responses=told.problems(401))
def list_orders(
    session: Db, me: SignedIn, *, state: Literal["", "open", "answered", "closed"] = ""
) -> list[OrderOut]:
    """The orders about projects you may see; the open ones first, by their days."""
    return [_order(row) for row in order_board.orders(session, me.actor, state)]


def _order(row: OrderRow) -> OrderOut:
    return OrderOut(
        project=row.code, no=row.no, to=Role(row.addressed), state=row.state,
        district=Words(zh=row.district.zh, en=row.district.en),
        given_by=Words(zh=row.giver.zh, en=row.giver.en) if row.giver else None,
        given_at=row.given_at, due_on=row.due_on,
    )  # fmt: skip
