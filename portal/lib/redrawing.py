"""Pictures drawn anew: the right way up, of a bearable size, without what a camera wrote."""

from io import BytesIO
from typing import BinaryIO, NamedTuple

from PIL import Image, ImageCms, ImageOps

from portal.lib.files import JPEG, PNG
from portal.lib.files.pictures import whole_pictures_only

# The longest side that a text shows, on a screen with two dots a pixel.
LONGEST = 1600


class Drawing(NamedTuple):
    content: bytes
    width: int
    height: int


def redrawn(file: BinaryIO, media_type: str) -> Drawing:
    """The picture anew: place, time and camera are gone, and so is whatever hid behind it.

    The file has been found to be a whole picture of the kind (``files.inspect``).
    """
    file.seek(0)
    with whole_pictures_only():
        image = Image.open(file, formats=(media_type.partition("/")[2].upper(),))
        image = ImageOps.exif_transpose(image)
    image = plain_colours(image, keeps_transparency=media_type == PNG)
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    # A picture of its own: nothing that Pillow has read beside the dots is written again.
    bare = Image.frombytes(image.mode, image.size, image.tobytes())
    target = BytesIO()
    if media_type == JPEG:
        bare.save(target, "JPEG", quality=82, optimize=True, progressive=True)
    else:
        bare.save(target, "PNG", optimize=True)
    return Drawing(target.getvalue(), *bare.size)


def plain_colours(image: Image.Image, *, keeps_transparency: bool) -> Image.Image:
    """In the colours that every screen knows: a profile of its own is worked in, and goes."""
    has_alpha = keeps_transparency and image.has_transparency_data
    mode = "RGBA" if has_alpha else "RGB"
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            return ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode=mode if image.mode != "RGBA" else "RGBA",
            ).convert(mode)
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # A broken profile says nothing; the numbers are taken as they are.
    return image.convert(mode)
