"""Does the output decode without error, and show all that it holds? Asked while no other file is
being decoded.

FFmpeg's errors are counted for the whole process, so beside a damaged source a sound output
would be blamed for the source's damage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..media import Decode, SourceInfo, coded_pictures
from ..messages import Message
from ..progress import Progress
from ..types import Frame
from .result import Check

_NAME = "all_shown"


@dataclass(frozen=True, slots=True)
class Alone:
    """What decoding a file by itself told.

    Attributes:
        errors: packets that could not be decoded without error.
        damaged: indices of frames that cannot be trusted.
        shown: frames.
        held: coded pictures in the file, shown or not.
    """

    info: SourceInfo
    errors: int
    damaged: frozenset[int]
    shown: int
    held: int

    def frames(self) -> Iterator[Frame]:
        """The file's frames once more, damaged where the first decoding found them to be."""
        for frame in Decode(self.info):
            yield replace(frame, damaged=frame.index in self.damaged)

    def check(self) -> Check:
        """Whether every picture that the file holds is one of the frames that are looked at."""
        if self.held == self.shown:
            return Check(_NAME, True, (Message("all_shown", held=self.held),))
        if self.held > self.shown:
            told = Message("not_all_shown", held=self.held, shown=self.shown)
        else:
            told = Message("shows_more", held=self.held, shown=self.shown)
        return Check(_NAME, False, (told,))


def decode_alone(finished: SourceInfo, progress: Progress) -> Alone:
    """Decode a whole file, one frame in memory at a time; raises as `Decode`."""
    decoded = Decode(finished)
    damaged, shown = set(), 0
    with progress.stage("decode", finished.video.frames) as stage:
        for frame in decoded:
            shown += 1
            if frame.damaged:
                damaged.add(frame.index)
            stage.advance()
    held = coded_pictures(finished)
    return Alone(finished, decoded.errors, frozenset(damaged), shown, held)
