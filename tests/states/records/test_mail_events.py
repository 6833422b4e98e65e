"""What happened to a letter is noted in the statement that did it, and never changed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from states.records import mail_board, mail_events, outbox
from states.records.tables import Mail, MailEvent
from tests.desks import Class
from tests.house import a_house

MACHINE = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
def life(session: Session) -> Class:
    return Class(session, a_house(session))


def lease(life: Class, *, after: timedelta = timedelta(0)) -> list[outbox.LeasedMail]:
    return outbox.lease(
        life.session, at=life.at, machine_now=MACHINE + after, limit=100, lease_seconds=60
    )


def told(life: Class, mail_id: int) -> list[str]:
    return [event.what for event in mail_events.life_of(life.session, mail_id)]


def test_a_letter_tells_its_life_from_the_promise_to_the_answer(life: Class) -> None:
    life.proposed()
    first, second = lease(life)
    outbox.mark(
        life.session, first, outcome="deferred", answer="451 4.7.1 greylisted", code=451,
        machine_now=MACHINE,
    )  # fmt: skip
    outbox.let_go(life.session, [second], machine_now=MACHINE)
    outbox.mark(life.session, second, outcome="accepted", answer="late", machine_now=MACHINE)
    (again,) = lease(life)
    assert again.id == second.id
    outbox.free_leases(life.session, machine_now=MACHINE)
    mails = lease(life, after=timedelta(minutes=1))
    for mail in mails:
        outbox.mark(
            life.session, mail, outcome="accepted", answer="250 ok", code=250, machine_now=MACHINE
        )
    assert told(life, first.id) == ["promised", "leased", "deferred", "leased", "accepted"]
    assert told(life, second.id) == [
        "promised", "leased", "let_go", "leased", "freed", "leased", "accepted",
    ]  # fmt: skip
    put_off = mail_events.life_of(life.session, first.id)[2]
    assert (put_off.code, put_off.answer) == (451, "451 4.7.1 greylisted")
    assert put_off.until == MACHINE + timedelta(seconds=30)


def test_a_dead_worker_was_at_its_first_letter_and_the_rest_were_not_begun(life: Class) -> None:
    life.approved()
    life.session.connection().execute(
        text("UPDATE outbox SET duty = '', letter = 'plan_submitted', state = 'promised'")
    )
    mails = lease(life)
    assert len(mails) > 2
    outbox.mark(life.session, mails[0], outcome="accepted", answer="", machine_now=MACHINE)
    outbox.free_leases(life.session, machine_now=MACHINE)
    assert [told(life, mail.id)[-1] for mail in mails[:3]] == ["accepted", "freed", "let_go"]
    assert [mail.attempts for mail in lease(life)] == [2, *[1] * (len(mails) - 2)]


def test_a_lease_that_was_over_before_is_not_freed_again(life: Class) -> None:
    life.proposed()
    mail, *_ = lease(life)
    outbox.free_leases(life.session, machine_now=MACHINE)
    outbox.free_leases(life.session, machine_now=MACHINE)
    assert told(life, mail.id) == ["promised", "leased", "freed"]


def test_a_letter_given_up_and_sent_again_by_hand_tells_both(life: Class) -> None:
    life.proposed()
    life.session.connection().exec_driver_sql("UPDATE outbox SET attempts = 100")
    mail, *_ = lease(life)
    outbox.mark(life.session, mail, outcome="unknown", answer="hung up", machine_now=MACHINE)
    mail_board.retry(life.session, mail.id, at=life.at)
    assert told(life, mail.id) == ["promised", "leased", "given_up", "retried"]


def test_what_is_no_longer_owed_is_noted_too(life: Class) -> None:
    life.approved()
    lease(life)
    moot = life.session.exec(select(Mail.id).where(col(Mail.state) == "moot")).all()
    assert moot
    assert all(told(life, mail_id) == ["promised", "moot"] for mail_id in moot)


def test_every_letter_of_a_whole_life_begins_with_its_promise(life: Class) -> None:
    life.surveying()
    letters = life.session.exec(select(Mail)).all()
    assert {letter.letter for letter in letters} > {"survey_learner", "plan_submitted"}
    assert all(told(life, letter.id)[0] == "promised" for letter in letters)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE mail_event SET what = 'accepted'",
        "UPDATE mail_event SET answer = 'another'",
        "UPDATE mail_event SET answer = '', code = 1",
        "DELETE FROM mail_event",
        "TRUNCATE mail_event",
    ],
)
def test_what_happened_is_not_changed_afterwards(life: Class, change: str) -> None:
    life.proposed()
    with pytest.raises(DBAPIError, match="append-only"), life.session.begin_nested():
        life.session.connection().execute(text(change))


def test_only_an_answer_may_be_emptied(life: Class) -> None:
    life.proposed()
    mail, *_ = lease(life)
    outbox.mark(
        life.session, mail, outcome="refused", answer="550 <a@b.invalid>?", machine_now=MACHINE
    )
    life.session.connection().execute(text("UPDATE mail_event SET answer = ''"))
    assert set(life.session.exec(select(MailEvent.answer))) == {""}
