"""A certificate authority for one story, and the PKCS#12 file of a service below it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509 import (
    BasicConstraints,
    Certificate,
    CertificateBuilder,
    KeyUsage,
    Name,
    NameAttribute,
    random_serial_number,
)
from cryptography.x509.oid import NameOID

PASSWORD = "sample password"
_Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_SIGNS = KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True)
class Bundle:
    """What an operator would configure, and whom a reader would have to trust."""

    pkcs12: bytes
    authority: Certificate


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def curve_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def bundle(key: _Key, *, days: int = 30) -> Bundle:
    """The certificate is good from a year ago until `days` from now."""
    above = curve_key()
    root = _builder("Sample authority", "Sample authority", above, days=days)
    authority = root.add_extension(BasicConstraints(ca=True, path_length=None), critical=True).sign(
        above, hashes.SHA256()
    )
    own = _builder("Duban sample", "Sample authority", key, days=days)
    certificate = own.add_extension(_SIGNS, critical=True).sign(above, hashes.SHA256())
    sealed = pkcs12.serialize_key_and_certificates(
        b"duban", key, certificate, [authority], BestAvailableEncryption(PASSWORD.encode())
    )
    return Bundle(sealed, authority)


def _builder(subject: str, issuer: str, key: _Key, *, days: int) -> CertificateBuilder:
    now = datetime.now(UTC)
    return (
        CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(random_serial_number())
        .not_valid_before(now - timedelta(days=365))
        .not_valid_after(now + timedelta(days=days))
    )


def _name(common: str) -> Name:
    return Name([NameAttribute(NameOID.COMMON_NAME, common)])
