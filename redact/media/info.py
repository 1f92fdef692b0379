"""The contents of a source file, as `probe` returns them."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

from ..formats import photographs
from ..progress import About
from ..types import Presentation
from ..words import Message
from .pixel_formats import layout, upright_format, working_format


@dataclass(frozen=True, slots=True)
class Orientation:
    """How to make the stored picture upright: first mirror it, then turn it.

    Attributes:
        mirrored: mirror the stored picture left to right.
        turns: clockwise quarter turns after that, 0 to 3.
        exact: False if the display matrix is none of these; then this is the nearest one.
    """

    mirrored: bool = False
    turns: int = 0
    exact: bool = field(default=True, compare=False)

    @property
    def identity(self) -> bool:
        return not self.mirrored and self.turns == 0

    def upright_size(self, width: int, height: int) -> tuple[int, int]:
        return (height, width) if self.turns % 2 else (width, height)


@dataclass(frozen=True, slots=True)
class Colour:
    """FFmpeg's names of colour primaries, transfer, matrix ("space") and range; "" if unset."""

    primaries: str = ""
    transfer: str = ""
    matrix: str = ""
    range: str = ""

    @property
    def hdr(self) -> bool:
        """Whether the transfer is that of HDR10 (PQ) or HLG."""
        return self.transfer in ("smpte2084", "arib-std-b67")


FIELD_ORDERS: Final = {"progressive": 1, "tt": 2, "bb": 3, "tb": 4, "bt": 5}
"""FFmpeg's numbers (AVFieldOrder): the field that was coded first, and the one shown first."""

_TAG_CHARACTERS: Final = 60
"""Most characters of a dropped tag's text that are shown."""

WIDEST_PIXEL: Final = Fraction(3, 2)
"""Largest ratio of a pixel's sides that is plausible for a camera: that of DVCPRO HD; PAL and NTSC
widescreen have less. Pictures above it, such as those with halved lines from video recorders, are
also scanned as stored."""


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The one video stream that is kept.

    Attributes:
        index: stream index in the container.
        codec: FFmpeg decoder name.
        width, height: of the stored picture.
        orientation: from the container's display matrix.
        pixel_format: FFmpeg name of the stored format.
        time_base: seconds per PTS unit of the frames that `Decode` yields.
        rate: declared average frame rate, None if unknown; never used for times.
        sample_aspect: width of a pixel divided by its height, in the stored picture; 1 if unset.
        colour: tags of the frames that `Decode` yields.
        field_order: "progressive", "tt", "bb", "tb", "bt" or "".
        frames: declared number of frames; if none is declared and some were lost, the number in
            the file's packets; None if unknown.
        cut: number of those frames that an edit list cuts off.
        timestamps: False for raw elementary streams, which have none: their frames are numbered,
            one unit of `time_base` = 1 / `rate` each.
        coded_aspect: `sample_aspect` according to the coded pictures; None if they state none.
        stored: colour tags of the pictures before, if `Decode` yields pictures for browsers
            (`redact.media.for_web`); else None.
    """

    index: int
    codec: str
    width: int
    height: int
    orientation: Orientation
    pixel_format: str
    time_base: Fraction
    rate: Fraction | None
    sample_aspect: Fraction
    colour: Colour
    field_order: str = ""
    frames: int | None = None
    cut: int = 0
    timestamps: bool = True
    coded_aspect: Fraction | None = None
    stored: Colour | None = None

    @property
    def bit_depth(self) -> int:
        """Bits of a stored luma sample."""
        return layout(self.pixel_format).bits

    @property
    def shown(self) -> int | None:
        """Number of frames shown, according to the headers; None if unknown."""
        return None if self.frames is None else self.frames - self.cut

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height of the frames that `Decode` yields, in pixels."""
        width, height = self.orientation.upright_size(self.width, self.height)
        return (width, height) if self.stored is None else (width + width % 2, height + height % 2)

    @property
    def upright_sample_aspect(self) -> Fraction:
        turned = self.orientation.turns % 2 == 1
        return 1 / self.sample_aspect if turned else self.sample_aspect

    @property
    def presentations(self) -> tuple[Presentation, ...]:
        """All shapes and rotations in which to scan the upright picture, the declared one first.

        No network detects squeezed faces. So the picture is also scanned with other pixel shapes if
        no camera makes the declared one, or if container and coded pictures disagree, because
        somebody may have changed a field. It is scanned both ways up if the file turns it upside
        down.
        """
        shapes = [self.sample_aspect]
        disagree = self.coded_aspect not in (None, self.sample_aspect)
        if disagree or max(self.sample_aspect, 1 / self.sample_aspect) > WIDEST_PIXEL:
            shapes += [self.coded_aspect or Fraction(1), Fraction(1)]
        if self.orientation.turns % 2:
            shapes = [1 / shape for shape in shapes]
        ways = (0, 2) if self.orientation.turns == 2 else (0,)
        return tuple(Presentation(float(a), way) for a in dict.fromkeys(shapes) for way in ways)

    @property
    def interlaced(self) -> bool:
        return self.field_order in ("tt", "bb", "tb", "bt")

    @property
    def frame_format(self) -> str:
        """Pixel format of the frames that `Decode` yields: planar YUV or grey, 8 or 10 bit."""
        return self.upright_format if self.stored is None else "yuv420p"

    @property
    def upright_format(self) -> str:
        """Pixel format of upright pictures before they become those of `redact.media.for_web`."""
        return upright_format(
            working_format(self.pixel_format),
            self.width,
            self.height,
            self.orientation.mirrored,
            self.orientation.turns,
        )


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """One audio stream that can be kept.

    Attributes:
        index: of the stream in its container.
        codec, channels, sample_rate, language: as declared.
        begins, ends: in seconds on the clock of the pictures; None if the headers do not say. They
            may differ from the start and end of the pictures.
        stated: where the container says that this stream ends, in seconds on the clock of the
            file; None if it does not say, and of an excerpt.
        read: start and end of what could be read; None if nothing has been read yet.
    """

    index: int
    codec: str
    channels: int
    sample_rate: int
    language: str = ""
    begins: Fraction | None = field(default=None, compare=False)
    ends: Fraction | None = field(default=None, compare=False)
    stated: Fraction | None = field(default=None, compare=False)
    read: tuple[Fraction, Fraction] | None = field(default=None, compare=False)

    @property
    def declared_seconds(self) -> Fraction | None:
        """How long the container says it is; None if it does not say."""
        begins = self.begins if self.begins is not None else self.read and self.read[0]
        return None if self.stated is None else max(self.stated - (begins or 0), Fraction())

    @property
    def seconds(self) -> Fraction | None:
        """How long it is, as far as it could be read; None if nothing has been read."""
        return None if self.read is None else self.read[1] - self.read[0]


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something in the source that never reaches an output.

    Attributes:
        kind: "tag", "subtitle", "data", "attachment", "cover art", "video", "chapter", …
        what: description; for a tag, its key and text.
        where: "container", "stream N" or, for a photograph, a table of EXIF.
    """

    kind: str
    what: Message
    where: str

    @classmethod
    def tag(cls, key: str, value: str, where: str) -> Dropped:
        """A tag, its text on one line and cut to `_TAG_CHARACTERS`."""
        text = " ".join(value.split())
        if len(text) > _TAG_CHARACTERS:
            text = f"{text[: _TAG_CHARACTERS - 1]}…"
        return cls("tag", Message("tag", key=key, text=text), where)


def exactly(seconds: float) -> Fraction:
    """A time as a user typed it, for which a floating-point number stands."""
    return Fraction(seconds).limit_denominator(10**6)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Part of a video; see `redact.media.excerpt`.

    Attributes:
        begin: PTS of its first picture, in units of the source's time base. Its times count from
            there.
        end: PTS before which it ends; None for the end of the video.
        span: start and end as they were asked for, in seconds after the video's first picture.
        zero: PTS of the video's first picture.
        whole: length of the whole video in seconds; None if the container does not say.
        lead: PTS units before `begin` and after `end` that are decoded as well, with times below
            zero and past the end.
    """

    begin: int
    end: int | None
    span: tuple[float, float | None]
    zero: int
    whole: Fraction | None
    lead: int = 0

    @property
    def first(self) -> int:
        """PTS from which pictures are decoded."""
        return self.begin - self.lead

    @property
    def last(self) -> int | None:
        """PTS before which decoding ends; None for the end of the video."""
        return None if self.end is None else self.end + self.lead


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A readable video or photograph.

    Attributes:
        path: as given by the user.
        container: FFmpeg's demuxer name, or the kind of photograph.
        size: of the file, in bytes.
        duration: in seconds; None if the container does not say.
        video, audio: the streams to keep.
        dropped: everything that is not kept, in order of appearance.
        missing: bytes that are missing at the end of the file, according to its headers.
        torn: the file ends early, or (known only after decoding) parts of it could not be read, so
            the number of its pictures is unknown.
        warnings: for the user.
        part: the excerpt that this is of the video in the file; None for all of it. Times of
            pictures and sound count from the start of the excerpt.
    """

    path: Path
    container: str
    size: int
    duration: Fraction | None
    video: VideoInfo
    audio: tuple[AudioInfo, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    missing: int = 0
    torn: bool = False
    warnings: tuple[Message, ...] = ()
    part: Excerpt | None = None

    @property
    def begins(self) -> Fraction:
        """Seconds on the clock of the file from which its times count: 0 but for an excerpt."""
        return Fraction(0) if self.part is None else self.part.begin * self.video.time_base

    @property
    def ends(self) -> Fraction | None:
        """Seconds on the clock of the file at which an excerpt ends; None for the end of the
        video."""
        if self.part is None or self.part.span[1] is None:
            return None
        return self.part.zero * self.video.time_base + exactly(self.part.span[1])

    @property
    def sound(self) -> tuple[Fraction | None, Fraction | None]:
        """Start of the first audio stream and end of the last, in seconds on the pictures' clock;
        None if there is none or the headers do not say."""
        begins = [a.begins for a in self.audio if a.begins is not None]
        ends = [a.ends for a in self.audio]
        latest = max((e for e in ends if e is not None), default=None)
        return min(begins, default=None), None if None in ends else latest

    @property
    def photograph(self) -> bool:
        """Whether the source is a photograph (`redact.media.photographs`)."""
        return self.container in photographs.PHOTOGRAPH_KINDS

    @property
    def expected_frames(self) -> int | None:
        """Number of frames: as declared, or estimated from the duration (an `About`) if none is
        declared (Matroska, transport streams); None if unknown."""
        if self.video.shown is not None:
            return self.video.shown
        if self.duration is None or self.video.rate is None:
            return None
        return About(round(self.duration * self.video.rate)) or None
