"""What was promised is delivered over real SMTP, once; what cannot be is kept for the operator."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session, select

from flows import deliver_mail as delivering
from flows import wiring
from flows.deliver_mail import deliver_mail, free_dead_leases
from flows.locks import beside_others
from flows.outside.failing import FailingPostman
from flows.outside.null import NullPostman
from flows.outside.ports import Delivery, Outcome, Postman
from flows.outside.smtp import SmtpPostman
from flows.sweeps import Tally, note_failure
from states.records import letter_texts, outbox
from states.records.db import transaction
from states.records.tables import Failure, LetterTextRow
from states.rules.stages import Role
from tests.flows.conftest import MORNING, Story
from tests.flows.outside.servers import AnswersData, Server, listening


def deliver(story: Story, postman: Callable[[], Postman]) -> Tally:
    wiring.use(replace(story.parts, postman=postman))
    return asyncio.run(deliver_mail.fn())


def deliver_to(story: Story, server: Server) -> Tally:
    async def run() -> Tally:
        async with listening(server) as port:
            url = f"smtp://127.0.0.1:{port}"
            wiring.use(replace(story.parts, postman=lambda: SmtpPostman(url)))
            return await deliver_mail.fn()

    return asyncio.run(run())


def states(story: Story) -> list[str]:
    return [mail.state for mail in story.mails()]


def body_of(letter: EmailMessage) -> str:
    plain = letter.get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())


def failures(story: Story) -> list[tuple[str, str]]:
    with Session(story.bind) as session:
        return [(each.about, each.error) for each in session.exec(select(Failure)).all()]


def due_again(story: Story) -> None:
    with transaction(story.bind) as session:
        session.execute(text("UPDATE outbox SET not_before = now() WHERE state = 'deferred'"))


def test_letters_go_out_over_one_connection_with_stable_ids(story: Story) -> None:
    story.a_project()
    server = Server()
    assert deliver_to(story, server).handled == 2
    assert states(story) == ["accepted", "accepted"]
    assert len(server.sessions) == 1
    letters = [message_from_bytes(each, policy=modern) for each in server.taken]
    assert [letter["Message-ID"] for letter in letters] == [
        f"<{mail.message_id}@example.invalid>" for mail in story.mails()
    ]
    assert sorted(server.recipients) == ["reviewer@office.test", "second@office.test"]
    assert "https://duban.example.invalid/projects/HP-2026-001" in body_of(letters[0])


def test_a_second_run_sends_nothing(story: Story) -> None:
    story.a_project()
    deliver(story, NullPostman)
    assert deliver(story, NullPostman) == Tally()


def test_a_letter_that_is_put_off_comes_again_with_the_same_id(story: Story) -> None:
    story.a_project()
    busy = AnswersData("451 4.3.0 later")
    assert deliver_to(story, busy) == Tally(failed=2)
    assert states(story) == ["deferred", "deferred"]
    due_again(story)
    server = Server()
    assert deliver_to(story, server).handled == 2
    ids = [
        {message_from_bytes(each)["Message-ID"] for each in taken}
        for taken in (busy.taken, server.taken)
    ]
    assert ids[0] == ids[1]


def test_when_nobody_answers_two_tries_are_enough_for_all(story: Story) -> None:
    story.a_project()
    story.a_project()
    down = FailingPostman()
    assert deliver(story, lambda: down) == Tally(failed=4)
    assert down.tried == 2
    assert states(story) == ["deferred"] * 4


class HangsUpOnTheFirst(Server):
    """Breaks the line before DATA as long as nothing was taken, once for each connection."""

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, _session: object, envelope: Envelope, address: str, *_: object
    ) -> str:
        if server is self.sessions[0]:
            self.hang_up()
        envelope.mail_from = address
        return "250 2.1.0 ok"


def test_one_letter_on_which_the_server_hangs_up_holds_back_no_other(story: Story) -> None:
    story.a_project()
    assert deliver_to(story, HangsUpOnTheFirst()) == Tally(handled=1, failed=1)
    assert states(story) == ["deferred", "accepted"]


def test_a_refusal_is_final(story: Story) -> None:
    story.a_project()
    refusal = Delivery(Outcome.REFUSED, "no such user", 550)
    assert deliver(story, lambda: FailingPostman(refusal)).failed == 2
    assert {(mail.state, mail.answer) for mail in story.mails()} == {("refused", "no such user")}


def test_our_own_set_up_at_fault_is_told_to_the_operator_until_it_is_mended(story: Story) -> None:
    story.a_project()
    wrong = Delivery(Outcome.DEFERRED, "bad password", 535, alarm=True)
    deliver(story, lambda: FailingPostman(wrong))
    assert failures(story) == [("mail server", "SMTP 535")]
    due_again(story)
    deliver(story, NullPostman)
    assert failures(story) == []


def test_a_letter_that_cannot_be_written_stops_no_other(story: Story) -> None:
    story.a_project()
    with transaction(story.bind) as session:
        outbox.promise_to_person(
            session,
            key="broken",
            letter="no_such_letter",
            person_id=story.staff["officer"].person_id or 0,
            context={"return": 404},
            at=MORNING,
        )
    assert deliver(story, NullPostman) == Tally(handled=2, failed=1)
    (broken,) = story.mails("no_such_letter")
    assert (broken.state, broken.answer) == ("refused", "cannot be written: KeyError")
    assert failures(story) == [(f"mail/{broken.id}", "KeyError")]


def test_nobody_is_asked_for_what_is_already_done(story: Story) -> None:
    story.sign(story.a_project(), "reviewer", "second")
    deliver(story, NullPostman)
    became = {mail.letter: mail.state for mail in story.mails()}
    assert became["plan_submitted"] == "moot"
    assert became["plan_approved"] == "accepted"


class Ends(NullPostman):
    """The worker is asked to end while the first letter is under way."""

    def __init__(self, story: Story) -> None:
        super().__init__()
        self._story = story

    async def send(self, message: EmailMessage) -> Delivery:
        self._story.parts.stopping.set()
        return await super().send(message)


def test_a_worker_that_ends_finishes_its_letter_and_gives_back_the_rest(story: Story) -> None:
    story.a_project()
    assert deliver(story, lambda: Ends(story)) == Tally(handled=1)
    assert states(story) == ["accepted", "deferred"]
    assert story.mails()[1].attempts == 0
    story.parts.stopping.clear()
    assert deliver(story, NullPostman) == Tally(handled=1)


def a_dead_workers_lease(story: Story) -> None:
    with transaction(story.bind) as session:
        outbox.lease(session, at=MORNING, machine_now=datetime.now(UTC), limit=9, lease_seconds=180)


def test_a_dead_workers_letters_are_freed_by_the_next_worker(story: Story) -> None:
    story.a_project()
    a_dead_workers_lease(story)
    assert deliver(story, NullPostman) == Tally()
    free_dead_leases(story.parts)
    assert deliver(story, NullPostman) == Tally(handled=2)


def test_a_living_workers_letters_are_left_to_it(story: Story) -> None:
    story.a_project()
    a_dead_workers_lease(story)
    with beside_others(story.bind, delivering.NAME):
        free_dead_leases(story.parts)
    assert deliver(story, NullPostman) == Tally()


def test_the_patience_with_one_letter_fits_into_its_lease() -> None:
    assert 0 < delivering.LAST_START < delivering.LEASE_SECONDS - wiring.FINAL_SECONDS


@pytest.mark.parametrize("url", [None, "smtp://mail.example.invalid:2525"])
def test_mail_goes_where_the_settings_say_or_to_the_own_mailbox(
    story: Story, url: str | None
) -> None:
    settings = story.parts.settings.model_copy(update={"smtp_url": SecretStr(url) if url else None})
    assert wiring.smtp_url(settings) == url or "127.0.0.1" in wiring.smtp_url(settings)


class Keeps(NullPostman):
    """Keeps every letter, to be read."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[EmailMessage] = []

    async def send(self, message: EmailMessage) -> Delivery:
        self.letters.append(message)
        return await super().send(message)


def say_in_own_words(story: Story, subject: str, body: str) -> None:
    officer = story.staff["officer"].person_id
    with transaction(story.bind) as session:
        session.add(
            LetterTextRow(
                letter="plan_submitted", language="zh", version=1, original=False,
                subject=subject, body=body, person_id=officer or 0, at=MORNING,
            )
        )  # fmt: skip


def test_letters_go_out_in_the_words_that_an_office_gave_them(story: Story) -> None:
    say_in_own_words(story, "速审 {project.code}", "请审核{project.title}。\n> 审核 | {link}")
    story.a_project()
    postman = Keeps()
    assert deliver(story, lambda: postman).handled == 2
    assert {letter["Subject"] for letter in postman.letters} == {"[演练] 速审 HP-2026-001"}
    assert "请审核人工智能推介官（基础）。" in body_of(postman.letters[0])
    assert "我会收到哪些邮件：https://duban.example.invalid/me/letters" in body_of(
        postman.letters[0]
    )


@pytest.mark.parametrize(
    ("body", "error"),
    [("{no.such}\n> 审核 | {link}", "KeyError"), ("{", "BrokenTextError")],
)
def test_words_that_cannot_be_used_lose_no_letter_and_are_told_to_the_operator(
    story: Story, body: str, error: str
) -> None:
    say_in_own_words(story, "速审", body)
    story.a_project()
    postman = Keeps()
    assert deliver(story, lambda: postman) == Tally(handled=2)
    assert {letter["Subject"] for letter in postman.letters} == {
        "[演练] 请审核培训方案 HP-2026-001（4月14日前）"
    }
    assert failures(story) == [("letter/plan_submitted.zh", error)]


def test_the_operator_is_told_until_the_words_can_be_used(story: Story) -> None:
    with transaction(story.bind) as session:
        note_failure(session, delivering.NAME, "letter/plan_submitted.zh", error="KeyError")
    say_in_own_words(story, "速审 {project.code}", "请审核。\n> 审核 | {link}")
    story.a_project()
    deliver(story, NullPostman)
    assert failures(story) == []


def test_a_trial_arrives_with_its_mark(story: Story) -> None:
    actor = replace(story.staff["officer"], role=Role.BUREAU, request_id="r1")
    with transaction(story.bind) as session:
        for lang in letter_texts.LANGUAGES:
            which = letter_texts.Which("plan_approved", lang)
            letter_texts.promise_trial(session, which, None, about=None, actor=actor, at=MORNING)
    postman = Keeps()
    assert deliver(story, lambda: postman).handled == 2
    assert [letter["Subject"] for letter in postman.letters] == [
        "[演练] [试发] 培训方案已通过 HP-2026-001",
        "[Training] [Test] Training plan approved: HP-2026-001",
    ]  # fmt: skip
    assert {str(letter["To"]) for letter in postman.letters} == {"officer <officer@office.test>"}


def test_letters_of_a_training_copy_say_so_in_their_subject(story: Story) -> None:
    story.a_project()
    postman = Keeps()
    assert deliver(story, lambda: postman) == Tally(handled=2)
    assert {letter["Subject"] for letter in postman.letters} == {
        "[演练] 请审核培训方案 HP-2026-001（4月14日前）"
    }
    assert {letter["X-Duban-Training"] for letter in postman.letters} == {"yes"}
