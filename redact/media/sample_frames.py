"""Samples a few frames of a source by seeking, to see what kind of footage it is."""

from __future__ import annotations

import contextlib
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
"""Seconds between two samples: about the length of a shot."""

LEAST_SAMPLES: Final = 3
"""Fewest samples of a source, however short."""

MOST_SAMPLES: Final = 120
"""Most samples of a source; in long ones they lie farther apart."""

_LEAST_DECODED: Final = 100
"""Extra frames that may always be decoded to reach the wanted times: a short clip often has only
one key frame."""

_SPARE: Final = 0.08
"""Share of all frames that may be decoded to reach the wanted times. Once it is used up, because
key frames are rare, the key frames before those times are taken instead."""


def sample_frames(info: SourceInfo) -> Iterator[Frame]:
    """Yield some frames in order, about evenly spread and numbered from 0. Frames that cannot be
    decoded or have another size are left out; the search reports them.

    Args:
        info: of the source; of an excerpt, only it is sampled.
    """
    if info.photograph:
        with contextlib.suppress(RedactError):
            yield from Decode(info)
        return
    base, frames, part = info.video.time_base, Decode(info), info.part
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
            begin = (stream.start_time or 0) if part is None else part.begin
            for number in range(count):
                wanted = begin + round(number * seconds / count / base)
                if number or part is not None:
                    container.seek(wanted, stream=stream, backward=True)
                for picture in container.decode(stream):
                    pts = picture.pts
                    early = pts is None or (pts < wanted and spare > 0)
                    if early and (number or part is not None):
                        spare -= 1
                        continue
                    if pts is None or last is None or pts > last:
                        yield frames.upright_frame(picture, number, pts or 0, False)
                        last = pts
                    break
    except (*UNDECODABLE, RedactError, av.FFmpegError):
        return
