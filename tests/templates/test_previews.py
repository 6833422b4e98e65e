"""What is shown of a file was drawn by the house; a file that cannot be drawn harms nobody."""

import io
import struct
import zlib

import pypdfium2
import pytest
from PIL import Image

from templates.previews import LONGEST_SIDE, preview_of
from templates.sheets.grid import SheetUnreadable

ORIENTATION = 0x0112


def saved(picture: Image.Image, form: str, **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **more)
    return out.getvalue()


def shown(content: bytes) -> Image.Image:
    made = Image.open(io.BytesIO(preview_of(content)))
    assert made.format == "WEBP"
    return made


def a_pdf(width: int = 595, height: int = 842) -> bytes:
    document, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    document.new_page(width, height)
    document.save(out)
    return out.getvalue()


def test_a_photograph_is_shown_small_upright_and_without_its_place() -> None:
    sideways = Image.new("RGB", (3000, 2000), "seagreen")
    known = Image.Exif()
    known[ORIENTATION] = 6
    known[0x010E] = "taken at the school gate"
    picture = shown(saved(sideways, "JPEG", exif=known))
    assert picture.height == LONGEST_SIDE
    assert picture.width < picture.height
    assert not picture.getexif()


def test_the_first_page_of_a_pdf_is_shown() -> None:
    assert shown(a_pdf()).height == LONGEST_SIDE


def test_what_is_transparent_is_shown_on_white_paper() -> None:
    picture = shown(saved(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG"))
    assert picture.convert("RGB").getpixel((20, 20)) == (255, 255, 255)


def a_png_bomb() -> bytes:
    """Sixty million pixels of nothing in a few kilobytes."""

    def part(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", 10_000, 6_000, 16, 6, 0, 0, 0)
    body = zlib.compress(b"\0" * (6_000 * (10_000 * 8 + 1)), 9)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", body) + part(b"IEND", b"")


NO_JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x10\x00\x10\x03" + b"\0" * 9


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7\nthere is no page in here\n%%EOF\n", "file_damaged"),
        (NO_JPEG, "file_damaged"),
        (b"PK\x03\x04", "file_damaged"),
        (saved(Image.effect_noise((90, 90), 9), "PNG")[:-2000] + b"IEND\xaeB`\x82", "file_damaged"),
        (a_png_bomb(), "file_needs_too_much_memory"),
    ],
    ids=["pdf", "jpeg", "archive", "png", "bomb"],
)
def test_what_cannot_be_drawn_is_refused_and_the_house_stands(content: bytes, code: str) -> None:
    with pytest.raises(SheetUnreadable) as refusal:
        preview_of(content)
    assert refusal.value.code == code
