"""Stretches of an H.264 recording in which nothing is hidden, to be copied as they were coded.

From an IDR picture on, everything is decoded without what lies before it (ITU-T H.264, 7.4.1.2.4).
So the coded pictures from one to the next can stand between pictures that are coded anew, if both
parts name different parameter sets. What is copied is the slices. Of the messages between them
only those about timing are kept: others can say who recorded it.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import av

from ..formats.nal_units import messages, parameter_sets, units
from .h264_headers import Bits, sequence_of
from .info import SourceInfo
from .source import opened_video, packets_of

SLICE, IDR, SEI, SEQUENCE, PICTURE, DELIMITER, END, FILLER = 1, 5, 6, 7, 8, 9, 10, 12
"""Kinds of units (ITU-T H.264, table 7-1)."""

_TIMING: Final = frozenset((0, 1, 6))
"""Messages that are kept: buffering period, timing of pictures, recovery point (table D.1)."""

_START: Final = b"\0\0\0\1"


@dataclass(frozen=True, slots=True)
class Coded:
    """The pictures from one IDR picture to before the next.

    Attributes:
        pts: of its pictures, rising, in units of the stream's time base.
        sha256: over its slices in coded order, four bytes of length before each; hex.
        late: by how many places a picture is shown later than it was coded, at most.
        reason: why it cannot be copied, a word of the table `copies`; "" if it can.
    """

    pts: tuple[int, ...]
    sha256: str
    late: int
    reason: str = ""


class Copied(NamedTuple):
    """A stretch that is in the result as it was coded.

    Attributes:
        first, last: frames.
        sha256: see `Coded`.
    """

    first: int
    last: int
    sha256: str


def reason_against(info: SourceInfo) -> str:
    """Why nothing of a source can be copied, a word of the table `copies`; "" where it can."""
    video = info.video
    if video.codec != "h264" or video.pixel_format not in ("yuv420p", "yuvj420p"):
        return "codec"
    if not ("mp4" in info.container or "matroska" in info.container):
        return "container"
    if video.interlaced or not video.orientation.identity:
        return "turned"
    if video.coded_aspect not in (None, video.sample_aspect):
        return "shape"
    return "part" if info.part is not None else ""


def stretches_of(info: SourceInfo) -> Iterator[Coded]:
    """All coded stretches of a source, in order; nothing is decoded.

    Raises:
        InputError: the file cannot be opened any more.
        ValueError: its parameter sets cannot be read.
    """
    with opened_video(info) as (container, stream):
        own = ParameterSets.of(stream.codec_context.extradata)
        begun: _Stretch | None = None
        try:
            for packet in packets_of(container, stream):
                if not packet.size:
                    continue
                here = list(units(bytes(packet), own.length_size))
                if begun is None or any(kind_of(unit) == IDR for unit in here):
                    if begun is not None:
                        yield begun.done()
                    begun = _Stretch()
                begun.add(packet, here, own)
        except av.FFmpegError:
            return  # decoding stops at the same place, and tells
        if begun is not None:
            yield begun.done()


class _Stretch:
    """A stretch that is being read."""

    def __init__(self) -> None:
        self._pts: list[int] = []
        self._digest = hashlib.sha256()
        self._reason = ""

    def add(self, packet: Any, units: Sequence[bytes], own: ParameterSets) -> None:
        kinds = [kind_of(unit) for unit in units]
        if not self._pts and IDR not in kinds:
            self._reason = "beginning"
        if packet.pts is None or packet.is_corrupt or packet.is_discard:
            self._reason = "damaged"
        foreign = set(kinds) - {SLICE, IDR, SEI, SEQUENCE, PICTURE, DELIMITER, END, FILLER}
        changed = [u for u in units if kind_of(u) in (SEQUENCE, PICTURE) and u not in own.units]
        if foreign or changed:
            self._reason = "parameters"
        self._pts.append(-1 if packet.pts is None else packet.pts)
        for unit in units:
            if kind_of(unit) in (SLICE, IDR):
                self._digest.update(len(unit).to_bytes(4))
                self._digest.update(unit)

    def done(self) -> Coded:
        shown = sorted(self._pts)
        late = max(k - bisect_left(shown, pts) for k, pts in enumerate(self._pts))
        reason = self._reason or ("times" if len(set(shown)) < len(shown) else "")
        return Coded(tuple(shown), self._digest.hexdigest(), late, reason)


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """The parameter sets of a stream whose packets have lengths before their units (`avcC`).

    Attributes:
        length_size: bytes of such a length.
        units: sequence and picture parameter sets.
        numbers: those by which slices and picture parameter sets name them.
    """

    length_size: int
    units: tuple[bytes, ...]
    numbers: frozenset[int]

    @classmethod
    def of(cls, extradata: bytes | None) -> ParameterSets:
        """Raises ValueError where they cannot be read."""
        if extradata is None or len(extradata) < 7 or extradata[0] != 1:
            raise ValueError("no parameter sets before the pictures")
        own = parameter_sets(extradata)
        numbers = set()
        for unit in own:
            if kind_of(unit) == SEQUENCE:
                numbers.add(sequence_of(unit)[0])
            else:
                numbers.add(Bits(unit[1:]).ue())
        return cls((extradata[4] & 3) + 1, tuple(own), frozenset(numbers))

    def free_number(self) -> int:
        """One that no parameter set of the source has."""
        return next(n for n in range(31, -1, -1) if n not in self.numbers)

    def beside(self, encoder: bytes) -> bytes:
        """All parameter sets of the source and of an encoder, with start codes.

        Args:
            encoder: its parameter sets with start codes.
        """
        theirs = [unit for unit in units(encoder, 0) if kind_of(unit) in (SEQUENCE, PICTURE)]
        every = sorted([*theirs, *self.units], key=_place)
        return b"".join(_START + unit for unit in every)


def _place(unit: bytes) -> tuple[int, int]:
    """Sequence parameter sets before those of pictures; the container states the level of the
    first, so the highest comes first."""
    return kind_of(unit), -unit[3] if kind_of(unit) == SEQUENCE else 0


class Copies:
    """What of a source is copied, and its packets.

    Args:
        info: the source.
        coded: its stretches.
        copied: those that are copied, rising.
        times: PTS of all frames.

    Attributes:
        copied, times: as given.
        late: by how many places a picture is shown later than it was coded, at most.
        parameters: of the source.
    """

    def __init__(
        self,
        info: SourceInfo,
        coded: Sequence[Coded],
        copied: Sequence[Copied],
        times: Sequence[int],
    ) -> None:
        self._info = info
        self.parameters = parameters_of(info)
        self.copied = tuple(copied)
        self.times = times
        self.late = max((stretch.late for stretch in coded), default=0)
        self._firsts = [stretch.first for stretch in copied]

    def at(self, frame: int) -> Copied | None:
        """The stretch that is copied and in which a frame lies."""
        index = bisect_left(self._firsts, frame + 1) - 1
        found = self.copied[index] if index >= 0 else None
        return found if found is not None and frame <= found.last else None

    def packets(self) -> Generator[tuple[int, bytes, bool]]:
        """PTS, coded picture with start codes, and whether it is an IDR picture, of everything that
        is copied, in order; read as it is asked for."""
        with opened_video(self._info) as (container, stream):
            size = self.parameters.length_size
            spans = iter(self.copied)
            span = next(spans, None)
            for packet in packets_of(container, stream):
                if not packet.size:
                    continue
                while span is not None and packet.pts > self.times[span.last]:
                    span = next(spans, None)
                if span is None:
                    return
                if packet.pts >= self.times[span.first]:
                    copied = [u for u in map(kept, units(bytes(packet), size)) if u]
                    key = any(kind_of(unit) == IDR for unit in copied)
                    yield packet.pts, b"".join(_START + unit for unit in copied), key


def parameters_of(info: SourceInfo) -> ParameterSets:
    """Raises ValueError where they cannot be read."""
    with opened_video(info) as (_, stream):
        return ParameterSets.of(stream.codec_context.extradata)


def choose_copies(
    info: SourceInfo, times: Sequence[int], untouched: Sequence[bool]
) -> tuple[Copies | None, dict[str, int]]:
    """What can be copied, and how many stretches cannot, by the reason.

    Args:
        info: the source.
        times: PTS of its frames.
        untouched: of each frame: nothing is hidden in it, and it is not damaged.

    Returns:
        None where nothing can be copied; reasons are words of the table `copies`.
    """
    against = reason_against(info)
    if against:
        return None, {against: 1}
    try:
        coded = list(stretches_of(info))
    except ValueError:
        return None, {"parameters": 1}
    copied, reasons = [], dict[str, int]()
    for stretch in coded:
        first = bisect_left(times, stretch.pts[0])
        last = first + len(stretch.pts) - 1
        reason = stretch.reason
        if not reason and tuple(times[first : last + 1]) != stretch.pts:
            reason = "cut"
        if not reason and all(untouched[first : last + 1]):
            copied.append(Copied(first, last, stretch.sha256))
        elif reason:
            reasons[reason] = reasons.get(reason, 0) + 1
    if not copied:
        return None, reasons
    return Copies(info, coded, copied, times), reasons


class DecodingTimes:
    """When pictures in coded order are decoded: as early as none has to wait for a later one.

    Args:
        times: PTS of all pictures, rising.
        late: by how many places a picture is shown later than it was coded, at most.
    """

    def __init__(self, times: Sequence[int], late: int) -> None:
        self._times = times
        self._late = min(late, len(times) - 1)
        self._given = 0

    def next(self) -> int:
        """DTS of the next picture."""
        index, late = self._given, self._late
        self._given += 1
        if index >= late:
            return self._times[index - late]
        return self._times[index] - (self._times[late] - self._times[0])


def kind_of(unit: bytes) -> int:
    """A unit's kind, 0 of an empty one."""
    return unit[0] & 31 if unit else 0


def kept(unit: bytes) -> bytes:
    """What is copied of a unit: slices, and messages about timing alone."""
    kind = kind_of(unit)
    if kind in (SLICE, IDR):
        return unit
    return unit if kind == SEI and {kind for kind, _ in messages(unit[1:])} <= _TIMING else b""
