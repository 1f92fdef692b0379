"""A few frames of a source, found by jumping: what kind of footage is it?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import av

from ..errors import RedactError
from ..types import Frame
from .decode import Decode
from .info import SourceInfo
from .pyav import UNDECODABLE
from .source import opened_video

SECONDS_BETWEEN_SAMPLES: Final = 3.0
"""Seconds between two of these frames: as long as most shots."""

LEAST_SAMPLES: Final = 3
"""Frames of a source, however short."""

MOST_SAMPLES: Final = 120
"""Frames of one source: in longer ones they lie farther apart."""

_LEAST_DECODED: Final = 100
"""Frames that are decoded on the way at least: a short clip often has but one key frame."""

_SPARE: Final = 0.08
"""Share of all frames that are decoded on the way to where a frame was wanted. Where key frames
are rare and this is used up, they are taken as they come."""


def sample_frames(info: SourceInfo) -> Iterator[Frame]:
    """Some frames, about evenly spread, in order; numbered from 0. What cannot be decoded, or
    has another size, is left out: the search of the source reports it.

    Args:
        info: the source; of a part of it, the whole is sampled.
    """
    base, frames = info.video.time_base, Decode(info)
    seconds = float(info.duration or 0)
    count = (
        max(LEAST_SAMPLES, min(MOST_SAMPLES, round(seconds / SECONDS_BETWEEN_SAMPLES)))
        if seconds
        else 1
    )
    spare = max(_LEAST_DECODED, int(_SPARE * (info.expected_frames or 0)))
    last: int | None = None
    try:
        with opened_video(info) as (container, stream):
            begin = stream.start_time or 0
            for number in range(count):
                wanted = begin + round(number * seconds / count / base)
                if number:
                    container.seek(wanted, stream=stream, backward=True)
                for picture in container.decode(stream):
                    pts = picture.pts
                    if number and (pts is None or (pts < wanted and spare > 0)):
                        spare -= 1
                        continue
                    if pts is None or last is None or pts > last:
                        yield frames.upright_frame(picture, number, pts or 0, False)
                        last = pts
                    break
    except (*UNDECODABLE, RedactError, av.FFmpegError):
        return
