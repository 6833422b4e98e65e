"""QR codes of a batch come out of what they have in common, and are those of each alone."""

import secrets

import pytest

from templates.papers import codes
from templates.papers.codes import qr, qrs

HEAD = "https://duban.example.invalid/verify/"


@pytest.mark.parametrize("length", [1, 18, 24, 43])
@pytest.mark.parametrize("head", [HEAD, "HTTP://DUBAN/", "http://127.0.0.1:8000/verify/", ""])
def test_a_batch_has_the_same_codes_as_every_certificate_alone(head: str, length: int) -> None:
    urls = [head + secrets.token_urlsafe(length) for _ in range(60)]
    assert qrs(urls) == [qr(url) for url in urls]


def test_addresses_of_several_lengths_and_houses_are_told_apart() -> None:
    urls = [f"{HEAD}{'x' * (place % 7)}{place}" for place in range(60)]
    urls += [f"http://other.example.invalid/v/{place:024x}" for place in range(60)]
    assert qrs(urls) == [qr(url) for url in urls]


def test_an_address_in_other_letters_is_coded_one_by_one() -> None:
    urls = [f"https://督办.example.invalid/verify/{place:024x}" for place in range(60)]
    assert qrs(urls) == [qr(url) for url in urls]


def test_a_few_codes_do_not_pay_for_thousands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "_flipped", None)
    assert qrs([f"{HEAD}{place}" for place in range(49)])[48] == qr(f"{HEAD}48")
