"""50,000 certificates on one core: the print of whole batches, single files, and signed ones.

`make bench-certificates` fails when a batch print is slower than 200 certificates a second.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

import typer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509 import CertificateBuilder, Name, NameAttribute, random_serial_number
from cryptography.x509.oid import NameOID

from states.rules.routes import TERMS, Level, Route
from templates.papers import CertificatePaper, Trained, certificate, certificates
from templates.papers.signing import Signer

ALL, BATCH, SINGLE, SIGNED = 50_000, 2_500, 2_000, 500
LEAST = 200.0
PASSWORD = "bench"  # noqa: S105  of a key that lives as long as this run
FAMILY, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "明华国建文军平志伟东海强晓生光林"
PAPER = CertificatePaper(
    name="示例",
    document_kind="居民身份证",
    document_number="319901199001010011",
    level=Level.BASIC,
    inscription=TERMS[Route.TRAINING].inscription,
    sealer="上海示例职业技能培训学校",
    particulars=Trained(date(2026, 4, 7), date(2026, 4, 24), half_hours=80),
    issued=date(2026, 5, 8),
    internal_serial="AIP-2026-000000",
    certificate_number=None,
    verify_url="",
)


def main() -> int:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ALL
    certificates([PAPER])  # the fonts are read once a process
    batches = rate("batch print", count, _in_batches(count))
    singles = min(count, SINGLE)
    rate("single files", singles, (certificate(paper) for paper in papers(singles)))
    signer, signed = _signer(), min(count, SIGNED)
    rate("single, signed (RSA)", signed, (signer.signed(certificate(p)) for p in papers(signed)))
    rate("batch, signed", BATCH, (signer.signed(certificates(list(papers(BATCH)))) for _ in "1"))
    typer.echo(f"peak memory {_peak()} MB")
    return 0 if batches >= LEAST else 1


def rate(what: str, count: int, work: Iterable[bytes]) -> float:
    """Certificates a second by the wall clock, printed with the size of what was made."""
    began = time.perf_counter()
    size = sum(map(len, work))
    seconds = time.perf_counter() - began
    speed = f"{count:6} in {seconds:6.1f} s: {count / seconds:6.0f}/s, {size >> 20} MB"
    typer.echo(f"{what:22} {speed}")
    return count / seconds


def papers(count: int, start: int = 0) -> Iterable[CertificatePaper]:
    """Certificates of different persons, each with a code of its own."""
    for place in range(start, start + count):
        yield replace(
            PAPER,
            name=_name(place),
            internal_serial=f"AIP-2026-{place:06d}",
            verify_url=f"https://duban.example.invalid/verify/{place:024x}",
        )


def _in_batches(count: int) -> Iterable[bytes]:
    every = iter(papers(count))
    while batch := list(islice(every, BATCH)):
        yield certificates(batch)


def _name(place: int) -> str:
    parts: tuple[Callable[[int], str], ...] = (
        lambda at: FAMILY[at % 16],
        lambda at: GIVEN[at // 16 % 16],
        lambda at: GIVEN[at // 256 % 16],
    )
    return "".join(part(place) for part in parts)


def _signer() -> Signer:
    key = rsa.generate_private_key(65537, 2048)
    name, now = Name([NameAttribute(NameOID.COMMON_NAME, "Duban bench")]), datetime.now(UTC)
    own = (
        CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    shut = BestAvailableEncryption(PASSWORD.encode())
    data = pkcs12.serialize_key_and_certificates(b"bench", key, own, None, shut)
    return Signer.from_pkcs12(data, PASSWORD)


def _peak() -> int:
    told = Path("/proc/self/status").read_text("ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", told)[1]) // 1024  # type: ignore[index]


if __name__ == "__main__":
    sys.exit(main())
