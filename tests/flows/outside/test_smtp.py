"""What a mail server may do to a letter, row by row, and what becomes of the letter."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default as modern

import pytest

from flows.outside.ports import Delivery, Outcome, envelope_of
from flows.outside.smtp import SmtpPostman
from tests.flows.outside.servers import (
    AnswersData,
    DropsAfterData,
    DropsBeforeData,
    HangsAfterData,
    OffersReports,
    RefusesRecipients,
    RefusesSenders,
    Server,
    a_letter,
    listening,
    offering,
)

TINY = 0.2

# what the server does, what becomes of the letter, its code, has the server got the body
ROWS: list[tuple[str, Callable[[], Server], Outcome, int | None, bool]] = [
    ("all is well", Server, Outcome.ACCEPTED, 250, True),
    ("4xx on RCPT", lambda: RefusesRecipients("451 4.7.1 later"), Outcome.DEFERRED, 451, False),
    ("5xx on RCPT", lambda: RefusesRecipients("550 5.1.1 unknown"), Outcome.REFUSED, 550, False),
    ("5.4.4 on RCPT", lambda: RefusesRecipients("550 5.4.4 route"), Outcome.DEFERRED, 550, False),
    ("421 on RCPT", lambda: RefusesRecipients("421 4.3.2 bye"), Outcome.DEFERRED, 421, False),
    ("4xx on MAIL", lambda: RefusesSenders("450 4.2.0 busy"), Outcome.DEFERRED, 450, False),
    ("4xx after DATA", lambda: AnswersData("452 4.3.1 full"), Outcome.DEFERRED, 452, True),
    ("5xx after DATA", lambda: AnswersData("554 5.6.0 content"), Outcome.REFUSED, 554, True),
    ("dropped before DATA", DropsBeforeData, Outcome.DEFERRED, None, False),
    ("dropped after DATA", DropsAfterData, Outcome.UNKNOWN, None, True),
    ("silent after DATA", HangsAfterData, Outcome.UNKNOWN, None, True),
]


def _send(handler: Server) -> Delivery:
    async def story() -> Delivery:
        async with listening(handler) as port:
            url = f"smtp://127.0.0.1:{port}?starttls=0"
            async with SmtpPostman(url, final_seconds=TINY) as postman:
                return await postman.send(a_letter())

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("server", "outcome", "code", "has_body"), [row[1:] for row in ROWS], ids=[r[0] for r in ROWS]
)
def test_each_way_of_failing_ends_in_its_outcome(
    server: Callable[[], Server], outcome: Outcome, code: int | None, *, has_body: bool
) -> None:
    handler = server()
    delivery = _send(handler)
    assert (delivery.outcome, delivery.code) == (outcome, code)
    assert bool(handler.taken) is has_body
    assert delivery.answer
    assert not delivery.alarm


def test_a_refused_sender_is_our_fault_and_not_the_recipients() -> None:
    delivery = _send(RefusesSenders("550 5.7.1 not your domain"))
    assert (delivery.outcome, delivery.code, delivery.alarm) == (Outcome.DEFERRED, 550, True)


def test_a_server_that_is_down_defers_the_letter() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        delivery = asyncio.run(SmtpPostman(f"smtp://127.0.0.1:{port}").send(a_letter()))
    assert (delivery.outcome, delivery.code, delivery.alarm) == (Outcome.DEFERRED, None, False)


def test_a_greylisted_letter_is_taken_at_the_second_try_on_the_same_connection() -> None:
    handler = RefusesRecipients("451 4.7.1 greylisted")

    async def story() -> list[Outcome]:
        async with (
            listening(handler) as port,
            SmtpPostman(f"smtp://127.0.0.1:{port}") as postman,
        ):
            return [(await postman.send(a_letter())).outcome for _ in range(2)]

    assert asyncio.run(story()) == [Outcome.DEFERRED, Outcome.ACCEPTED]
    assert len(handler.sessions) == 1


def test_a_refusal_does_not_spoil_the_letters_after_it() -> None:
    handler = RefusesRecipients("550 5.1.1 unknown")

    async def story() -> list[Outcome]:
        async with (
            listening(handler) as port,
            SmtpPostman(f"smtp://127.0.0.1:{port}") as postman,
        ):
            letters = [a_letter(str(n), f"p{n}@a.example.invalid") for n in range(3)]
            return [(await postman.send(letter)).outcome for letter in letters]

    assert asyncio.run(story()) == [Outcome.REFUSED, Outcome.ACCEPTED, Outcome.ACCEPTED]
    assert handler.recipients == ["p1@a.example.invalid", "p2@a.example.invalid"]


def test_an_idle_connection_that_was_dropped_is_made_anew() -> None:
    handler = Server()

    async def story() -> list[Outcome]:
        async with (
            listening(handler) as port,
            SmtpPostman(f"smtp://127.0.0.1:{port}") as postman,
        ):
            first = await postman.send(a_letter("1"))
            handler.hang_up()
            second = await postman.send(a_letter("2"))
            return [first.outcome, second.outcome]

    assert asyncio.run(story()) == [Outcome.ACCEPTED, Outcome.ACCEPTED]
    assert len(handler.taken) == 2
    assert len(handler.sessions) == 2


def test_a_server_that_says_goodbye_to_an_idle_connection_is_called_again() -> None:
    handler = RefusesRecipients()

    async def story() -> list[Outcome]:
        async with (
            listening(handler) as port,
            SmtpPostman(f"smtp://127.0.0.1:{port}") as postman,
        ):
            first = await postman.send(a_letter("1"))
            handler.lines.append("421 4.4.2 idle for too long")
            second = await postman.send(a_letter("2"))
            return [first.outcome, second.outcome]

    assert asyncio.run(story()) == [Outcome.ACCEPTED, Outcome.ACCEPTED]
    assert len(handler.sessions) == 2


def _commands(server: OffersReports, query: str = "") -> list[str]:
    async def story() -> Delivery:
        async with (
            offering(server) as port,
            SmtpPostman(f"smtp://127.0.0.1:{port}{query}") as postman,
        ):
            return await postman.send(a_letter("0f" * 16))

    assert asyncio.run(story()).outcome is Outcome.ACCEPTED
    return server.commands


@pytest.mark.parametrize("query", ["", "?starttls=0"])
def test_a_server_that_offers_reports_is_told_what_to_send_back(query: str) -> None:
    commands = _commands(OffersReports(), query)
    assert commands[1:3] == [
        f"MAIL FROM:<duban@office.example.invalid> ENVID={'0f' * 16} RET=HDRS",
        "RCPT TO:<reviewer@district.example.invalid> NOTIFY=FAILURE,DELAY",
    ]


def test_an_old_server_is_greeted_the_old_way_and_asked_for_nothing() -> None:
    commands = _commands(OffersReports(ehlo=False), "?starttls=0")
    assert [command.split()[0] for command in commands[:3]] == ["EHLO", "HELO", "MAIL"]
    assert "ENVID" not in " ".join(commands)


@pytest.mark.parametrize(("key", "stem"), [("a.b-1", "a.b-1"), ("a+b", ""), ("a=b", "")])
def test_only_what_stands_on_an_envelope_as_it_is_becomes_its_id(key: str, stem: str) -> None:
    assert envelope_of(a_letter(key)).id == stem


def test_an_answer_in_the_bytes_of_another_alphabet_can_be_kept() -> None:
    said = "550 用户不存在".encode("gb18030").decode("utf-8", "surrogateescape")
    assert Delivery(Outcome.REFUSED, said).answer == "550 用户不存在"


def test_letters_sent_at_once_wait_for_each_other() -> None:
    handler = Server()

    async def story() -> list[Delivery]:
        async with (
            listening(handler) as port,
            SmtpPostman(f"smtp://127.0.0.1:{port}") as postman,
        ):
            return await asyncio.gather(*(postman.send(a_letter(str(n))) for n in range(5)))

    assert {delivery.outcome for delivery in asyncio.run(story())} == {Outcome.ACCEPTED}
    assert len(handler.sessions) == 1


def test_chinese_arrives_as_it_was_written_over_seven_bits() -> None:
    handler = Server()
    _send(handler)
    assert handler.taken[0].isascii()
    message = message_from_bytes(handler.taken[0], policy=modern)
    assert message["Subject"] == "请审核培训方案"
    assert message["Message-ID"] == "<1@duban.example.invalid>"
    assert message.get_content().splitlines() == ["您好：", "请审核。"]


def _sent_over_tls(certificate: ssl.SSLContext, query: str, scheme: str = "smtp") -> Delivery:
    async def story() -> Delivery:
        async with (
            listening(
                Server(),
                tls=certificate if scheme == "smtps" else None,
                starttls=None if scheme == "smtps" else certificate,
            ) as port,
            SmtpPostman(f"{scheme}://localhost:{port}?{query}") as postman,
        ):
            return await postman.send(a_letter())

    return asyncio.run(story())


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_letter_goes_over_a_line_whose_certificate_is_trusted(
    scheme: str, certificate: ssl.SSLContext, authority: str
) -> None:
    starttls = "starttls=1&" if scheme == "smtp" else ""
    delivery = _sent_over_tls(certificate, f"{starttls}ca={authority}", scheme)
    assert delivery.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_line_that_cannot_be_trusted_raises_the_alarm(
    scheme: str, certificate: ssl.SSLContext
) -> None:
    delivery = _sent_over_tls(certificate, "starttls=1" if scheme == "smtp" else "", scheme)
    assert (delivery.outcome, delivery.alarm) == (Outcome.DEFERRED, True)


def test_a_demanded_starttls_that_is_not_offered_raises_the_alarm() -> None:
    async def story() -> Delivery:
        async with (
            listening(Server()) as port,
            SmtpPostman(f"smtp://127.0.0.1:{port}?starttls=1") as postman,
        ):
            return await postman.send(a_letter())

    delivery = asyncio.run(story())
    assert (delivery.outcome, delivery.alarm) == (Outcome.DEFERRED, True)
