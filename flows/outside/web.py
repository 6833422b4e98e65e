"""HTTP to foreign systems: over TLS, through no proxy, and never more read than was asked for."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class AnswerTooLongError(httpx.HTTPError):
    """More came back than any honest answer holds."""


def is_safe(url: str) -> bool:
    """https://…, or plain http within this machine."""
    place = urlsplit(url)
    return place.scheme == "https" or (place.scheme == "http" and place.hostname in _LOOPBACK)


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token; none without one."""
    return {"authorization": f"Bearer {token}"} if token else {}


@contextmanager
def asked(
    method: str,
    url: str,
    *,
    seconds: float,
    headers: Mapping[str, str],
    **sent: Any,  # noqa: ANN401  httpx has them
) -> Iterator[httpx.Response]:
    """One request; the answer's body is still to be read. Raises httpx.HTTPError."""
    # People's numbers and a token: only to where the setting says, through no proxy.
    with (
        httpx.Client(timeout=seconds, trust_env=False) as client,
        client.stream(method, url, headers=headers, **sent) as answer,
    ):
        yield answer


def body_of(answer: httpx.Response, longest: int) -> bytes:
    """What was answered. Raises AnswerTooLongError above `longest` bytes."""
    said = bytearray()
    for part in answer.iter_bytes():
        said += part
        if len(said) > longest:
            raise AnswerTooLongError(AnswerTooLongError.__doc__ or "")
    return bytes(said)


def reasons_in(body: bytes) -> str:
    """{"reasons": ["…"]} as lines; anything else is a refusal without a word."""
    try:
        said: Any = json.loads(body)
        return "\n".join(str(reason) for reason in said["reasons"])
    except (ValueError, KeyError, TypeError):
        return ""
