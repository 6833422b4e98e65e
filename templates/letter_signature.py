"""Signs letters (DKIM, RFC 6376), so that their readers' servers believe whose they are.

RSA with SHA-256, as RFC 8301 asks; the key stands in a PEM file, its other half in the DNS.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import dkim
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

LEAST_BITS: Final = 1024
"""RFC 8301 3.2: verifiers refuse less."""
_SIGNED: Final = (
    b"From", b"To", b"Subject", b"Date", b"Message-ID", b"MIME-Version", b"Content-Type",
    b"Content-Transfer-Encoding", b"Content-Language", b"Auto-Submitted",
)  # fmt: skip


class UnusableDkimKey(RuntimeError):
    """DKIM 密钥无法使用。 The key of DUBAN_DKIM_KEY cannot sign letters."""

    def __init__(self, why: str) -> None:
        super().__init__(f"DKIM 密钥无法使用 · DUBAN_DKIM_KEY cannot be used: {why}")


@dataclass(frozen=True, slots=True)
class LetterSigner:
    """Signs for `domain`; readers find the key in the DNS at `selector`._domainkey.`domain`."""

    selector: str
    domain: str
    pem: bytes = field(repr=False)

    def sign(self, letter: bytes) -> bytes:
        """The letter, bytes as they go over the wire, with a signature in front."""
        signature = dkim.sign(
            letter,
            self.selector.encode(),
            self.domain.encode(),
            self.pem,
            canonicalize=(b"relaxed", b"relaxed"),
            # Once more than it stands there: a second From added on the way breaks the signature.
            include_headers=[b"From", *_SIGNED],
        )
        return bytes(signature) + letter


def signer_of(key: Path | None, selector: str, domain: str, *, sender: str) -> LetterSigner | None:
    """The signer that the settings name, None without a key.

    `sender` is the address in From; an empty `domain` means its domain. Raises UnusableDkimKey.
    """
    if key is None:
        return None
    if not selector:
        raise UnusableDkimKey("DUBAN_DKIM_SELECTOR is not set")
    home = sender.rpartition("@")[2].lower()
    domain = domain.lower() or home
    if home != domain and not home.endswith(f".{domain}"):
        raise UnusableDkimKey(f"letters come from {home}, which is not of {domain}")
    return LetterSigner(selector, domain, _pem(key))


def _pem(file: Path) -> bytes:
    """The key as the signer reads it."""
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except OSError as error:
        raise UnusableDkimKey(f"{file} cannot be read ({error.strerror})") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableDkimKey(f"{file} is no PEM private key without a password") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
        raise UnusableDkimKey(f"{file} is no RSA key of at least {LEAST_BITS} bits")
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
