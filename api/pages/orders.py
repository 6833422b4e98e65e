"""Every order from above in one list: what is open, what waits to be looked at, what is late."""

from collections import Counter

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api import view
from api.pages.deadline_words import who_of
from api.pages.sent import AVisit
from api.pages.wording import clock_of, name_of
from states.records import order_board
from states.records.boards import Due
from states.records.order_board import OrderRow
from states.rules.findings import SYSTEM_DEFAULT
from states.rules.stages import Role
from states.rules.starts import order_subject
from states.rules.words import Language
from templates.shapes import Clock

router = APIRouter(prefix="/orders")


@router.get("")
def overview(visit: AVisit, *, state: str = "") -> HTMLResponse:
    """The orders about projects that this person sees, by how they stand."""
    every = order_board.orders(visit.db, visit.me.actor)
    chosen = state if state in order_board.STATES else ""
    counts = Counter(row.state for row in every)
    return view.render(
        visit.request,
        "orders",
        active="orders",
        state=chosen,
        counts={"": len(every), **{name: counts[name] for name in order_board.STATES}},
        late=sum(row.state == "open" and row.due_on < visit.today for row in every),
        rows=[
            (row, _who(row, visit.lang), _clock(row, visit), name_of(row.giver, visit.lang))
            for row in every
            if chosen in ("", row.state)
        ],
    )


def _who(row: OrderRow, lang: Language) -> str:
    return who_of(
        Role(row.addressed), lang, provider=name_of(row.provider, lang),
        district=name_of(row.district, lang),
    )  # fmt: skip


def _clock(row: OrderRow, visit: AVisit) -> Clock | None:
    """How long the answer still has; none for what was answered."""
    if row.state != "open":
        return None
    due = Due(
        "answer_order", order_subject(row.no), Role(row.addressed), row.due_on, row.due_on,
        provisional=False, source=SYSTEM_DEFAULT,
    )  # fmt: skip
    return clock_of(due, visit.today, visit.lang)
