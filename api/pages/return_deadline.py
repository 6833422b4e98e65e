"""The deadline of a monthly return in words: whose turn it is, and its ladder before and after."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from api.pages.deadline_words import who_of
from api.pages.ladder_words import LadderWords, RungLine
from api.pages.wording import clock_of
from states.records import return_timers
from states.records.boards import Due
from states.records.ladder_board import reached
from states.records.return_timers import SUBMIT
from states.rules.deadlines import rungs_of
from states.rules.law import the_law
from states.rules.months import return_book
from states.rules.words import Language, say
from templates.shapes import Clock


@dataclass(frozen=True, slots=True)
class ReturnDeadline:
    """Who has to do what about a return, until when, and how that pushes."""

    who: str
    what: str
    clock: Clock
    rungs: tuple[RungLine, ...]


def deadline_of(
    session: Session, return_id: int, lang: Language, *, district: str, today: date
) -> ReturnDeadline | None:
    """The open deadline of a return; None for one that was accepted."""
    law = the_law()
    turn = next(iter(return_timers.turns(session, law, [return_id])), None)
    if turn is None:
        return None
    book = return_book(turn.row.month, law)
    rule = book.returns
    ladder = book.ladder(rule.ladder if turn.duty == SUBMIT else rule.answer_ladder)
    due = Due(turn.duty, "", turn.role, turn.since, turn.due.day, turn.due.provisional, rule.source)
    days = rungs_of(ladder, turn.due, law.calendar)
    words = LadderWords(reached(session, return_id=return_id), today, lang)
    return ReturnDeadline(
        who=who_of(turn.role, lang, provider="", district=district),
        what=say("duty", turn.duty, lang),
        clock=clock_of(due, today, lang),
        rungs=words.lines(turn.duty, "", turn.due.day, days=days, ladder=ladder),
    )
