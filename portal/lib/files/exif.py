"""Takes out of pictures what cameras and programs write beside them: place, device, names.

The picture itself is not encoded again: its parts are copied, but for those that hold no picture.
"""

import io
import struct

from PIL import Image

ORIENTATION = 0x0112
# What a JPEG's segments hold beside the picture: EXIF, XMP and IPTC (1 to 15), and comments (COM).
# Those that colours depend on stay: JFIF, the colour profile, Adobe's transform.
APPLICATION_SEGMENTS = range(0xE1, 0xF0)
COLOURS = {0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
COMMENT = 0xFE
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
STANDALONE = {0x01, *range(0xD0, 0xD9)}
PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_WORDS = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}
WEBP_WORDS = {b"EXIF", b"XMP "}
WEBP_FLAGS = 0x08 | 0x04


def stripped(content: bytes) -> bytes:
    """The same picture without what is written beside it; other kinds as they are.

    Which way up a photograph is shown is kept, where it is written in its EXIF alone.
    """
    if content.startswith(b"\xff\xd8"):
        return stripped_jpeg(content)
    if content.startswith(PNG_START):
        return stripped_png(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return stripped_webp(content)
    if content[:4] in (b"II*\0", b"MM\0*"):
        return stripped_tiff(content)
    return content


def stripped_jpeg(content: bytes) -> bytes:
    orientation = orientation_of(content)
    kept, place = [content[:2]], 2
    if orientation != 1:
        kept.append(only_orientation(orientation))
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker in STANDALONE:
            kept.append(content[place : place + 2])
            place += 2
            continue
        if marker in (START_OF_SCAN, END_OF_IMAGE):
            break
        end = place + 2 + struct.unpack(">H", content[place + 2 : place + 4])[0]
        body = content[place + 4 : end]
        is_words = marker == COMMENT or (
            marker in APPLICATION_SEGMENTS
            and not (marker in COLOURS and body.startswith(COLOURS[marker]))
        )
        if not is_words:
            kept.append(content[place:end])
        place = end
    # What follows the end of the picture is not picture: previews, depth, the names of places.
    finish = content.rfind(b"\xff\xd9")
    kept.append(content[place : finish + 2] if finish > place else content[place:])
    return b"".join(kept)


def orientation_of(content: bytes) -> int:
    try:
        with Image.open(io.BytesIO(content)) as image:
            found = image.getexif().get(ORIENTATION, 1)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return 1
    return found if found in range(1, 9) else 1


def only_orientation(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    body = exif.tobytes()
    if not body.startswith(b"Exif\0\0"):
        body = b"Exif\0\0" + body
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def stripped_png(content: bytes) -> bytes:
    kept, place = [content[:8]], 8
    while place + 12 <= len(content):
        length = struct.unpack(">I", content[place : place + 4])[0]
        kind, end = content[place + 4 : place + 8], place + 12 + length
        if kind not in PNG_WORDS:
            kept.append(content[place:end])
        place = end
        if kind == b"IEND":
            break
    return b"".join(kept)


def stripped_webp(content: bytes) -> bytes:
    kept, place = [], 12
    while place + 8 <= len(content):
        kind = content[place : place + 4]
        length = struct.unpack("<I", content[place + 4 : place + 8])[0]
        end = place + 8 + length + length % 2
        chunk = content[place:end]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~WEBP_FLAGS]) + chunk[9:]
        if kind not in WEBP_WORDS:
            kept.append(chunk)
        place = end
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def stripped_tiff(content: bytes) -> bytes:
    """Written anew, since what a TIFF says of itself lies among what makes the picture."""
    try:
        with Image.open(io.BytesIO(content), formats=("TIFF",)) as image:
            image.load()
            plain = Image.frombytes(image.mode, image.size, image.tobytes())
            if image.mode == "P":
                plain.putpalette(image.getpalette())
            output = io.BytesIO()
            plain.save(output, "TIFF", compression="tiff_lzw")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return content
    return output.getvalue()
