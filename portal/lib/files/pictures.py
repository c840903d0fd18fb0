"""Pictures, alone or inside a document: whole, and of a size that a reader's device can bear."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from PIL import Image, ImageFile

from portal.lib.files.refusals import refused

# An A4 page scanned at 600 dots an inch has 35 million.
MOST_PIXELS = 40_000_000
FORMATS_INSIDE = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error)


@contextmanager
def whole_pictures_only() -> Iterator[None]:
    """Pillow refuses what is cut off, which WeasyPrint, once loaded, tells it to let through."""
    lenient = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def opened(file: BinaryIO, formats: tuple[str, ...]) -> Image.Image:
    """The picture, not yet decoded. Raises DecompressionBombError when it is enormous."""
    with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
        image = Image.open(file, formats=formats)
    if image.width * image.height > MOST_PIXELS:
        raise Image.DecompressionBombError
    return image


def check(file: BinaryIO, media_type: str):
    """Decode the whole picture. Raises ValidationError when it is damaged or enormous."""
    file.seek(0)
    try:
        image = opened(file, (media_type.partition("/")[2].upper(),))
        with whole_pictures_only():
            image.load()
    except Image.DecompressionBombError as error:
        raise refused("too_many_pixels") from error
    except UNREADABLE as error:
        raise refused("damaged_picture") from error
    file.seek(0)


def check_size(file: BinaryIO):
    """Raises ValidationError when a picture inside a document is enormous, which its first bytes
    tell. What is no picture that Pillow knows is left to the document's reader."""
    try:
        opened(file, FORMATS_INSIDE)
    except Image.DecompressionBombError as error:
        raise refused("too_many_pixels_inside") from error
    except UNREADABLE:
        return
