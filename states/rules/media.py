"""What an uploaded file really is, told from its bytes alone: no name and no header is believed.

Few types are taken, each by its own signature at the very first byte. A file that is two things at
once, or a picture that would unfold to more than a screen can use, is refused by name.
"""

import io
import struct
import zipfile
from collections.abc import Iterator
from enum import StrEnum

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 60_000_000
"""More than a phone's camera makes, less than hurts: a pixel costs four bytes when it is drawn."""
MAX_PARTS = 5_000
MAX_UNFOLDED = 200 * 1024 * 1024
"""Of a workbook or a text document: how many parts, and how many bytes it says they unfold to."""

_PDF_TAIL = 2048
_PNG_HEAD, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_OFFICE_PARTS = {"xl/workbook.xml": "XLSX", "word/document.xml": "DOCX"}


class Media(StrEnum):
    """The types that are taken, by their media type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    @property
    def ending(self) -> str:
        """How the name of such a file ends."""
        return {"JPEG": "jpg"}.get(self.name, self.name.lower())

    @property
    def is_picture(self) -> bool:
        return self in {Media.JPEG, Media.PNG}

    @property
    def has_preview(self) -> bool:
        return self.is_picture or self is Media.PDF


class Unfit(ValueError):
    """The file is not taken; `code` names its sentence in the word list's section `input`."""

    def __init__(self, code: str, **params: int) -> None:
        self.code, self.params = code, params
        super().__init__(code)


def media_of(content: bytes) -> Media:
    """The type of a file. Raises Unfit."""
    if not content:
        raise Unfit("file_is_empty")
    if len(content) > MAX_BYTES:
        raise Unfit("file_is_large", limit=MAX_BYTES // 1024 // 1024)
    if content.startswith(b"PK\x03\x04"):
        return _office_file(content)
    media = _by_signature(content)
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise Unfit("file_is_two_things")
    if media.is_picture:
        _check_picture(media, content)
    return media


def _by_signature(content: bytes) -> Media:
    if content.startswith((b"%PDF-1.", b"%PDF-2.")):
        if b"%%EOF" not in content[-_PDF_TAIL:]:
            raise Unfit("file_is_cut_off")
        return Media.PDF
    if content.startswith(_PNG_HEAD):
        return Media.PNG
    if content.startswith(b"\xff\xd8\xff"):
        return Media.JPEG
    raise Unfit("file_type_is_not_taken")


def _check_picture(media: Media, content: bytes) -> None:
    if media is Media.PNG and not content.rstrip(b"\0").endswith(_PNG_END):
        raise Unfit("file_is_cut_off")
    size = _png_size(content) if media is Media.PNG else _jpeg_size(content)
    if size is None or 0 in size:
        raise Unfit("file_is_cut_off")
    if size[0] * size[1] > MAX_PIXELS:
        raise Unfit("picture_is_large", width=size[0], height=size[1])


def _png_size(content: bytes) -> tuple[int, int] | None:
    """Width and height; a PNG's first part says them."""
    if content[12:16] != b"IHDR" or len(content) < 24:  # noqa: PLR2004  where they stand
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height, from the frame that every JPEG has before its picture."""
    for marker, at in _jpeg_parts(content):
        if marker in _JPEG_FRAMES and at + 9 <= len(content):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
    return None


def _jpeg_parts(content: bytes) -> Iterator[tuple[int, int]]:
    """(marker, its place) for each part up to the picture itself."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:  # noqa: PLR2004  a marker's first byte
        marker = content[at + 1]
        if marker == 0xFF:  # noqa: PLR2004  a filling byte
            at += 1
            continue
        yield marker, at
        at += 2 + int.from_bytes(content[at + 2 : at + 4])


def _office_file(content: bytes) -> Media:
    """A workbook or a text document without macros; any other archive is not taken."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unfit("file_is_cut_off") from error
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNFOLDED:
        raise Unfit("file_unfolds_too_far")
    if min((part.header_offset for part in parts), default=1) != 0:
        raise Unfit("file_is_two_things")
    names = {part.filename for part in parts}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Unfit("file_holds_macros")
    found = {_OFFICE_PARTS[name] for name in names & _OFFICE_PARTS.keys()}
    if len(found) != 1 or "[Content_Types].xml" not in names:
        raise Unfit("file_type_is_not_taken")
    return Media[found.pop()]
