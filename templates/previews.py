"""A picture of a file for the screen: redrawn in a process of its own, never the file itself.

What is shown was drawn by us pixel by pixel, so nothing that hides in a file reaches a browser: no
script, no place where a photograph was taken, no second file behind the first.
"""

import base64
import io
from threading import BoundedSemaphore
from typing import Final

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from states.rules.media import MAX_PIXELS, Media, Unfit, media_of
from templates.sheets.grid import SheetUnreadable
from templates.sheets.reading_room import read_aside

LONGEST_SIDE: Final = 1400
KIND: Final = "image/webp"
_AT_ONCE = BoundedSemaphore(2)
"""Drawing takes a processor for a moment: many who look must not starve those who work."""


def preview_of(content: bytes) -> bytes:
    """The picture, or a PDF's first page, as WebP. Raises SheetUnreadable if it cannot be drawn."""
    with _AT_ONCE:
        return base64.b64decode(read_aside(draw, content, ""))


def draw(data: bytes, filename: str) -> str:  # noqa: ARG001  a reader's signature
    """Draw it here, in base64. Raises SheetUnreadable; hostile files are why this runs aside."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        picture = _first_page(data) if media_of(data) is Media.PDF else _picture(data)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except (Unfit, pypdfium2.PdfiumError, UnidentifiedImageError, OSError, ValueError) as error:
        raise SheetUnreadable("file_damaged") from error
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture.convert("RGBA"))
    out = io.BytesIO()
    paper.convert("RGB").save(out, "WEBP", quality=80)
    return base64.b64encode(out.getvalue()).decode()


def _first_page(data: bytes) -> Image.Image:
    with pypdfium2.PdfDocument(data) as document:
        page = document[0]
        scale = min(LONGEST_SIDE / max(*page.get_size(), 1.0), 4.0)
        drawn: Image.Image = page.render(scale=scale).to_pil()
        return drawn


def _picture(data: bytes) -> Image.Image:
    """Upright, as the camera was held; a large JPEG is read at a fraction of its size."""
    picture = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    return ImageOps.exif_transpose(picture)
