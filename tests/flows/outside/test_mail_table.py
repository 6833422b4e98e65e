"""The tables of docs/mail.md, played row by row against real servers, by a movable clock."""

import asyncio
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import TypedDict, Unpack

import pytest
from sqlmodel import Session, select

from flows import wiring
from flows.deliver_mail import deliver_mail
from flows.outside.smtp import SmtpPostman
from flows.sweeps import Tally
from states.records import bounces, mail_board, mail_events
from states.records.db import transaction
from states.records.tables import Failure, Mail
from states.rules.patience import USUAL, Patience
from tests.bounces import a_report, out_of_office
from tests.flows.conftest import Story
from tests.flows.outside.servers import (
    AnswersData,
    DropsAfterData,
    DropsBeforeData,
    HangsAfterData,
    RefusesRecipients,
    RefusesSenders,
    Server,
    listening,
)

PAGE = Path("docs/mail.md").read_text("utf-8")
PLAIN = "smtp://localhost:{}"
START = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)
LONG = timedelta(days=30)


class Offer(TypedDict, total=False):
    """What a server offers beside taking letters."""

    starttls: ssl.SSLContext
    password: bool


def table(heading: str) -> list[tuple[str, ...]]:
    """The rows below a heading, without their head."""
    lines = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0].splitlines()
    cells = [tuple(c.strip() for c in line.strip("|").split("|")) for line in lines if "|" in line]
    return cells[2:]


@dataclass
class Play:
    """A house with two letters promised, whose machine clock is moved by hand."""

    story: Story
    certificate: ssl.SSLContext
    project: int = 0
    now: datetime = START
    patience: Patience = USUAL
    ids: list[str] = field(default_factory=list)
    """The Message-ID of each body that a server has read, in order."""

    @property
    def mail(self) -> Mail:
        return self.story.mails()[0]

    def meets(
        self, server: Server, url: str = "smtp://localhost:{}", **more: Unpack[Offer]
    ) -> Tally:
        async def run() -> Tally:
            async with listening(server, **more) as port:
                return await self._delivers(url.format(port))

        tally = asyncio.run(run())
        self.ids += [message_from_bytes(each)["Message-ID"] for each in server.taken]
        return tally

    def meets_nobody(self) -> None:
        asyncio.run(self._delivers("smtp://127.0.0.1:1"))

    async def _delivers(self, url: str) -> Tally:
        def postman() -> SmtpPostman:
            return SmtpPostman(url, final_seconds=0.2)

        parts = replace(
            self.story.parts, postman=postman, machine_now=lambda: self.now, patience=self.patience
        )
        wiring.use(parts)
        return await deliver_mail.fn()

    def comes_back(self, raw: bytes) -> None:
        with transaction(self.story.bind) as session:
            bounces.take(session, raw, machine_now=self.now)

    def alarms(self) -> list[str]:
        with Session(self.story.bind) as session:
            return list(session.exec(select(Failure.about)))

    def whats(self) -> list[str]:
        with Session(self.story.bind) as session:
            return [event.what for event in mail_events.life_of(session, self.mail.id)]


def greylisted(play: Play) -> None:
    play.meets(RefusesRecipients("451 4.7.1 greylisted, come again", "451 4.7.1 greylisted"))
    assert play.mail.state == "deferred"
    play.now += timedelta(seconds=30)
    play.meets(Server())


def partly(play: Play) -> None:
    server = RefusesRecipients("550 5.1.1 no such user")
    play.meets(server)
    assert play.story.mails()[1].state == "accepted"
    assert len(server.sessions) == 1


def untrusted(play: Play) -> None:
    play.meets(Server(), "smtp://localhost:{}?starttls=1", starttls=play.certificate)


def reported(play: Play, **more: str) -> None:
    play.meets(Server())
    play.comes_back(a_report(play.mail.message_id, **more))


def replied(play: Play) -> None:
    play.meets(Server())
    play.comes_back(out_of_office())


def done_before(play: Play) -> None:
    play.story.sign(play.project, "reviewer", "second")
    play.meets(Server())


def put_off_to_the_end(play: Play) -> None:
    play.patience = Patience((timedelta(seconds=30),), timedelta(minutes=30), timedelta(hours=2))
    play.meets(AnswersData("451 4.3.0 later"))
    while play.mail.state == "deferred":
        play.now = play.mail.not_before
        play.meets(AnswersData("451 4.3.0 later"))


SCENES: dict[str, Callable[[Play], object]] = {
    "`250` after the final dot": lambda p: p.meets(Server()),
    "greylisting: `451` to the recipient, taken at the next try": greylisted,
    "`4xx` to the sender": lambda p: p.meets(RefusesSenders("450 4.2.0 busy")),
    "`4xx` to the recipient": lambda p: p.meets(RefusesRecipients("450 4.2.1 busy")),
    "`4xx` after the final dot": lambda p: p.meets(AnswersData("452 4.3.1 full")),
    "`421`, the server closes": lambda p: p.meets(RefusesRecipients("421 4.3.2 bye")),
    "`5xx` to the recipient": lambda p: p.meets(RefusesRecipients("550 5.1.1 unknown")),
    "`5xx` after the final dot": lambda p: p.meets(AnswersData("554 5.6.0 content")),
    "`5xx 5.4.4`, no route at the moment": lambda p: p.meets(RefusesRecipients("550 5.4.4 route")),
    "partial refusal: `550` to one recipient, the next one taken": partly,
    "`5xx` to the sender: our address is not allowed": lambda p: p.meets(
        RefusesSenders("550 5.7.1 not your domain")
    ),
    "`535`, our password is refused": lambda p: p.meets(
        Server(), "smtp://duban:wrong@localhost:{}?starttls=0", password=True
    ),
    "STARTTLS is demanded and not offered": lambda p: p.meets(
        Server(), "smtp://localhost:{}?starttls=1"
    ),
    "a certificate that is not trusted": untrusted,
    "nobody listens": Play.meets_nobody,
    "the connection ends before DATA": lambda p: p.meets(DropsBeforeData()),
    "the connection ends after the final dot": lambda p: p.meets(DropsAfterData()),
    "silence after the final dot": lambda p: p.meets(HangsAfterData()),
    "a report of failure comes back": reported,
    "a report of delay comes back": lambda p: reported(p, action="delayed", status="4.4.1"),
    "an automatic reply comes back": replied,
    "the duty is done before the letter is sent": done_before,
    "still put off when patience ends": put_off_to_the_end,
}
ROWS = table("What the server does, and what comes of it")


@pytest.fixture
def play(story: Story, certificate: ssl.SSLContext) -> Play:
    return Play(story, certificate, story.a_project())


def test_every_row_of_the_page_is_played() -> None:
    assert [row[0] for row in ROWS] == list(SCENES)


@pytest.mark.parametrize(("what", "state", "then"), ROWS, ids=[row[0] for row in ROWS])
def test_a_letter_ends_in_the_state_that_the_page_says(
    play: Play, what: str, state: str, then: str
) -> None:
    SCENES[what](play)
    assert play.mail.state == state
    assert ("mail server" in play.alarms()) is then.endswith("administrators are told")
    NEXT[then.partition(",")[0]](play)


def is_tried_again(play: Play) -> None:
    """Not a second too early; then with the same Message-ID."""
    due = play.mail.not_before
    assert due > play.now
    play.now = due - timedelta(seconds=1)
    assert play.meets(Server()) == Tally()
    play.now = due
    play.meets(Server())
    assert play.mail.state == "accepted"
    assert play.mail.answer == "2.0.0 queued"
    assert play.alarms() == []
    own = [each for each in play.ids if each == f"<{play.mail.message_id}@example.invalid>"]
    assert own
    assert set(play.ids) <= {f"<{m.message_id}@example.invalid>" for m in play.story.mails()}


def is_left_alone(play: Play) -> None:
    before = play.mail
    play.now += LONG
    play.meets(Server())
    assert play.mail == before


def waits_for_a_person(play: Play) -> None:
    is_left_alone(play)
    with transaction(play.story.bind) as session:
        mail_board.retry(session, play.mail.id, at=START)
    play.meets(Server())
    assert play.mail.state == "accepted"
    assert play.whats()[-3:] == ["retried", "leased", "accepted"]


NEXT: dict[str, Callable[[Play], None]] = {
    "tried again": is_tried_again,
    "nothing": is_left_alone,
    "only by hand": waits_for_a_person,
}


# ── The timing ──────────────────────────────────────────────────────────────────────────────────
def span(words: str) -> timedelta:
    units = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
    parts = re.findall(r"(\d+) ([dhms])", words)
    return timedelta(**{units[unit]: int(number) for number, unit in parts})


def test_the_table_of_repeats_is_kept_to_the_second_until_the_letter_is_given_up(
    play: Play,
) -> None:
    waits: dict[int, tuple[timedelta, timedelta]] = {}
    tries = 0
    while play.mail.state in {"promised", "deferred"}:
        if tries:
            due = play.mail.not_before
            if tries < 6 or due - START > timedelta(days=4):
                play.now = due - timedelta(seconds=1)
                assert play.meets(Server()) == Tally(), "a second too early"
            play.now = due
        play.meets(AnswersData("451 4.7.1 come again"))
        tries += 1
        if play.mail.state == "deferred":
            waits[tries] = (play.mail.not_before - play.now, play.mail.not_before - START)
    *rows, (last, given_up, _) = table("When it is tried again")
    assert {int(no): (span(wait), span(total)) for no, wait, total in rows} == {
        no: waits[no] for no in map(int, (row[0] for row in rows))
    }
    assert (int(last), given_up) == (tries, "given up")
    later = {wait for no, (wait, _) in waits.items() if no > 4}
    assert later == {timedelta(hours=2)}, "RFC 5321 4.5.4.1: at least 30 minutes"
    assert timedelta(days=4) <= play.now - START <= timedelta(days=5)
    assert play.whats().count("leased") == tries
    assert play.whats()[-1] == "given_up"
