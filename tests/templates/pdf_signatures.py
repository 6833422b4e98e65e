"""What readers say of a signed PDF: poppler's `pdfsig`, and pyHanko where that is not installed."""

import io
import logging
import re
import shutil
import subprocess
from pathlib import Path

from asn1crypto import cms, x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from tests.templates.throwaway_keys import Bundle

PDFSIG = shutil.which("pdfsig")


def stands(pdf: bytes, trusted: Bundle, folder: Path) -> bool:
    """Whether every reader at hand takes the whole file as signed and unchanged."""
    by_poppler = PDFSIG is None or told_by_pdfsig(pdf, folder)
    return by_poppler and told_by_pyhanko(pdf, trusted)


def told_by_pdfsig(pdf: bytes, folder: Path) -> bool:
    """Both lines: the signature is valid, and it covers the document from end to end."""
    file = folder / "signed.pdf"
    file.write_bytes(pdf)
    # -nocert: whom to trust is a matter of the reader's own list, not of the file.
    asked = [PDFSIG or "pdfsig", "-nocert", str(file)]
    ran = subprocess.run(asked, capture_output=True, check=False)
    said = ran.stdout.decode(errors="replace")
    return "Signature is Valid" in said and "Total document signed" in said


def told_by_pyhanko(pdf: bytes, trusted: Bundle) -> bool:
    """Whether its validator trusts the file under the authority of the story."""
    logging.disable(logging.CRITICAL)  # it tells at length why a broken file is broken
    try:
        root = x509.Certificate.load(trusted.authority.public_bytes(Encoding.DER))
        (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        context = ValidationContext(trust_roots=[root])
        return bool(validate_pdf_signature(signature, context).bottom_line) and is_full(pdf)
    except Exception:  # noqa: BLE001  a file that no parser can read is noticed as well
        return False
    finally:
        logging.disable(logging.NOTSET)


def is_full(pdf: bytes) -> bool:
    """Whether the room left for the signature holds it and zeros only."""
    (contents,) = re.findall(rb"/Contents <([0-9a-fA-F]+)>", pdf)
    room = bytes.fromhex(contents.decode())
    length = len(cms.ContentInfo.load(room).dump())
    return not any(room[length:])
