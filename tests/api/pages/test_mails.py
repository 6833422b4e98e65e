"""One letter at the screen: its tries in words, for whoever may see it, with addresses masked."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from api.pages.mail_words import life_words
from states.records import clock, outbox
from states.records.mail_events import LetterEvent
from states.records.tables import Mail, Person
from tests.api.pages.person_at_screen import AtScreen

Sit = Callable[[str], AtScreen]
MACHINE = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)
ADMIN = "DUBAN/system_administrator"
FIRST, NEIGHBOUR = "HP/district_reviewer", "PD/district_reviewer"


def event(what: str) -> LetterEvent:
    return LetterEvent(MACHINE, what, None, "", None)


def sentences(*whats: str) -> list[str]:
    return [entry.sentence for entry in life_words(map(event, whats), "en")]


def test_a_try_is_one_line_with_its_number() -> None:
    assert sentences("promised", "leased", "deferred", "leased", "accepted") == [
        "Promised",
        "Try 1: put off, will be tried again",
        "Try 2: accepted by the mail server",
    ]


def test_a_letter_under_way_and_one_whose_sender_died_say_so() -> None:
    told = sentences("promised", "leased", "leased")
    assert told[1].startswith("Try 1: the sending process ended")
    assert told[2] == "Try 2: being sent"


def test_what_was_not_begun_counts_as_no_try_and_a_new_promise_counts_anew() -> None:
    told = sentences(
        "promised", "leased", "let_go", "leased", "refused", "retried", "leased", "accepted"
    )
    assert told[2:] == [
        "Try 1: refused, not tried again",
        "An administrator had it sent again",
        "Try 1: accepted by the mail server",
    ]


def test_the_servers_words_come_with_their_code_once_and_without_addresses() -> None:
    said = [
        LetterEvent(MACHINE, "refused", 550, "5.1.1 <a.b@c.invalid>: unknown", None),
        LetterEvent(MACHINE, "refused", 550, "550 no such user", None),
    ]
    assert [entry.who for entry in life_words(said, "en")] == [
        "550 5.1.1 <a***@c.invalid>: unknown",
        "550 no such user",
    ]


@pytest.fixture
def letter(sit: Sit, session: Session) -> int:
    """A letter about a new plan of the district HP, refused by a server that quotes the address."""
    sit("P001/provider_operator").opens("/projects/new?example=1").sends("/projects", district="HP")
    now = clock.now(session)
    mail, *_ = outbox.lease(session, at=now, machine_now=MACHINE, limit=99, lease_seconds=60)
    outbox.mark(
        session, mail, outcome="refused", answer=f"5.1.1 <{mail.to}> unknown", code=550,
        machine_now=MACHINE,
    )  # fmt: skip
    session.commit()
    return mail.id


def test_whoever_sees_the_project_reads_the_life_of_its_letters(
    sit: Sit, session: Session, letter: int
) -> None:
    reviewer = sit(FIRST)
    assert f"/mails/{letter}" in reviewer.opens("/projects/HP-2026-001").page.text
    assert f"/mails/{letter}" in reviewer.opens("/mails?state=refused").page.text
    assert reviewer.opens(f"/mails/{letter}").page.status_code == 200
    page = sit("CENTRE/centre_officer").opens(f"/mails/{letter}").page.text
    mail = session.get_one(Mail, letter)
    assert "第1次发送：被拒收，不再重发" in page
    assert f"&lt;{mail.message_id}@" in page
    person = session.get_one(Person, mail.person_id)
    assert person.email not in page
    assert person.name not in page
    assert f"/mails/{letter}/retry" not in page
    assert sit(NEIGHBOUR).opens(f"/mails/{letter}").page.status_code == 404


def test_an_administrator_sends_a_letter_that_came_back_again(
    sit: Sit, session: Session, letter: int
) -> None:
    mail = session.get_one(Mail, letter)
    mail.state = "bounced"
    session.add(mail)
    session.commit()
    admin = sit(ADMIN).opens("/mails?state=bounced")
    assert "已退信" in admin.text
    page = admin.opens(f"/mails/{letter}").sends(f"/mails/{letter}/retry")
    assert "邮件将再次发送" in page.text
    session.expire_all()
    assert session.get_one(Mail, letter).state == "promised"
    assert "系统管理员要求重新发送" in admin.opens(f"/mails/{letter}").text


def test_programs_read_the_same(sit: Sit, letter: int) -> None:
    told = sit(FIRST).client.get(f"/api/v1/mails/{letter}").json()
    assert (told["state"], told["project"]) == ("refused", "HP-2026-001")
    assert [event["what"] for event in told["events"]] == ["promised", "leased", "refused"]
    assert told["events"][2]["code"] == 550
    assert "***@" in told["events"][2]["answer"]
    assert sit(NEIGHBOUR).client.get(f"/api/v1/mails/{letter}").status_code == 404
    assert sit(FIRST).client.get(f"/api/v1/mails/{2**63}").status_code == 404
    listed = sit(FIRST).client.get("/api/v1/projects/HP-2026-001/mails").json()
    assert letter in {each["id"] for each in listed}
