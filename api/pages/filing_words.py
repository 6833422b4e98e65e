"""How far a class got on its way into the city's system (C14), in words."""

from dataclasses import dataclass
from datetime import date, datetime

from api.auth import Signed
from states.records.class_board import ClassBoard
from states.records.filings import FilingView, state_of
from states.rules.binding import book_of, the_plan
from states.rules.facts import Kind
from states.rules.law import the_law
from states.rules.stages import Role
from states.rules.words import Language, has, say

_TONES = {"registered": "green", "refused": "red", "none": "grey"}
_READERS = frozenset({Role.PROVIDER, Role.REVIEWER, Role.EXAMINER})
"""The city's reasons may name learners: for those who work with them."""
_UNDER_WAY = frozenset({"wanted", "sent"})


@dataclass(frozen=True, slots=True)
class FilingLine:
    """The filing of one class; `late` counts the days after its opening, to the number or to today.

    `reasons` are the city's for a refusal, `trouble` what stood in the way of the last try.
    """

    state: str
    tone: str
    required: bool
    late: int
    number: str
    on: date | None
    reasons: str
    trouble: str
    again: datetime | None
    is_left: bool
    may_type: bool
    may_send: bool
    may_take: bool
    needs_permit: bool
    lacks_learners: bool


def filing_line(
    board: ClassBoard, me: Signed, lang: Language, *, filing: FilingView | None
) -> FilingLine:
    """What the page of a class says of its filing to this person."""
    facts, state = board.facts, state_of(board.facts, filing)
    provider = me.role is Role.PROVIDER
    opens = board.may(me.actor, Kind.TRAINING_REGISTERED)
    ready = facts.admitted > 0 and facts.manual_review == 0
    waits = filing is not None and state in _UNDER_WAY
    required = _is_required(board)
    return FilingLine(
        state=say("filing_state", state, lang),
        tone=_TONES.get(state, "amber"),
        required=required,
        late=_late(board) if required else 0,
        number=board.registration[0] if board.registration else "",
        on=board.registration[1] if board.registration else None,
        reasons=filing.answer if filing and state == "refused" and me.role in _READERS else "",
        trouble=_trouble(filing, lang) if waits else "",
        again=filing.again if filing and waits and filing.attempts else None,
        is_left=state == "left",
        may_type=opens,
        may_send=opens and ready and state not in _UNDER_WAY | {"registered"},
        may_take=provider and ready and me.full_numbers,
        needs_permit=provider and ready and not me.full_numbers,
        lacks_learners=opens and not ready and state != "registered",
    )


def _is_required(board: ClassBoard) -> bool:
    book = book_of(board.dossier, the_law())
    return book.channels[the_plan(board.dossier).channel].registration_required


def _late(board: ClassBoard) -> int:
    if board.facts.registered:
        return board.facts.days_late_registered
    return max((board.dossier.today - board.facts.opens_on).days, 0)


def _trouble(filing: FilingView | None, lang: Language) -> str:
    if filing is None or not filing.trouble:
        return ""
    known = filing.trouble if has("filing_trouble", filing.trouble) else "other"
    return say("filing_trouble", known, lang)
