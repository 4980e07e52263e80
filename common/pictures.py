"""Uploaded pictures: believed only after they have been drawn anew."""

import io
from dataclasses import dataclass

from PIL import Image, ImageOps

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 50_000_000  # a telephone's largest; what claims more is a bomb
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 84


class NotAPicture(ValueError):
    """Not a JPEG, PNG or WebP that can be read, or too large."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of our own making."""

    data: bytes
    width: int
    height: int


def reencode(*, data: bytes, longest: int) -> Picture:
    """The picture drawn anew as a JPEG whose longer side is at most `longest` pixels.

    Turned as its EXIF says, then without EXIF, place, colour profile, comments, or anything else that came with it;
    what is see-through becomes white. Raises NotAPicture.
    """
    if len(data) > MOST_BYTES:
        raise NotAPicture("The picture is too large")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as found:
            if found.width * found.height > MOST_PIXELS:
                raise NotAPicture("The picture has too many pixels")
            # A large JPEG is decoded at a fraction of its size.
            found.draft("RGB", (longest * 2, longest * 2))
            turned = ImageOps.exif_transpose(found).convert("RGBA")
    except NotAPicture:
        raise
    except Exception as error:  # decoders of hostile files raise anything
        raise NotAPicture("The picture cannot be read") from error
    turned.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    ground = Image.new("RGB", turned.size, "white")
    ground.paste(turned, mask=turned.getchannel("A"))
    written = io.BytesIO()
    ground.save(written, "JPEG", quality=QUALITY, optimize=True)
    return Picture(written.getvalue(), ground.width, ground.height)
