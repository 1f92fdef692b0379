"""Questions to the networks, named so that an answer fits the very same question and no other.

What a network says depends on nothing but the picture and what is asked about it. So a question
that is named by the pixels themselves has one answer, whoever gives it.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from ..media import plane_array
from ..types import Detections, Frame

_DIGEST = 16


def by_number(frame: Frame) -> bytes:
    """A frame by its place in the video; means something within one video alone."""
    return digest(repr((frame.index, frame.pts, frame.damaged, frame.size)).encode())


def by_pixels(frame: Frame) -> bytes:
    """A frame by all its samples and what they mean; its number and time do not matter."""
    picture = frame.picture
    meaning = (
        *(picture.format.name, picture.width, picture.height),
        *map(int, (picture.colorspace, picture.color_trc, picture.color_range)),
    )
    planes = [array_name(plane_array(picture, i)) for i in range(len(picture.planes))]
    return digest(repr(meaning).encode(), *planes)


def array_name(array: NDArray[np.generic]) -> bytes:
    """An array by its shape, its type and all its values."""
    about = repr((array.shape, array.dtype.str)).encode()
    return digest(about, np.ascontiguousarray(array).data.cast("B"))


def digest(*parts: bytes | memoryview) -> bytes:
    """16 bytes that stand for some parts in their order."""
    found = blake2b(digest_size=_DIGEST)
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.digest()


def parts_of(seen: Detections) -> list[bytes]:
    """Detections as bytes."""
    return [seen.xyxy.tobytes(), seen.score.tobytes(), seen.target.tobytes()]


def seen_in(parts: list[bytes]) -> Detections:
    """What `parts_of` was given. Raises ValueError where the bytes are no detections."""
    xyxy, score, target = parts
    return Detections(
        np.frombuffer(xyxy, np.float32).reshape(-1, 4).copy(),
        np.frombuffer(score, np.float32).copy(),
        np.frombuffer(target, np.int8).copy(),
    )
