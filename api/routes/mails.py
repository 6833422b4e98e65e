"""Letters for programs: the life of one, attempt by attempt."""

from fastapi import APIRouter

from api import told
from api.deps import Db, Settings, SignedIn
from api.pages.mails import message_id_of
from api.pages.wording import masked, masked_address, masked_answer
from api.schemas.mails import LetterEventOut, LetterOut
from states.records import mail_board, mail_events
from states.records.mail_events import LetterEvent

router = APIRouter(prefix="/mails", tags=["mails"])


@router.get("/{mail_id}", responses=told.problems(401, 404))
def letter(session: Db, me: SignedIn, settings: Settings, *, mail_id: int) -> LetterOut:
    """One promised letter: how far it got, and everything that happened to it."""
    line = mail_board.letter(session, me.actor, mail_id)
    return LetterOut(
        id=line.id,
        letter=line.letter,
        state=line.state,
        project=line.code,
        office=told.named(line.office),
        role=line.role,
        person=masked(line.person),
        address=masked_address(line.address),
        promised_at=line.promised_at,
        done_at=line.done_at,
        attempts=line.attempts,
        not_before=line.not_before,
        message_id=message_id_of(line.message_id, settings),
        events=[_event(each) for each in mail_events.life_of(session, mail_id)],
    )


def _event(event: LetterEvent) -> LetterEventOut:
    return LetterEventOut(
        at=event.at,
        what=event.what,
        code=event.code,
        answer=masked_answer(event.answer),
        until=event.until,
    )
