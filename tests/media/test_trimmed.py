"""Recordings trimmed without re-encoding: their edit list begins within a group of pictures, so
that the key frame is decoded but not shown."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from redact.media import Decode, probe
from redact.media.damage import Damage

from .footage import Change, Clip, make, remux, samples, unchanged

GROUP, CUT, COUNT = 40, 10, 100
EDIT_LIST = {"avoid_negative_ts": "disabled", "use_editlist": "1"}

CODINGS = {
    "libx264": {"preset": "veryfast", "g": f"{GROUP}", "bf": "2", "sc_threshold": "0"},
    "libx265": {
        "preset": "ultrafast",
        "x265-params": f"keyint={GROUP}:min-keyint=2:log-level=none",
    },
    "mpeg4": {"g": f"{GROUP}", "bf": "0", "sc_threshold": "1000000000"},
}


def trimmed(folder: Path, suffix: str, codec: str, change: Change = unchanged) -> tuple[Path, Path]:
    """A whole recording and the same without its first `CUT` pictures."""
    whole = make(
        folder / f"whole.{suffix}", Clip(codec, pts=range(COUNT), options=dict(CODINGS[codec]))
    )
    cut = folder / f"cut.{suffix}"
    return whole, remux(whole, cut, change, skip=CUT, options=EDIT_LIST)


@pytest.mark.parametrize("codec", CODINGS)
@pytest.mark.parametrize("suffix", ["mp4", "mov"])
def test_frames_after_a_hidden_key_frame_are_intact(
    tmp_path: Path, suffix: str, codec: str
) -> None:
    whole, cut = trimmed(tmp_path, suffix, codec)
    before = [samples(f.picture) for f in Decode(probe(whole))][CUT:]
    decode = Decode(probe(cut))
    after = [(samples(f.picture), f.damaged, f.picture.key_frame) for f in decode]
    assert len(after) == COUNT - CUT and decode.errors == 0
    keys = [key for _, _, key in after]
    assert keys.index(True) == GROUP - CUT, "it was not cut inside a group"
    assert not any(damaged for _, damaged, _ in after)
    for intact, (shown, _, _) in zip(before, after, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(intact, shown, strict=True))


@pytest.mark.parametrize("suffix", ["mp4", "mov"])
def test_trimmed_frames_are_not_called_lost(tmp_path: Path, suffix: str) -> None:
    whole, cut = trimmed(tmp_path, suffix, "libx264")
    video = probe(cut).video
    assert (video.frames, video.cut, video.shown) == (COUNT, CUT, COUNT - CUT)
    assert probe(whole).video.cut == 0
    decode = Decode(probe(cut))
    assert len(list(decode)) == COUNT - CUT
    assert [warning.code for warning in decode.warnings] == ["frames_cut"]


@pytest.mark.parametrize(
    ("codec", "spoilt"), [("libx264", 0), ("libx265", 0), ("mpeg4", 0), ("mpeg4", CUT // 2)]
)
def test_a_damaged_hidden_frame_damages_those_after_it(
    tmp_path: Path, codec: str, spoilt: int
) -> None:
    """Number 0 is the key frame itself."""

    def spoil(number: int, data: bytes) -> bytes:
        # The head stays, so that what is left is taken for a picture.
        head = len(data) // 2
        return data[:head] + b"\xff" * (len(data) - head) if number == spoilt else data

    whole, cut = trimmed(tmp_path, "mp4", codec, spoil)
    before = [samples(f.picture) for f in Decode(probe(whole))][CUT:]
    wrong = 0
    marked = []
    for intact, frame in zip(before, Decode(probe(cut)), strict=True):
        shown = samples(frame.picture)
        differs = any((a != b).any() for a, b in zip(intact, shown, strict=True))
        assert frame.damaged or not differs
        wrong += differs
        marked.append(frame.damaged)
    assert wrong
    assert not any(marked[GROUP - CUT :]), "the next key picture ends the damage"


def test_a_hidden_key_frame_ends_no_reported_damage() -> None:
    damage = Damage()
    damage.packet(0, True)
    damage.hidden_key()
    damage.packet(1, False)
    damage.hidden_key()
    seen = []
    for index, key in enumerate([False, False, True, False]):
        damage.packet(index + 2, False)
        seen.append(bool(damage.frame(index + 2, index, key, False)))
    assert seen == [True, True, False, False]
    assert sum(a != b for a, b in pairwise(seen)) == 1
