"""An excerpt has exactly the pictures and the sound of its span, in sync, with times from zero."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from redact.errors import InputError, UsageError
from redact.media import (
    Decode,
    SourceInfo,
    VideoWriter,
    default_output,
    excerpt,
    plane_array,
    probe,
    read_channels,
    read_sound,
    with_lead,
)
from redact.settings import EncodeSettings
from redact.types import Frame

from .footage import FAST, Clip, Sound, make

GOP = {"preset": "veryfast", "g": "25", "bf": "3", "crf": "20"}
SMALL, FRAMES = (96, 64), 125
CUT = 2.01, 3.9
"""Neither is the time of a picture: the first is that at 2.04, the last that at 3.88."""
OUTSIDE, INSIDE = 700.0, 30.0
"""Hertz of the tone outside the excerpt, and in it."""


@dataclass
class Way:
    """A source, its sound, and the length of the longest frame of the codecs in seconds."""

    clip: Clip
    sound: Sound
    frame: float = 0.03
    layout: str = "mono"

    @property
    def begin(self) -> float:
        """When the excerpt's first picture is shown."""
        times = [float(pts * self.clip.time_base) for pts in self.clip.pts]
        return next(time for time in times if time - times[0] >= CUT[0])

    @property
    def end(self) -> float:
        return float(self.clip.pts[0] * self.clip.time_base) + CUT[1]

    def made(self, path: Path) -> Path:
        """The tone has another pitch in the excerpt, to the very sample."""
        start = float(self.sound.start)
        said = (self.begin - start, self.end - start, INSIDE)
        tone = replace(self.sound, layout=self.layout, hertz=OUTSIDE, seconds=7.5, said=said)
        return make(path, replace(self.clip, sounds=[tone]))


def clip(**more: object) -> Clip:
    given = {"pts": range(FRAMES), "size": SMALL, "options": GOP} | more
    return Clip(**given)  # type: ignore[arg-type]


WAYS = {
    "aac.mp4": Way(clip(), Sound()),
    "no-key-pictures.mp4": Way(clip(options=GOP | {"g": "1000", "keyint_min": "1000"}), Sound()),
    "open.mkv": Way(clip(options=GOP | {"x264-params": "open-gop=1"}), Sound("flac"), 0.1),
    "opus.webm": Way(
        clip(codec="libvpx", options={"deadline": "realtime", "g": "40"}), Sound("libopus")
    ),
    "mp2.ts": Way(clip(codec="mpeg2video", options={"g": "12"}), Sound("mp2")),
    "late.mkv": Way(clip(pts=range(50, 50 + FRAMES)), Sound("ac3", start=Fraction(1, 2)), 0.04),
    "eight-channels.mp4": Way(clip(), Sound(), layout="7.1"),  # PyAV crashes on their planes
    "uneven.mp4": Way(
        clip(pts=[n + n // 3 for n in range(FRAMES)], time_base=Fraction(1, 36)), Sound()
    ),
}

MORE_WAYS = {
    "h264.ts": Way(clip(), Sound()),
    "h264.mts": Way(clip(), Sound("ac3"), 0.04),
    "h264.mov": Way(clip(), Sound("alac"), 0.1),
    "h264.flv": Way(clip(time_base=Fraction(1, 1000), pts=range(0, 40 * FRAMES, 40)), Sound()),
    "10-bit.mp4": Way(clip(fmt="yuv420p10le"), Sound("libmp3lame"), 0.06),
    "hevc.mp4": Way(clip(codec="libx265", options={"x265-params": "keyint=25"}), Sound()),
    "hevc.mkv": Way(
        clip(codec="libx265", options={"x265-params": "keyint=25"}), Sound("flac"), 0.1
    ),
    "vp9.webm": Way(
        clip(codec="libvpx-vp9", options={"deadline": "realtime", "g": "40"}), Sound("libopus")
    ),
    "pcm.mov": Way(clip(codec="mjpeg", fmt="yuvj420p", options={}), Sound("pcm_s16le", 44100)),
    "prores.mov": Way(clip(codec="prores_ks", fmt="yuv422p10le", options={}), Sound("pcm_s24le")),
    "mp3.avi": Way(clip(codec="mpeg4", options={"g": "30", "bf": "0"}), Sound("libmp3lame", 44100)),
    "ffv1.mkv": Way(clip(codec="ffv1", options={}), Sound("pcm_s16le")),
    "mpeg1.mpg": Way(clip(codec="mpeg1video", options={"g": "12"}), Sound("mp2")),
}
"""So that the excerpts of 20 formats are proved, with those above."""


def digest(frame: Frame) -> str:
    planes = (plane_array(frame.picture, n).tobytes() for n in range(len(frame.picture.planes)))
    return hashlib.sha256(b"".join(planes)).hexdigest()


def pictures(info: SourceInfo) -> list[tuple[Fraction, str, bool]]:
    frames = list(Decode(info))
    assert [frame.index for frame in frames] == list(range(len(frames)))
    return [(frame.time, digest(frame), frame.damaged) for frame in frames]


def written(info: SourceInfo, folder: Path) -> SourceInfo:
    path = folder / default_output(info).name
    with VideoWriter(
        path, info, EncodeSettings(preset="8") if path.suffix == ".webm" else FAST
    ) as writer:
        for frame in Decode(info):
            writer.write(frame)
    return probe(path)


def heard(info: SourceInfo) -> tuple[float, NDArray[np.float64], int]:
    """When the sound begins, its samples without gaps, and how many a second."""
    pieces = list(read_channels(info, info.audio[0].index))
    begin, rate, _ = pieces[0]
    end = pieces[-1][0] + Fraction(pieces[-1][2].shape[1], rate)
    samples = np.zeros(round((end - begin) * rate) + 1)
    for time, _, piece in pieces:
        at = round((time - begin) * rate)
        samples[at : at + piece.shape[1]] = piece[0]
    return float(begin), samples[:-1], rate


@pytest.mark.parametrize(
    "name", [*WAYS, *(pytest.param(name, marks=pytest.mark.slow) for name in MORE_WAYS)]
)
def test_pictures_and_sound_are_those_of_the_span(tmp_path: Path, name: str) -> None:
    way = {**WAYS, **MORE_WAYS}[name]
    info = probe(way.made(tmp_path / name))
    whole = pictures(info)
    zero = whole[0][0]
    wanted = [p for p in whole if CUT[0] <= p[0] - zero < CUT[1]]
    begin = wanted[0][0]
    part = excerpt(info, *CUT)
    assert pictures(part) == [(time - begin, *rest) for time, *rest in wanted]
    wide = pictures(with_lead(part))
    assert [p[1:] for p in wide] == [p[1:] for p in whole]  # three seconds before and after
    assert wide[0][0] == zero - begin
    result = written(part, tmp_path)
    assert result.path.name.startswith(f"{Path(name).stem}.0m2.01s-0m3.9s.")
    times = [frame.time for frame in Decode(result)]
    assert times == pytest.approx([p[0] - begin for p in wanted], abs=1e-3) and times[0] == 0
    lasts = way.end - way.begin
    starts, samples, rate = heard(result)
    assert -way.frame < starts < way.frame
    assert abs(starts + len(samples) / rate - lasts) < way.frame
    at = starts + np.arange(len(samples)) / rate
    original_starts, original, original_rate = heard(info)
    source = np.arange(len(original)) / original_rate + original_starts - float(begin)
    # Of this tone, a millisecond is 0.04; codecs smear it at both ends.
    away = np.abs(samples - np.interp(at, source, original))[(at >= 0) & (at < lasts)]
    assert np.median(away) < 0.04, np.median(away)
    beyond = np.abs(samples[(at < -0.001) | (at >= lasts + 0.001)])
    assert beyond.max(initial=0) < 0.1


def test_what_is_read_for_the_page_is_that_of_the_excerpt(tmp_path: Path) -> None:
    info = excerpt(probe(WAYS["aac.mp4"].made(tmp_path / "a.mp4")), *CUT)
    pieces = list(read_sound(info, info.audio[0].index, 8000))
    assert pieces[0][0] == 0 and sum(len(samples) for _, samples in pieces) == round(1.86 * 8000)
    assert info.sound == (0, pytest.approx(1.86, abs=0.001))


@pytest.mark.parametrize("name", ["aac.mp4", "late.mkv"])
def test_an_excerpt_goes_to_the_end(tmp_path: Path, name: str) -> None:
    info = probe(WAYS[name].made(tmp_path / name))
    whole = pictures(info)
    last = pictures(excerpt(info, 4.9, None))
    assert [p[1:] for p in last] == [p[1:] for p in whole[-2:]]


def test_spans_without_a_picture_are_refused(tmp_path: Path) -> None:
    uneven = Clip(pts=[*range(10), *range(100, 110)], size=SMALL)
    info = probe(make(tmp_path / "gap.mp4", uneven))
    with pytest.raises(InputError, match=r"no picture at 1:40\.000 or later"):
        excerpt(info, 100, None)
    with pytest.raises(InputError, match=r"from 0:01\.000 to 0:02\.000"):
        excerpt(info, 1, 2)
    with pytest.raises(UsageError, match="ends before it begins"):
        excerpt(info, 2, 1)


def test_the_last_picture_ends_with_the_excerpt(tmp_path: Path) -> None:
    """One that is shown for ten seconds in the source must not be shown for ten in the excerpt."""
    info = probe(make(tmp_path / "a.mp4", Clip(pts=[*range(25), 275], size=SMALL)))
    result = written(excerpt(info, 0.5, 1.5), tmp_path)
    assert float(result.duration or 0) == pytest.approx(1.5 - 0.52, abs=0.01)


def test_a_stream_that_only_refreshes_is_read_from_where_it_is_whole(tmp_path: Path) -> None:
    """Its key pictures are none: decoding from one of them gives pictures that seem damaged."""
    options = GOP | {"g": "100", "x264-params": "intra-refresh=1:keyint=100:scenecut=0"}
    info = probe(make(tmp_path / "a.mp4", Clip(pts=range(200), size=SMALL, options=options)))
    whole = pictures(info)
    found = pictures(excerpt(info, 6.4, 7))
    assert [p[1:] for p in found] == [p[1:] for p in whole[160:175]]
    assert not any(damaged for *_, damaged in found)
