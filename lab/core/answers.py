"""Observations on file: a clip's small pictures, and every answer of a network by its question.

A version of the core that asks what an earlier one asked runs no network. What it asks anew is
answered by the networks, and kept.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from redact.media import Decode, SourceInfo
from redact.track import FrameClock, SmallFrame, levels_of, motion_between, shrink
from redact.types import Frame


class Answers:
    """The answers about one clip, in a file that grows.

    Args:
        path: of the file.

    Attributes:
        fresh: number of questions that were not in it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[bytes, Any] = {}
        self.fresh = 0
        self._lock = Lock()
        if path.exists():
            with path.open("rb") as file:
                good = 0
                while True:
                    try:
                        key, answer = pickle.load(file)
                    except (EOFError, pickle.UnpicklingError):
                        break
                    self._known[key] = answer
                    good = file.tell()
            with path.open("ab") as file:
                file.truncate(good)
        self._file = path.open("ab")

    def about(self, what: str, ask: Callable[..., Any]) -> Callable[..., Any]:
        """`ask`, a function of a frame and further arguments, with its answers kept."""

        def answer(frame: Any, *about: Any) -> Any:
            said = b"".join(
                a.tobytes() if isinstance(a, np.ndarray) else repr(a).encode() for a in about
            )
            name = f"{what} {getattr(frame, 'index', 0)} ".encode()
            key = blake2b(name + said, digest_size=12).digest()
            if key not in self._known:
                found = ask(getattr(frame, "whole", frame), *about)
                with self._lock:  # whoever is followed back is asked about in another thread
                    self.fresh += 1
                    self._known[key] = found
                    pickle.dump((key, found), self._file)
                    self._file.flush()
            return self._known[key]

        return answer


@dataclass
class Pictures:
    """The small pictures of a clip, and its frames' times."""

    info: SourceInfo
    folder: Path

    def __post_init__(self) -> None:
        if not (self.folder / "frames.pkl").exists():
            self._shrink()
        with (self.folder / "frames.pkl").open("rb") as file:
            self.rows = pickle.load(file)
        self.luma = np.load(self.folder / "luma.npy", mmap_mode="r")
        self._decoding: Iterator[Frame] = iter(())
        self._now: Frame | None = None

    def _shrink(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        scaler, clock, before = VideoReformatter(), FrameClock(), None
        rows: list[dict[str, Any]] = []
        lumas = []
        for frame in Decode(self.info):
            small = shrink(frame, scaler, clock.at(frame.seconds))
            camera = None
            if not small.damaged:
                camera = None if before is None else motion_between(before, small)
                before = small
            rows.append(
                {
                    "pts": frame.pts,
                    "time_base": frame.time_base,
                    "size": frame.size,
                    "damaged": frame.damaged,
                    "broken": frame.broken,
                    "time": small.time,
                    "scale": small.scale,
                    "camera": camera,
                }
            )
            lumas.append(small.luma)
        np.save(self.folder / "luma.npy", np.stack(lumas))
        with (self.folder / "frames.pkl").open("wb") as file:
            pickle.dump(rows, file)

    def __iter__(self) -> Iterator[StoredFrame]:
        for index, row in enumerate(self.rows):
            yield StoredFrame(self, index, **row)

    def decoded(self, index: int) -> Frame:
        """A frame with its whole picture, decoded anew if need be."""
        if self._now is None or self._now.index > index:
            self._decoding, self._now = iter(Decode(self.info)), None
        while self._now is None or self._now.index < index:
            self._now = next(self._decoding)
        return self._now


@dataclass
class StoredFrame:
    """A frame whose picture is decoded only when a network must see it; see `Frame`."""

    of: Pictures
    index: int
    pts: int
    time_base: Fraction
    size: tuple[int, int]
    damaged: bool
    broken: bool
    time: float
    scale: float
    camera: Any

    @property
    def seconds(self) -> float:
        return self.pts * self.time_base.numerator / self.time_base.denominator

    @property
    def whole(self) -> Frame:
        """The frame as decoded: what the networks are shown, who may turn it."""
        return self.of.decoded(self.index)

    @property
    def picture(self) -> av.VideoFrame:
        return self.whole.picture

    @cached_property
    def small(self) -> SmallFrame:
        luma = np.array(self.of.luma[self.index])
        return SmallFrame(self.index, self.time, levels_of(luma), self.scale, self.damaged)
