"""A letter as its reader would see it, before it is sent: the same composer, sent to nobody."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage

from sqlmodel import Session

from api.auth import Signed
from states.records import letter_texts
from states.records.letter_texts import Which
from states.rules.letter_texts import BrokenTextError, LetterText
from templates.letters import BadLinkError, UnsafeSubjectError, compose

_SENDER = Address("督办 Duban", addr_spec="preview@example.invalid")


@dataclass(frozen=True, slots=True)
class Preview:
    """Subject, text and HTML. `real` when it tells of a letter that was sent, else invented."""

    subject: str
    text: str
    html: str
    real: bool


def preview(
    session: Session, which: Which, told: LetterText | None, *, me: Signed, at: datetime, base: str
) -> Preview | None:
    """The letter in these words, or the original's; nothing when they cannot be filled."""
    facts, real = letter_texts.facts_of(
        session, which, actor=me.actor, name=me.name, at=at, base_url=base
    )
    try:
        message = compose(
            which.letter, which.language, facts, to=_SENDER, sender=_SENDER,
            message_id="<preview@example.invalid>", date=at, text=told,
        )  # fmt: skip
    except (BrokenTextError, KeyError, UnsafeSubjectError, BadLinkError):
        return None
    return Preview(str(message["Subject"]), _part(message, "plain"), _part(message, "html"), real)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""
