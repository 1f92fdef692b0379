"""What is in a file: the result of `probe`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Orientation:
    """How the stored picture is turned into the upright one: first mirror, then turn.

    Attributes:
        mirrored: the stored picture is mirrored left-right first.
        turns: clockwise quarter turns after that, 0 to 3.
    """

    mirrored: bool = False
    turns: int = 0

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


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The one video stream that is kept.

    Attributes:
        index: stream index in the container.
        codec: FFmpeg decoder name.
        width, height: of the stored picture.
        orientation: from the container's display matrix.
        pixel_format: FFmpeg name of the stored format.
        bit_depth: bits of a luma sample.
        time_base: seconds per PTS unit.
        rate: average frame rate as declared, None where unknown; information only.
        sample_aspect: of the stored picture, 1 where unset.
        field_order: "progressive", "tt", "bb", "tb", "bt" or "".
        frames: declared number of frames, None where unknown.
    """

    index: int
    codec: str
    width: int
    height: int
    orientation: Orientation
    pixel_format: str
    bit_depth: int
    time_base: Fraction
    rate: Fraction | None
    sample_aspect: Fraction
    colour: Colour
    field_order: str = ""
    frames: int | None = None

    @property
    def upright_size(self) -> tuple[int, int]:
        return self.orientation.upright_size(self.width, self.height)

    @property
    def upright_sample_aspect(self) -> Fraction:
        turned = self.orientation.turns % 2 == 1
        return 1 / self.sample_aspect if turned else self.sample_aspect


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """One audio stream that can be kept."""

    index: int
    codec: str
    channels: int
    sample_rate: int
    language: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something in the source that never reaches an output.

    Attributes:
        kind: "tag", "subtitle", "data", "attachment", "cover art", "video", "chapter", …
        what: short description, for a person.
        where: "container" or "stream N".
    """

    kind: str
    what: str
    where: str


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
        warnings: anything unusual that the user should know.
    """

    path: Path
    container: str
    size: int
    duration: Fraction | None
    video: VideoInfo
    audio: tuple[AudioInfo, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    warnings: tuple[str, ...] = ()
