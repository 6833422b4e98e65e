"""A signed certificate is one that nobody can change unnoticed, not by a single byte."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from templates.papers import certificate, certificates
from templates.papers.signing import Signer, UnusableKey
from tests.templates.pdf_signatures import PDFSIG, stands, told_by_pdfsig, told_by_pyhanko
from tests.templates.test_papers import PAPER, pages
from tests.templates.throwaway_keys import PASSWORD, Bundle, bundle, curve_key, rsa_key

FLIPS = 300
# All but the one that turns a into A: the signature is written in hexadecimal digits.
BITS = (0x01, 0x02, 0x04, 0x08, 0x10, 0x40, 0x80)


@pytest.fixture(scope="module")
def trusted() -> Bundle:
    return bundle(rsa_key())


@pytest.fixture(scope="module")
def signer(trusted: Bundle) -> Signer:
    return Signer.from_pkcs12(trusted.pkcs12, PASSWORD)


@pytest.fixture(scope="module")
def signed(signer: Signer) -> bytes:
    return signer.signed(certificate(PAPER))


def test_both_lines_hold_and_the_page_is_the_same(
    signed: bytes, trusted: Bundle, tmp_path: Path
) -> None:
    assert stands(signed, trusted, tmp_path)
    assert signed.startswith(certificate(PAPER))
    assert pages(signed) == pages(certificate(PAPER))


def test_pdfsig_prints_both_lines(signed: bytes, tmp_path: Path) -> None:
    if PDFSIG is None:
        pytest.skip("no pdfsig (poppler-utils) here: signatures were read by pyHanko alone")
    assert told_by_pdfsig(signed, tmp_path)


def test_a_key_of_an_elliptic_curve_signs_as_well(tmp_path: Path) -> None:
    trusted = bundle(curve_key())
    signed = Signer.from_pkcs12(trusted.pkcs12, PASSWORD).signed(certificate(PAPER))
    assert stands(signed, trusted, tmp_path)


def test_the_file_of_a_whole_batch_is_signed_as_one(
    signer: Signer, trusted: Bundle, tmp_path: Path
) -> None:
    assert stands(signer.signed(certificates([PAPER] * 60)), trusted, tmp_path)


def test_each_of_300_flipped_bytes_is_noticed(
    signed: bytes, trusted: Bundle, tmp_path: Path
) -> None:
    chance = random.Random(20260319)  # noqa: S311  the same places each time
    begin = signed.index(b"/Contents <")
    places = [
        *(chance.randrange(len(signed)) for _ in range(FLIPS - 60)),
        # The signature stands in the one part of the file that it cannot cover itself.
        *(chance.randrange(begin, signed.index(b">", begin)) for _ in range(60)),
    ]
    unnoticed = [
        place for place in places if stands(_flipped(signed, place, chance), trusted, tmp_path)
    ]
    assert unnoticed == []


def _flipped(data: bytes, place: int, chance: random.Random) -> bytes:
    changed = bytearray(data)
    changed[place] ^= chance.choice(BITS)
    return bytes(changed)


@pytest.mark.parametrize("more", [b"\n", b"\0", b"%%EOF\n", b"\n%\xe8\xaf\x81\n%%EOF\n"])
def test_what_is_added_behind_the_end_is_noticed(
    signed: bytes, trusted: Bundle, tmp_path: Path, more: bytes
) -> None:
    assert not stands(signed + more, trusted, tmp_path)


def test_a_signature_of_somebody_else_is_not_ours(signed: bytes) -> None:
    assert not told_by_pyhanko(signed, bundle(curve_key()))


def _without_password(made: Bundle) -> Signer:
    return Signer.from_pkcs12(made.pkcs12, None)


def _with_a_wrong_one(made: Bundle) -> Signer:
    return Signer.from_pkcs12(made.pkcs12, "guessed")


def _from_something_else(_: Bundle) -> Signer:
    return Signer.from_pkcs12(b"not a key", PASSWORD)


@pytest.mark.parametrize("load", [_without_password, _with_a_wrong_one, _from_something_else])
def test_a_key_that_cannot_be_opened_says_so(
    trusted: Bundle, load: Callable[[Bundle], Signer]
) -> None:
    with pytest.raises(UnusableKey):
        load(trusted)


def test_a_certificate_that_ran_out_is_known(signer: Signer) -> None:
    assert not signer.has_expired()
    assert Signer.from_pkcs12(bundle(curve_key(), days=-1).pkcs12, PASSWORD).has_expired()
