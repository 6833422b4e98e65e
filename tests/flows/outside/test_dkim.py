"""Letters are signed as they go over the wire, and a key that cannot sign is said at the start."""

import asyncio
from base64 import b64encode
from email.message import EmailMessage
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from flows import wiring
from flows.outside.ports import Outcome
from flows.outside.smtp import SmtpPostman
from states.settings import Settings
from templates.letter_signature import LetterSigner, UnusableDkimKey, signer_of
from tests.flows.outside.servers import Server, a_letter, listening

SENDER = "duban@office.example.invalid"
NAME = b"s1._domainkey.office.example.invalid."


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def written(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    path: Path,
    lock: KeySerializationEncryption | None = None,
) -> Path:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock or NoEncryption())
    path.write_bytes(pem)
    return path


@pytest.fixture
def signer(key: rsa.RSAPrivateKey, tmp_path: Path) -> LetterSigner:
    made = signer_of(written(key, tmp_path / "dkim.pem"), "s1", "", sender=SENDER)
    assert made is not None
    return made


def on_the_wire(signer: LetterSigner | None, letter: EmailMessage) -> bytes:
    server = Server()

    async def story() -> Outcome:
        async with (
            listening(server) as port,
            SmtpPostman(f"smtp://127.0.0.1:{port}", signer=signer) as postman,
        ):
            return (await postman.send(letter)).outcome

    assert asyncio.run(story()) is Outcome.ACCEPTED
    return server.taken[0]


def holds(content: bytes, key: rsa.RSAPrivateKey) -> bool:
    """Whether the signature is good, by a DNS that knows one key."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + b64encode(public)

    def dns(name: bytes, timeout: int = 5) -> bytes:
        assert timeout
        return record if name == NAME else b""

    return bool(dkim.verify(content, dnsfunc=dns))


def an_odd_letter() -> EmailMessage:
    """With lines that SMTP has to change on the way, and a long subject."""
    letter = a_letter()
    letter.replace_header("Subject", "请尽快审核" * 40)
    letter.set_content(".\n..\n.hidden\n\n  spaces  \n" + "长" * 2000 + "\n\n\n")
    letter.add_alternative("<p>.</p>\n.\n", subtype="html")
    return letter


@pytest.mark.parametrize("letter", [a_letter(), an_odd_letter()])
def test_what_arrives_bears_a_signature_that_holds(
    signer: LetterSigner, key: rsa.RSAPrivateKey, letter: EmailMessage
) -> None:
    content = on_the_wire(signer, letter)
    assert content.startswith(b"DKIM-Signature:")
    assert holds(content, key)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"To: reviewer@", b"To: somebody@"),
        (b"From: duban@", b"From: mallory@example.invalid\r\nFrom: duban@"),
        (b"Message-ID: <1@", b"Message-ID: <2@"),
    ],
)
def test_whoever_changes_a_letter_breaks_its_signature(
    signer: LetterSigner, key: rsa.RSAPrivateKey, old: bytes, new: bytes
) -> None:
    content = on_the_wire(signer, a_letter())
    assert old in content
    assert not holds(content.replace(old, new), key)


def test_without_a_key_nothing_is_signed() -> None:
    assert signer_of(None, "", "", sender=SENDER) is None
    assert b"DKIM" not in on_the_wire(None, a_letter())


def test_a_parent_domain_may_sign(key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    file = written(key, tmp_path / "dkim.pem")
    signer = signer_of(file, "s1", "Example.Invalid", sender=SENDER)
    assert signer is not None
    assert signer.domain == "example.invalid"
    assert "PRIVATE" not in repr(signer)


def test_a_key_that_cannot_sign_is_one_clear_line(key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    good = written(key, tmp_path / "good.pem")
    locked = written(key, tmp_path / "locked.pem", BestAvailableEncryption(b"password"))
    curve = written(ec.generate_private_key(ec.SECP256R1()), tmp_path / "curve.pem")
    junk = tmp_path / "junk.pem"
    junk.write_text("junk")
    for file, selector, domain, why in (
        (tmp_path / "none.pem", "s1", "", "cannot be read"),
        (tmp_path, "s1", "", "cannot be read"),
        (junk, "s1", "", "is no PEM private key"),
        (locked, "s1", "", "without a password"),
        (curve, "s1", "", "no RSA key"),
        (good, "", "", "DUBAN_DKIM_SELECTOR is not set"),
        (good, "s1", "other.invalid", "is not of other.invalid"),
        (good, "s1", "ice.example.invalid", "is not of ice.example.invalid"),
    ):
        with pytest.raises(UnusableDkimKey, match=why) as trouble:
            signer_of(file, selector, domain, sender=SENDER)
        assert "\n" not in str(trouble.value)


def test_the_worker_signs_with_what_the_settings_name(
    key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    file = written(key, tmp_path / "dkim.pem")
    settings = Settings(dkim_key=file, dkim_selector="s1", mail_from=SENDER)
    signer = wiring.letter_signer(settings)
    assert signer is not None
    assert holds(on_the_wire(signer, a_letter()), key)
