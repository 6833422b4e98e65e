"""A signature inside a printed PDF (PAdES, baseline B): changed by one byte, it no longer stands.

It vouches that this installation issued the file as it is. It is no 电子公章: the seal of the body
that issues the certificate still goes into the grey box.
"""

import io
from datetime import UTC, datetime
from typing import Self

from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509 import Certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "Duban"
_HOW = PdfSignatureMetadata(
    field_name=FIELD,
    md_algorithm="sha256",
    subfilter=SigSeedSubFilter.PADES,
    certify=True,
    docmdp_permissions=MDPPerm.NO_CHANGES,
)
_Key = RSAPrivateKey | EllipticCurvePrivateKey


class UnusableKey(ValueError):
    """The signing key cannot be read, or is neither RSA nor of an elliptic curve."""


class Signer:
    """Signs PDFs with one key; safe to share between threads."""

    def __init__(self, key: _Key, certificate: Certificate, chain: list[Certificate]) -> None:
        self.expires = certificate.not_valid_after_utc
        self._hand = PdfSigner(_HOW, _Hand(key, certificate, chain))

    @classmethod
    def from_pkcs12(cls, data: bytes, password: str | None) -> Self:
        """The key with its certificate and those above it. Raises UnusableKey."""
        try:
            key, certificate, chain = pkcs12.load_key_and_certificates(
                data, password.encode() if password else None
            )
        except ValueError as error:
            raise UnusableKey(str(error)) from error
        if not isinstance(key, _Key) or certificate is None:
            raise UnusableKey(f"{type(key).__name__} with certificate: {certificate is not None}")
        return cls(key, certificate, chain)

    def has_expired(self) -> bool:
        """Whether its certificate no longer vouches for anything new, by the machine's clock."""
        return datetime.now(UTC) > self.expires

    def signed(self, pdf: bytes) -> bytes:
        """The file with the signature behind it: what was there stays byte for byte."""
        out = io.BytesIO()
        self._hand.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out)
        return out.getvalue()


class _Hand(signers.Signer):
    """Keeps the key open: pyHanko's own opens it anew, 50 ms for RSA, with every signature."""

    def __init__(self, key: _Key, certificate: Certificate, chain: list[Certificate]) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(map(_read, chain))
        super().__init__(signing_cert=_read(certificate), cert_registry=store, embed_roots=False)
        self._key = key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,  # noqa: ARG002  always SHA-256, by _HOW
        dry_run: bool = False,  # noqa: ARG002, FBT001, FBT002  as its base class has it
    ) -> bytes:
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(data, PKCS1v15(), SHA256())
        return self._key.sign(data, ECDSA(SHA256()))


def _read(certificate: Certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))
