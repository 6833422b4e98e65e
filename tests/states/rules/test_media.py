"""A file is what its bytes say, whatever it is called; what is two things at once is refused."""

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from states.rules.media import MAX_BYTES, Media, Unfit, media_of
from states.rules.words import has
from templates.sheets.blanks import blank_roster

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def a_picture(form: str, size: tuple[int, int] = (4, 3)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "steelblue").save(out, form)
    return out.getvalue()


def an_archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


def a_png_that_says(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + parts + b"\0\0\0\0IEND\xaeB`\x82"


def a_jpeg_that_says(width: int, height: int) -> bytes:
    frame = b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" + b"\0" * 9
    return b"\xff\xd8\xff\xe0\x00\x04ab" + b"\xff" + frame + b"\xff\xd9"


@pytest.mark.parametrize(
    ("content", "media", "ending"),
    [
        (PDF, Media.PDF, "pdf"),
        (a_picture("JPEG"), Media.JPEG, "jpg"),
        (a_picture("PNG"), Media.PNG, "png"),
        (a_jpeg_that_says(4000, 3000), Media.JPEG, "jpg"),
        (blank_roster(), Media.XLSX, "xlsx"),
        (an_archive("[Content_Types].xml", "word/document.xml"), Media.DOCX, "docx"),
    ],
)
def test_a_file_is_what_its_bytes_say(content: bytes, media: Media, ending: str) -> None:
    assert media_of(content) is media
    assert media.ending == ending


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_is_empty"),
        (b"%PDF-1.7" + b"0" * MAX_BYTES, "file_is_large"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "file_type_is_not_taken"),
        (b"<!doctype html><script>alert(1)</script>", "file_type_is_not_taken"),
        (b"\n" + PDF, "file_type_is_not_taken"),
        (b"MZ\x90\x00", "file_type_is_not_taken"),
        (b"GIF89a" + b"\0" * 40, "file_type_is_not_taken"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "file_type_is_not_taken"),
        (PDF[:-7], "file_is_cut_off"),
        (PDF + an_archive("a") + b"%%EOF", "file_is_two_things"),
        (PDF[:-7] + an_archive("%%EOF"), "file_is_two_things"),
        (a_picture("JPEG") + an_archive("run.js"), "file_is_two_things"),
        (a_picture("PNG")[:40], "file_is_cut_off"),
        (b"\x89PNG\r\n\x1a\n" + b"IEND\xaeB`\x82", "file_is_cut_off"),
        (b"\xff\xd8\xff\xd9", "file_is_cut_off"),
        (b"\xff\xd8\xff\xe0\xff", "file_is_cut_off"),
        (b"\xff\xd8\xff\xe0\x00\x00" * 99, "file_is_cut_off"),
        (a_png_that_says(0, 5), "file_is_cut_off"),
        (a_png_that_says(60_000, 60_000), "picture_is_large"),
        (a_jpeg_that_says(65_000, 65_000), "picture_is_large"),
        (b"PK\x03\x04 not an archive at all", "file_is_cut_off"),
        (an_archive("a.txt"), "file_type_is_not_taken"),
        (an_archive("[Content_Types].xml", "xl/workbook.xml", "word/document.xml"),
         "file_type_is_not_taken"),
        (an_archive("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"),
         "file_holds_macros"),
        (b"PK\x03\x04 run me " + an_archive("[Content_Types].xml", "xl/workbook.xml"),
         "file_is_two_things"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_by_name(content: bytes, code: str) -> None:
    with pytest.raises(Unfit) as refusal:
        media_of(content)
    assert refusal.value.code == code
    assert has("input", code)


def test_an_archive_that_unfolds_too_far_is_refused_unopened() -> None:
    parts = an_archive("[Content_Types].xml", "xl/workbook.xml")
    # The size that the table of contents claims for its last part.
    at = parts.rindex(b"PK\x01\x02") + 24
    lying = parts[:at] + struct.pack("<I", 3_000_000_000) + parts[at + 4 :]
    with pytest.raises(Unfit) as refusal:
        media_of(lying)
    assert refusal.value.code == "file_unfolds_too_far"
