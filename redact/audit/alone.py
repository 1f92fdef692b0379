"""Does the output decode without error? Asked while no other file is being decoded.

FFmpeg's errors are counted for the whole process, so beside a damaged source a sound output
would be blamed for the source's damage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..media import Decode, SourceInfo
from ..progress import Progress
from ..types import Frame


@dataclass(frozen=True, slots=True)
class Alone:
    """What decoding a file by itself told.

    Attributes:
        errors: packets that could not be decoded without error.
        damaged: indices of frames that cannot be trusted.
    """

    info: SourceInfo
    errors: int
    damaged: frozenset[int]

    def frames(self) -> Iterator[Frame]:
        """The file's frames once more, damaged where the first decoding found them to be."""
        for frame in Decode(self.info):
            yield replace(frame, damaged=frame.index in self.damaged)


def decode_alone(finished: SourceInfo, progress: Progress) -> Alone:
    """Decode a whole file, one frame in memory at a time; raises as `Decode`."""
    decoded = Decode(finished)
    damaged = set()
    with progress.stage("decode", finished.video.frames) as stage:
        for frame in decoded:
            if frame.damaged:
                damaged.add(frame.index)
            stage.advance()
    return Alone(finished, decoded.errors, frozenset(damaged))
