"""Disclosures in photographs: EXIF and its thumbnail, XMP, IPTC, profiles, comments, second
pictures, and bytes after the end."""

from __future__ import annotations

import io
import warnings
from typing import Final

from PIL import Image

from ..formats.photographs import parts_of
from ..media import exif_fields
from ..words import Message
from .disclosures import Disclosures, Kind

_KINDS: Final = {
    "Make": Kind.DEVICE,
    "Model": Kind.DEVICE,
    "LensModel": Kind.DEVICE,
    "BodySerialNumber": Kind.IDENTIFIER,
    "CameraOwnerName": Kind.NAME,
    "Artist": Kind.NAME,
    "Copyright": Kind.NAME,
    "Software": Kind.ENCODER,
    "MakerNote": Kind.USER_DATA,
    "UserComment": Kind.USER_DATA,
}
"""What EXIF fields reveal; other fields count as dates if "date" or "time" is in their name."""


def inspect_photograph(data: bytes, found: Disclosures) -> None:
    """List every part of a JPEG, PNG or WebP file that is not its picture, and each EXIF field.

    Args:
        data: the whole file.
        found: the list to extend.
    """
    for part in parts_of(data):
        if part.picture:
            found.add_generic(part.name, f"{part.size}")
            continue
        head = data[part.body : part.body + part.size][:200]
        text = "".join(chr(byte) if 32 <= byte < 127 else " " for byte in head)
        kind = Kind.UNUSUAL if part.name == "after the end" else Kind.TAG
        text = " ".join(text.split())
        found.add(kind, part.name, text or Message("photo_bytes", count=part.size))
    inspect_exif(data, found)


def inspect_exif(data: bytes, found: Disclosures) -> None:
    """List each EXIF field, in any file in which Pillow finds EXIF."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fields = list(exif_fields(Image.open(io.BytesIO(data))))
    except Exception:  # whatever Pillow objects to: the parts themselves are already listed
        return
    for where, key, value in fields:
        kind = _KINDS.get(key, Kind.DATE if "Date" in key or "Time" in key else Kind.TAG)
        if "GPS" in where:
            kind = Kind.LOCATION
        elif "IFD1" in where:
            kind = Kind.THUMBNAIL
        found.add(kind, f"{where} {key}", str(value))
