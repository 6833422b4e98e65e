"""Every postman keeps the same promises: the real one, the null and the failing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from flows.outside.failing import FailingPostman
from flows.outside.null import NullPostman
from flows.outside.ports import (
    ANSWER_LENGTH,
    BadLetterError,
    Delivery,
    Outcome,
    Postman,
)
from flows.outside.smtp import SmtpPostman
from tests.flows.outside.servers import Server, a_letter, listening

MakePostman = Callable[[], AbstractAsyncContextManager[Postman]]


@asynccontextmanager
async def _real() -> AsyncIterator[Postman]:
    async with listening(Server()) as port, SmtpPostman(f"smtp://127.0.0.1:{port}") as postman:
        yield postman


@asynccontextmanager
async def _null() -> AsyncIterator[Postman]:
    yield NullPostman()


@asynccontextmanager
async def _failing() -> AsyncIterator[Postman]:
    yield FailingPostman()


@pytest.fixture(params=[_real, _null, _failing], ids=["real", "null", "failing"])
def a_postman(request: pytest.FixtureRequest) -> MakePostman:
    make: MakePostman = request.param
    return make


def test_a_postman_answers_with_a_delivery_and_never_raises(a_postman: MakePostman) -> None:
    async def story() -> None:
        async with a_postman() as postman:
            delivery = await postman.send(a_letter())
        assert delivery.outcome in Outcome
        assert delivery.outcome is Outcome.ACCEPTED or delivery.is_to_be_repeated

    asyncio.run(story())


def test_a_postman_gives_a_repeat_the_same_outcome(a_postman: MakePostman) -> None:
    async def story() -> None:
        async with a_postman() as postman:
            first = await postman.send(a_letter("same"))
            again = await postman.send(a_letter("same"))
        assert first.outcome is again.outcome

    asyncio.run(story())


def test_a_postman_leaves_the_letter_as_it_was(a_postman: MakePostman) -> None:
    async def story() -> None:
        letter = a_letter()
        before = letter.as_bytes()
        async with a_postman() as postman:
            await postman.send(letter)
        assert letter.as_bytes() == before

    asyncio.run(story())


def test_a_postman_serves_many_batches(a_postman: MakePostman) -> None:
    async def story() -> None:
        async with a_postman() as postman:
            async with postman:
                first = await postman.send(a_letter("1"))
            async with postman:
                second = await postman.send(a_letter("2"))
        assert first.outcome is second.outcome

    asyncio.run(story())


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("To", "one@a.example.invalid, two@a.example.invalid"),
        ("To", ""),
        ("To", "用户@a.example.invalid"),
        ("Cc", "third@a.example.invalid"),
        ("Bcc", "third@a.example.invalid"),
        ("Message-ID", ""),
        ("From", ""),
    ],
)
def test_a_postman_refuses_a_letter_that_is_written_wrong(
    a_postman: MakePostman, header: str, value: str
) -> None:
    async def story() -> None:
        letter = a_letter()
        del letter[header]
        letter[header] = value
        async with a_postman() as postman:
            with pytest.raises(BadLetterError):
                await postman.send(letter)

    asyncio.run(story())


def test_an_answer_is_one_short_line() -> None:
    delivery = Delivery(Outcome.REFUSED, "5.1.1 no such user\r\nsee " + "x" * 900, 550)
    assert delivery.answer.startswith("5.1.1 no such user see x")
    assert len(delivery.answer) == ANSWER_LENGTH
