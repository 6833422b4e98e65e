"""Delivers what was promised: lease, write, send, mark. A crash repeats a letter, never loses one.

Each letter is marked in a transaction of its own right after the server's answer, so that a crash
repeats one letter at most, with the same Message-ID.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Final, cast

from prefect import flow
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from flows.locks import alone, beside_others
from flows.outside.ports import BadLetterError, Delivery, Outcome, Postman
from flows.paper_trail import leave_table
from flows.sweeps import Tally, forget_failures, note_failure, sweep
from flows.wiring import COMMAND_SECONDS, FINAL_SECONDS, Wiring, wired
from states.records import adoption, clock, letter_facts, letter_texts, outbox
from states.records.db import transaction
from states.records.leased_mail import LeasedMail
from states.rules.letter_texts import LetterText
from states.rules.words import Language
from templates import letters

NAME: Final = "deliver_mail"
CHUNK: Final = 100
LEASE_SECONDS: Final = 180
STRIKES: Final = 2
"""One letter may itself be why a server hangs up; two in a row mean that nobody answers."""
LAST_START: Final = LEASE_SECONDS - COMMAND_SECONDS - FINAL_SECONDS
"""Seconds after the lease from which no letter of it is begun: its end could come too late."""
SENDER: Final = "督办 Duban"
_SERVER: Final = "mail server"

_log = logging.getLogger(__name__)


_Facts = Mapping[int, Mapping[str, object]]
_Pen = Callable[[LeasedMail], "Written"]
"""Writes one leased letter, from what was read for all of them."""


@dataclass(frozen=True, slots=True)
class Written:
    """A leased letter, ready to go, or the name of what stood in the way of writing it."""

    mail: LeasedMail
    message: EmailMessage | None
    flaw: str = ""
    own_words: str = ""
    """Which text of an office's own was used, or should have been, as "letter/name.zh"."""
    slip: str = ""
    """What was wrong with it: the letter went out in the original's words."""


@flow(name=NAME)
async def deliver_mail() -> Tally:
    """Send everything that is due, over one connection per hundred letters."""
    ends: Counter[str] = Counter()
    wiring = wired()
    async with _sweeping(wiring) as tally:
        while await _deliver_batch(wiring, ends):
            pass
        tally.handled = ends[Outcome.ACCEPTED]
        tally.failed = ends.total() - tally.handled
    rows = [{"became": end, "letters": count} for end, count in ends.most_common()]
    await leave_table("delivered", rows, f"{tally.handled} letters delivered")
    return tally


@asynccontextmanager
async def _sweeping(wiring: Wiring) -> AsyncIterator[Tally]:
    # While somebody holds this together with us, no starting worker takes our leases for dead.
    with beside_others(wiring.bind, NAME), sweep(wiring.bind, NAME) as tally:
        yield tally


async def _deliver_batch(wiring: Wiring, ends: Counter[str]) -> bool:
    """Send up to a hundred letters; answers whether another batch is worth a try."""
    if wiring.stopping.is_set():
        return False
    leased_at, silent = time.monotonic(), 0
    mails, pen = await asyncio.to_thread(_lease_batch, wiring)
    async with wiring.postman() as postman:
        for place, mail in enumerate(mails):
            if wiring.stopping.is_set() or time.monotonic() - leased_at > LAST_START:
                await asyncio.to_thread(_let_go, wiring, mails[place:])
                return not wiring.stopping.is_set()
            delivery = await _carry(wiring, postman, mail, pen=pen)
            ends[delivery.outcome] += 1
            silent = silent + 1 if _nobody_answers(delivery) else 0
            if silent == STRIKES:
                # The next ninety-eight would each wait as long for the same.
                ends[delivery.outcome] += len(mails) - place - 1
                rest = [Written(each, None) for each in mails[place + 1 :]]
                await asyncio.to_thread(_mark_all, wiring, rest, delivery)
                return False
    return bool(mails)


async def _carry(wiring: Wiring, postman: Postman, mail: LeasedMail, *, pen: _Pen) -> Delivery:
    """Write, send and mark one letter."""
    written = await asyncio.to_thread(pen, mail)
    delivery = await _send(postman, written)
    await asyncio.to_thread(_mark_all, wiring, [written], delivery)
    return delivery


async def _send(postman: Postman, written: Written) -> Delivery:
    if written.message is None:
        return Delivery(Outcome.REFUSED, f"cannot be written: {written.flaw}")
    try:
        return await postman.send(written.message)
    except BadLetterError as error:
        return Delivery(Outcome.REFUSED, f"cannot be sent: {error}")


def _nobody_answers(delivery: Delivery) -> bool:
    return delivery.outcome is Outcome.DEFERRED and delivery.code is None


def _lease_batch(wiring: Wiring) -> tuple[list[LeasedMail], _Pen]:
    """Up to a hundred letters, and the pen that writes each right before it is sent."""
    with transaction(wiring.bind) as session:
        adoption.refresh(session)
        now, training = clock.now(session), clock.is_virtual(session)
        mails = outbox.lease(
            session,
            at=now,
            machine_now=wiring.machine_now(),
            limit=CHUNK,
            lease_seconds=LEASE_SECONDS,
        )
    known, texts = _facts_of(wiring, mails, now), _texts_of(wiring, mails)
    mails = _still_owed(wiring, mails, known)

    def pen(mail: LeasedMail) -> Written:
        text = letter_texts.text_of(mail, texts)
        written = _write(wiring, mail, known.get(mail.id), text=text, now=now)
        if training and written.message is not None:
            letters.mark_as_training(written.message, cast("Language", mail.language))
        return written

    return mails, pen


def _still_owed(wiring: Wiring, mails: Sequence[LeasedMail], known: _Facts) -> list[LeasedMail]:
    """Without the reminders whose last duty was done after the lease: they are not sent."""
    empty = [mail for mail in mails if known.get(mail.id, {}).get("items") == []]
    if empty:
        real = wiring.machine_now()
        with transaction(wiring.bind) as session:
            for mail in empty:
                outbox.mark(session, mail, outcome="moot", answer="", machine_now=real)
    return [mail for mail in mails if mail not in empty]


def _facts_of(wiring: Wiring, mails: Sequence[LeasedMail], now: datetime) -> _Facts:
    """What the letters say, in a few queries; one by one when one of them cannot be read."""
    base = wiring.settings.base_url
    try:
        with transaction(wiring.bind) as session:
            return letter_facts.contexts_for(session, mails, at=now, base_url=base)
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001  # it belongs to one of them, and `_write` will name it
        return {}


def _texts_of(wiring: Wiring, mails: Sequence[LeasedMail]) -> Mapping[tuple[str, str], LetterText]:
    """What offices wrote in place of the originals, in one query."""
    if not mails:
        return {}
    with transaction(wiring.bind) as session:
        return letter_texts.newest(session, (mail.letter for mail in mails))


def _tell_of_own_words(session: Session, written: Written) -> None:
    """A text that cannot be used is told to the operator, until it can."""
    if written.slip:
        note_failure(session, NAME, written.own_words, error=written.slip)
    elif written.own_words:
        forget_failures(session, NAME, [written.own_words])


def _write(
    wiring: Wiring,
    mail: LeasedMail,
    facts: Mapping[str, object] | None,
    *,
    text: LetterText | None,
    now: datetime,
) -> Written:
    """Compose one letter; whatever goes wrong is this letter's own trouble."""
    own_words = f"letter/{mail.letter}.{mail.language}" if text else ""
    try:
        if facts is None:
            facts = _facts_of_one(wiring, mail, now)
        message, slip = _compose_somehow(wiring, mail, facts, text=text, now=now)
        return Written(mail, message, own_words=own_words, slip=slip)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  # kept for the operator; the batch goes on
        return Written(mail, None, type(error).__name__)


def _facts_of_one(wiring: Wiring, mail: LeasedMail, now: datetime) -> Mapping[str, object]:
    base = wiring.settings.base_url
    with transaction(wiring.bind) as session:
        return letter_facts.context_for(session, mail, at=now, base_url=base)


def _compose_somehow(
    wiring: Wiring,
    mail: LeasedMail,
    facts: Mapping[str, object],
    *,
    text: LetterText | None,
    now: datetime,
) -> tuple[EmailMessage, str]:
    """In the office's own words, or in the original's and what was wrong: no letter is lost."""
    slip = ""
    try:
        return _compose(wiring, mail, facts, text=text, now=now), slip
    except Exception as error:
        if text is None:
            raise
        slip = type(error).__name__
    return _compose(wiring, mail, facts, text=None, now=now), slip


def _compose(
    wiring: Wiring,
    mail: LeasedMail,
    facts: Mapping[str, object],
    *,
    text: LetterText | None,
    now: datetime,
) -> EmailMessage:
    sender = wiring.settings.mail_from
    host = sender.rpartition("@")[2]
    return letters.compose(
        mail.letter,
        cast("Language", mail.language),
        facts,
        to=Address(mail.name, addr_spec=str(facts.get("address", mail.to))),
        sender=Address(SENDER, addr_spec=sender),
        message_id=f"<{mail.message_id}@{host}>",
        date=now,
        text=text,
        trial="trial" in mail.context,
    )


def _mark_all(wiring: Wiring, batch: Sequence[Written], delivery: Delivery) -> None:
    real = wiring.machine_now()
    with transaction(wiring.bind) as session:
        for written in batch:
            outbox.mark(
                session,
                written.mail,
                outcome=delivery.outcome.value,
                answer=delivery.answer,
                code=delivery.code,
                machine_now=real,
                patience=wiring.patience,
            )
            if written.flaw:
                note_failure(session, NAME, f"mail/{written.mail.id}", error=written.flaw)
            _tell_of_own_words(session, written)
        if delivery.alarm:
            note_failure(session, NAME, _SERVER, error=f"SMTP {delivery.code or 'set-up'}")
        elif delivery.outcome is Outcome.ACCEPTED:
            forget_failures(session, NAME, [_SERVER])


def _let_go(wiring: Wiring, mails: Sequence[LeasedMail]) -> None:
    """Give back what was leased and not begun."""
    with transaction(wiring.bind) as session:
        outbox.let_go(session, mails, machine_now=wiring.machine_now())


def free_dead_leases(wiring: Wiring) -> None:
    """At a worker's start: when nobody delivers, every lease left over is a dead worker's."""
    with alone(wiring.bind, NAME) as nobody_delivers:
        if nobody_delivers:
            with transaction(wiring.bind) as session:
                outbox.free_leases(session, machine_now=wiring.machine_now())
