"""Photographs: files with one picture, which redact reads as a video of one frame, and writes
without anything but the picture.

Pillow reads and writes them, with pillow-heif for HEIC if it is installed. The output has no EXIF
and no colour profile, so the picture is first turned upright and converted to sRGB.
"""

from __future__ import annotations

import contextlib
import io
import struct
import warnings
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import av
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from ..errors import InputError, UnsafeError
from ..files import open_file, read_file, unwritable, wanted_name
from ..formats.photographs import AVIF, HEIF, JPEG, PNG, WEBP, kind_of, parts_of
from ..types import Frame
from ..words import Message, problem
from .conversion import convert
from .info import AudioInfo, Colour, Dropped, Orientation, SourceInfo, VideoInfo

ENDINGS: Final = {".jpg": JPEG, ".jpeg": JPEG, ".png": PNG, ".webp": WEBP}
"""Extension → kind, of the photographs that redact can write."""

READ_ALONE: Final = (".heic", ".heif", ".avif")
"""Extensions of photographs that redact can read, but writes as JPEG."""

WRITTEN: Final = frozenset(ENDINGS.values())
"""Kinds of photographs that redact can write."""

SAVED: Final[dict[str, dict[str, Any]]] = {
    JPEG: {"quality": 95, "subsampling": 0, "optimize": True},
    PNG: {},
    WEBP: {"quality": 95, "method": 4},
}
"""Pillow's options for saving each kind. Quality is high, as the picture is coded a second time."""

_CODECS: Final = {JPEG: "mjpeg", HEIF: "hevc", AVIF: "av1"}
"""Kind → FFmpeg's name of the codec, if the two differ."""

_SRGB: Final = Colour("bt709", "iec61966-2-1", "bt709", "pc")


def is_photograph(path: Path) -> bool:
    """Whether a file contains a single picture, by its content; an animation is a video."""
    try:
        with open_file(path) as file:
            head = file.read(16)
        kind = kind_of(head)
        if not kind:
            return False
        if kind == JPEG:
            return path.suffix.lower() in ENDINGS or not _is_motion_jpeg(path)
        if kind == HEIF:
            return True  # further pictures are other views of it, or parts of a burst
        with _opened(path) as image:
            return int(getattr(image, "n_frames", 1)) == 1
    except InputError:
        return True  # it starts like one; reading it will say what is wrong with it
    except OSError:
        return False


def _is_motion_jpeg(path: Path) -> bool:
    """Whether a second picture follows the first without an index (MPF), by which phones mark
    pictures that belong to one photograph."""
    parts = list(parts_of(read_file(path)))
    if any(part.name.startswith("APP2 MPF") for part in parts):
        return False
    with open_file(path) as file:
        file.seek(parts[-1].body)
        return parts[-1].name == "after the end" and file.read(3) == b"\xff\xd8\xff"


def photograph_info(path: Path) -> SourceInfo:
    """Read what a photograph contains. Raises InputError if it cannot be read."""
    with open_file(path) as file:
        kind = kind_of(file.read(16))
    with _opened(path) as image:
        width, height = image.size
        turned = image.getexif().get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)
        warned = [Message("transparency_dropped", format=image.mode)] if _see_through(image) else []
        more = getattr(image, "n_frames", 1) - 1 if kind == HEIF else 0
        dropped = (*_exif(image), *_other_parts(path, kind), *_other_pictures(more))
    video = VideoInfo(
        index=0,
        codec=_CODECS.get(kind, kind),
        width=height if turned else width,
        height=width if turned else height,
        orientation=Orientation(),
        pixel_format="rgb24",
        time_base=Fraction(1),
        rate=None,
        sample_aspect=Fraction(1),
        colour=_SRGB,
        frames=1,
    )
    size = path.stat().st_size
    return SourceInfo(path, kind, size, None, video, (), dropped, warnings=tuple(warned))


def picture_of(path: Path) -> av.VideoFrame:
    """Decode the upright picture, rgb24 in sRGB. Raises InputError if a byte of it is missing."""
    with _opened(path) as image:
        image.load()
        upright = ImageOps.exif_transpose(image)
        plain = _opaque(_in_srgb(upright, image.info.get("icc_profile")))
    return av.VideoFrame.from_ndarray(np.asarray(plain), format="rgb24")


def as_stored(frame: Frame) -> Frame:
    """The frame as a photograph stores it: in RGB, which lacks some colours that YUV has, such as
    those of a dark rim around a mask on a glaring ground."""
    rgb = av.VideoFrame.from_ndarray(_rgb(frame), format="rgb24")
    return replace(frame, picture=convert(rgb, frame.picture.format.name))


def _rgb(frame: Frame) -> NDArray[np.uint8]:
    """RGB, uint8 [H, W, 3]."""
    return frame.picture.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


class PhotoWriter:
    """Context manager that writes one photograph; the counterpart of `VideoWriter`.

    Args:
        path: overwritten without asking, so pass the temporary name of an `OutputFile`.
        container: kind of the file, a key of `SAVED`.

    Attributes:
        notes: for the user, about the output.
        encoder: encoder and options, for the record.
        sounded: always None, as there is no sound.
        sound_read: always empty.

    Raises:
        OutputError: the file cannot be written.
    """

    sounded: tuple[Fraction, Fraction] | None = None
    sound_read: tuple[AudioInfo, ...] = ()

    def __init__(self, path: Path, container: str) -> None:
        self._path, self._kind, self._written = path, container, False
        self._name = wanted_name(path)
        options = " ".join(f"{name}={value}" for name, value in SAVED[container].items())
        self.encoder = f"Pillow {container} {options}".strip()
        self.notes: list[Message] = []

    def write(self, frame: Frame) -> None:
        """Write the picture. Raises UnsafeError if it is the second one, OutputError if the file
        cannot be written."""
        if self._written:
            raise problem(UnsafeError, "writer_time", name=self._name, index=frame.index)
        rgb = _rgb(frame)
        try:
            with self._path.open("r+b" if self._path.exists() else "wb") as file:
                file.truncate()
                # Without EXIF, profile and comment: Pillow writes only what it is given.
                Image.fromarray(rgb).save(file, format=self._kind, **SAVED[self._kind])
        except OSError as error:
            raise unwritable(self._name, error, self._path) from error
        self._written = True

    def close(self) -> None:
        """Raise UnsafeError if nothing was written."""
        if not self._written:
            raise problem(UnsafeError, "not_all_written", path=self._name, missing=1, all=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            self.close()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Read an image's header; within the context, Pillow prints no warnings of damaged tags or of a
    large picture (it refuses those that are too large). Raises InputError if it cannot be read,
    then or within the context."""
    data = read_file(path)
    if kind_of(data[:16]) == HEIF:
        try:
            from pillow_heif import register_heif_opener
        except ImportError:
            raise problem(InputError, "photo_heic", path=path) from None
        register_heif_opener(thumbnails=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data)) as image:
                yield image
        except UnidentifiedImageError as error:
            raise problem(InputError, "photo_unread", path=path, reason="unknown form") from error
        except _PILLOWS as error:
            raise problem(InputError, "photo_unread", path=path, reason=f"{error}") from error


_PILLOWS: Final = (
    *(OSError, SyntaxError, ValueError, TypeError, struct.error),
    Image.DecompressionBombError,
)
"""What Pillow raises at a damaged file, some of it only when it reads the picture or its EXIF."""


def _see_through(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info


def _opaque(image: Image.Image) -> Image.Image:
    """The image as 8-bit RGB, on a white background."""
    if image.mode.startswith("I"):  # 16 bits of grey
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if not _see_through(image):
        return image.convert("RGB")
    over = image.convert("RGBA")
    white = Image.new("RGBA", over.size, "white")
    return Image.alpha_composite(white, over).convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The image converted from its colour profile to sRGB. An unreadable profile is ignored, as in
    browsers."""
    if not profile:
        return image
    with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
        described = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        made = ImageCms.profileToProfile(
            image, described, ImageCms.createProfile("sRGB"), outputMode=mode
        )
        return image if made is None else made
    return image


def exif_fields(image: Image.Image) -> Iterator[tuple[str, str, Any]]:
    """Yield every EXIF field: name of its table, its own name, and its value. Raises whatever
    Pillow raises."""
    exif = image.getexif()
    ifds = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.IFD.IFD1)
    tables = [("EXIF", dict(exif)), *((f"EXIF {ifd.name}", exif.get_ifd(ifd)) for ifd in ifds)]
    for where, table in tables:
        names = ExifTags.GPSTAGS if "GPS" in where else ExifTags.TAGS
        for number, value in table.items():
            if number not in tuple(ExifTags.IFD):
                yield where, names.get(number, f"{number:04X}"), value


def _exif(image: Image.Image) -> Iterator[Dropped]:
    for where, key, value in exif_fields(image):
        yield Dropped.tag(key, str(value), where)


def _other_parts(path: Path, kind: str) -> list[Dropped]:
    if kind not in SAVED:
        return []
    data = read_file(path)
    named = dict.fromkeys(p.name for p in parts_of(data) if not p.picture)
    return [Dropped("data", Message("named", name=name), "container") for name in named]


def _other_pictures(count: int) -> Iterator[Dropped]:
    """Of a HEIC file: another view, or the rest of a burst."""
    for number in range(count):
        yield Dropped("data", Message("named", name=f"picture {number + 2}"), "container")
