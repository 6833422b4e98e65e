"""Orders from above (督办) in words: what was ordered and answered, and what may be done now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from api.auth import Signed
from api.pages.order_told import told_of_order
from api.pages.wording import name_of
from states.records.dossiers import EntryRow, ProjectFile
from states.rules.admission_of_time import ADDRESSED, Standing
from states.rules.clocks import Order
from states.rules.deadlines import duty_of
from states.rules.facts import Kind
from states.rules.law import the_law
from states.rules.stages import FINAL_STAGES, PROVIDER_ROLES, Role
from states.rules.starts import order_subject
from states.rules.words import Language, say
from templates.shapes import Option

_TOLD = (Kind.ORDER_GIVEN, Kind.ORDER_ANSWERED, Kind.ORDER_CLOSED)


@dataclass(frozen=True, slots=True)
class OrderStep:
    """One thing that was said about an order."""

    at: datetime
    who: str
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order with its history; `may_answer` and `may_close` for this reader."""

    no: int
    state: str
    state_words: str
    to: str
    due_on: date
    late: bool
    steps: tuple[OrderStep, ...]
    may_answer: bool
    may_close: bool
    may_send_back: bool


@dataclass(frozen=True, slots=True)
class OrderWords:
    """The orders of one project for one reader."""

    file: ProjectFile
    me: Signed
    lang: Language
    today: date

    @property
    def lines(self) -> list[OrderLine]:
        """Every order, the newest first."""
        orders = self.file.dossier.clocks.orders.values()
        seen = (order for order in orders if may_see(order, self.me.role))
        return [self._line(order) for order in sorted(seen, key=_no, reverse=True)]

    @property
    def addressees(self) -> list[Option]:
        """To whom this reader may give an order now; empty for most."""
        if self.file.dossier.stage in FINAL_STAGES:
            return []
        roles = ADDRESSED.get(self.me.role, ())
        return [Option(value=role, label=say("role", role, self.lang)) for role in roles]

    def _line(self, order: Order) -> OrderLine:
        state = state_of(order)
        standing = Standing(self.me.role, self.file.dossier, the_law())
        ended = self.file.dossier.stage in FINAL_STAGES
        mine = self.me.role is order.by and not order.closed and not ended
        return OrderLine(
            no=order.no,
            state=state,
            state_words=say("order_state", state, self.lang),
            to=say("role", order.to, self.lang),
            due_on=(due := self._due_on(order)),
            late=state == "open" and due < self.today,
            steps=tuple(self._steps(order.no)),
            may_answer=state == "open" and standing.may_answer(order) and not ended,
            may_close=mine,
            may_send_back=mine and state == "answered",
        )

    def _due_on(self, order: Order) -> date:
        """Its day as its deadline counts it; the day that it named once it was answered."""
        subject = order_subject(order.no)
        late = duty_of(self.file.dossier, the_law(), duty="answer_order", subject=subject)
        return late.due_on if late else order.due_on

    def _steps(self, no: int) -> Iterator[OrderStep]:
        for row in self.file.entries:
            if row.kind == "fact" and row.name in _TOLD and row.payload["no"] == no:
                yield OrderStep(row.at, self._who(row), self._what(row), row.payload["text"])

    def _who(self, row: EntryRow) -> str:
        office = name_of(row.office, self.lang)
        return " · ".join(filter(None, (office, say("role", row.role, self.lang))))

    def _what(self, row: EntryRow) -> str:
        return told_of_order(row.name, row.payload, self.lang)


def may_see(order: Order, role: Role) -> bool:
    """A provider sees what is addressed to providers, not what the offices above settle."""
    return role not in PROVIDER_ROLES or order.to in PROVIDER_ROLES


def state_of(order: Order) -> str:
    """Open, answered, or closed."""
    return "closed" if order.closed else "answered" if order.answered_on else "open"


def _no(order: Order) -> int:
    return order.no
