"""A letter that came back is noted once, at that letter, and stops being sent."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from states.records import bounces, invitations, mail_board, mail_events, outbox
from states.records.bounces import Taken
from states.records.tables import Mail, SurveyInvitation
from tests.bounces import STEM, a_reply, a_report, out_of_office
from tests.desks import Class
from tests.house import a_house

MACHINE = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)
Came = tuple[Taken, int | None]


@pytest.fixture
def life(session: Session) -> Class:
    return Class(session, a_house(session))


def lease(life: Class) -> list[outbox.LeasedMail]:
    return outbox.lease(life.session, at=life.at, machine_now=MACHINE, limit=100, lease_seconds=60)


def sent(life: Class, outcome: str = "accepted") -> outbox.LeasedMail:
    """The first letter of a plan, with what its server said."""
    life.proposed()
    mail, *_ = lease(life)
    outbox.mark(life.session, mail, outcome=outcome, answer="said", machine_now=MACHINE)
    return mail


def back(life: Class, raw: bytes) -> Came:
    return bounces.take(life.session, raw, machine_now=MACHINE)


def kept(life: Class, mail_id: int) -> Mail:
    life.session.expire_all()
    return life.session.get_one(Mail, mail_id)


def whats(life: Class, mail_id: int) -> list[str]:
    return [event.what for event in mail_events.life_of(life.session, mail_id)]


def test_an_accepted_letter_comes_back_with_code_and_diagnosis(life: Class) -> None:
    mail = sent(life)
    assert back(life, a_report(mail.message_id)) == (Taken.BOUNCED, mail.id)
    assert kept(life, mail.id).state == "bounced"
    last = mail_events.life_of(life.session, mail.id)[-1]
    assert (last.what, last.code) == ("bounced", 550)
    assert last.answer == kept(life, mail.id).answer
    assert "no such user" in last.answer


def test_the_same_report_again_changes_nothing(life: Class) -> None:
    mail = sent(life)
    back(life, a_report(mail.message_id))
    before = whats(life, mail.id)
    assert back(life, a_report(mail.message_id)) == (Taken.KNOWN, mail.id)
    other = a_report(mail.message_id, own_id="<another@mx.example.invalid>")
    assert back(life, other) == (Taken.KNOWN, mail.id)
    assert whats(life, mail.id) == before


def test_an_old_report_does_not_stop_a_letter_that_was_sent_again(life: Class) -> None:
    mail = sent(life)
    back(life, a_report(mail.message_id))
    mail_board.retry(life.session, mail.id, at=life.at)
    (again,) = [each for each in lease(life) if each.id == mail.id]
    outbox.mark(life.session, again, outcome="accepted", answer="said", machine_now=MACHINE)
    assert back(life, a_report(mail.message_id)) == (Taken.KNOWN, mail.id)
    assert kept(life, mail.id).state == "accepted"
    new = a_report(mail.message_id, own_id="<new@mx.example.invalid>")
    assert back(life, new) == (Taken.BOUNCED, mail.id)


def test_a_delay_is_only_noted(life: Class) -> None:
    mail = sent(life)
    late = a_report(mail.message_id, action="delayed", status="4.4.1", diagnosis="")
    assert back(life, late) == (Taken.DELAYED, mail.id)
    assert kept(life, mail.id).state == "accepted"
    assert whats(life, mail.id)[-1] == "delayed"
    assert back(life, a_report(mail.message_id, own_id="<end@mx>")) == (Taken.BOUNCED, mail.id)


def test_what_comes_back_of_an_unanswered_letter_ends_its_repeats(life: Class) -> None:
    mail = sent(life, "unknown")
    back(life, a_report(mail.message_id))
    assert outbox.next_repeat(life.session) != MACHINE + timedelta(seconds=30)
    assert kept(life, mail.id).state == "bounced"


def test_a_bounce_overtakes_the_worker_that_still_waits_for_an_answer(life: Class) -> None:
    life.proposed()
    mail, *_ = lease(life)
    assert back(life, a_report(mail.message_id)) == (Taken.BOUNCED, mail.id)
    late = outbox.mark(life.session, mail, outcome="unknown", answer="late", machine_now=MACHINE)
    assert not late
    assert kept(life, mail.id).state == "bounced"


@pytest.mark.parametrize(
    ("raw", "taken"),
    [
        (a_report(STEM), Taken.NO_LETTER),
        (a_report(returned=""), Taken.NO_LETTER),
        (out_of_office(), Taken.NO_BOUNCE),
        (a_reply(), Taken.UNCLEAR),
    ],
)
def test_what_names_no_letter_of_ours_changes_nothing(
    life: Class, raw: bytes, taken: Taken
) -> None:
    mail = sent(life)
    assert back(life, raw) == (taken, None)
    assert kept(life, mail.id).state == "accepted"


def test_whose_survey_came_back_gets_the_link_on_paper(life: Class) -> None:
    life.surveying()
    before = invitations.unmailed(life.session, life.class_id)
    mail = next(each for each in lease(life) if each.letter == "survey_learner")
    outbox.mark(life.session, mail, outcome="accepted", answer="ok", machine_now=MACHINE)
    assert invitations.unmailed(life.session, life.class_id) == before
    back(life, a_report(mail.message_id))
    assert invitations.unmailed(life.session, life.class_id) == before + 1
    assert len(invitations.links_for_handout(life.session, life.class_id)) == before + 1


def test_the_address_of_somebody_forgotten_is_not_quoted_again(life: Class) -> None:
    life.surveying()
    mail = next(each for each in lease(life) if each.letter == "survey_learner")
    outbox.mark(life.session, mail, outcome="accepted", answer="", machine_now=MACHINE)
    life.session.connection().execute(text("UPDATE survey_invitation SET email_sealed = ''"))
    assert back(life, a_report(mail.message_id)) == (Taken.BOUNCED, mail.id)
    assert kept(life, mail.id).answer == ""
    assert mail_events.life_of(life.session, mail.id)[-1].answer == ""
    assert life.session.exec(
        select(SurveyInvitation.id).where(col(SurveyInvitation.email_sealed) == b"")
    ).all()
