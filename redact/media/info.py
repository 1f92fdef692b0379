"""What is in a file: the result of `probe`."""

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
    """How the stored picture is turned into the upright one: first mirror, then turn.

    Attributes:
        mirrored: the stored picture is mirrored left-right first.
        turns: clockwise quarter turns after that, 0 to 3.
        exact: False where the display matrix says something else, to which this is nearest.
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


@dataclass(frozen=True, slots=True)
class Mastering:
    """Static HDR metadata of the display a film was graded on (SMPTE ST 2086).

    Attributes:
        primaries: CIE 1931 x, y of red, green, blue; None where not stated.
        white: x, y of the white point; None where not stated.
        luminance: lowest and highest, cd/m²; None where not stated.
    """

    primaries: tuple[tuple[Fraction, Fraction], ...] | None = None
    white: tuple[Fraction, Fraction] | None = None
    luminance: tuple[Fraction, Fraction] | None = None


@dataclass(frozen=True, slots=True)
class ContentLight:
    """Brightest pixel and brightest frame average of a film (CTA-861.3), cd/m²."""

    max_cll: int
    max_fall: int


@dataclass(frozen=True, slots=True)
class Stored:
    """What pictures were before they became those of `redact.media.for_web`.

    Attributes:
        colour: their tags.
        peak: brightest light of HDR, cd/m².
    """

    colour: Colour
    peak: float


FIELD_ORDERS: Final = {"progressive": 1, "tt": 2, "bb": 3, "tb": 4, "bt": 5}
"""FFmpeg's numbers (AVFieldOrder): the field that was coded first, and the one shown first."""

OF_CAMERAS: Final = Fraction(3, 2)
"""Largest ratio of a pixel's sides that is taken as it is declared: that of DVCPRO HD; of
PAL and NTSC widescreen it is less. Halved lines of video recorders are above it: they are looked at
as stored, too."""


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
        rate: average frame rate as declared, None where unknown; information only.
        sample_aspect: of the stored picture, 1 where unset.
        colour: tags of the frames that `Decode` yields.
        field_order: "progressive", "tt", "bb", "tb", "bt" or "".
        frames: declared number of frames; where none is declared and some were lost, as many as
            the packets of the file hold; None where unknown.
        cut: how many of them an edit list cuts off.
        timestamps: False for raw elementary streams, which hold none: their frames are
            numbered at `rate`, one unit of `time_base` each.
        mastering, content_light: static HDR metadata, None where absent.
        coded_aspect: `sample_aspect` as the coded pictures say it, None where they say nothing.
        stored: where `Decode` yields pictures for browsers (`redact.media.for_web`), what they
            were before; None elsewhere.
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
    mastering: Mastering | None = None
    content_light: ContentLight | None = None
    coded_aspect: Fraction | None = None
    stored: Stored | None = None

    @property
    def bit_depth(self) -> int:
        """Bits of a stored luma sample."""
        return layout(self.pixel_format).bits

    @property
    def shown(self) -> int | None:
        """Frames that are shown by what the headers say, None where unknown."""
        return None if self.frames is None else self.frames - self.cut

    @property
    def upright_size(self) -> tuple[int, int]:
        """Of the frames that `Decode` yields."""
        width, height = self.orientation.upright_size(self.width, self.height)
        return (width, height) if self.stored is None else (width + width % 2, height + height % 2)

    @property
    def upright_sample_aspect(self) -> Fraction:
        turned = self.orientation.turns % 2 == 1
        return 1 / self.sample_aspect if turned else self.sample_aspect

    @property
    def presentations(self) -> tuple[Presentation, ...]:
        """All ways in which the upright picture is scanned, the declared one first.

        As it is stored as well where the shape of its pixels is one that no camera makes, or where
        container and coded pictures disagree about it: somebody may have changed a field, and what
        is squeezed no network knows. Both ways up where the file turns it upside down.
        """
        shapes = [self.sample_aspect]
        disagree = self.coded_aspect not in (None, self.sample_aspect)
        if disagree or max(self.sample_aspect, 1 / self.sample_aspect) > OF_CAMERAS:
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
        begins, ends: seconds on the clock of the file, as far as headers tell; None where they do
            not. Neither need be the beginning or the end of the pictures.
    """

    index: int
    codec: str
    channels: int
    sample_rate: int
    language: str = ""
    begins: Fraction | None = field(default=None, compare=False)
    ends: Fraction | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something in the source that never reaches an output.

    Attributes:
        kind: "tag", "subtitle", "data", "attachment", "cover art", "video", "chapter", …
        what: what it is; a tag's key and text.
        where: "container" or "stream N".
    """

    kind: str
    what: Message
    where: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Which pictures of a video are read, by their PTS; see `redact.media.part_of`.

    Attributes:
        first: PTS from which on.
        end: PTS before which, None for all that follow.
        shift: taken off the PTS of every picture.
    """

    first: int
    end: int | None
    shift: int


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A readable video file.

    Attributes:
        path: as given by the user.
        container: FFmpeg's demuxer name.
        size: bytes.
        duration: seconds, None where the container does not say.
        video, audio: what is kept.
        dropped: what is not, in order of appearance.
        missing: bytes that the file lacks at its end, as far as its headers tell.
        torn: it could not be read everywhere, or ends early, so that nobody knows how many pictures
            it held; the first is known once it was decoded.
        warnings: anything unusual that the user should know.
        part: which pictures are read, None for all.
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
    def sound(self) -> tuple[Fraction | None, Fraction | None]:
        """When the first sound begins and the last one ends, seconds on the clock of the file; None
        where there is none, or where headers do not say."""
        begins = [a.begins for a in self.audio if a.begins is not None]
        ends = [a.ends for a in self.audio]
        latest = max((e for e in ends if e is not None), default=None)
        return min(begins, default=None), None if None in ends else latest

    @property
    def photograph(self) -> bool:
        """Whether it is one picture without a time (`redact.media.photographs`)."""
        return self.container in photographs.PHOTOGRAPH_KINDS

    @property
    def expected_frames(self) -> int | None:
        """Frames as declared; `About` as many as fit the length where that is not stated
        (Matroska, transport streams); None where nothing is known."""
        if self.video.shown is not None:
            return self.video.shown
        if self.duration is None or self.video.rate is None:
            return None
        return About(round(self.duration * self.video.rate)) or None
