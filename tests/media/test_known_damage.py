"""Decoding a file again uses the damage found the first time, and waits for nothing."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

import av
import pytest

from redact.media import Decode, probe
from redact.media.decode import MOST_B_PICTURES

from .footage import Clip, make, samples
from .test_damage import spoil

Seen = list[tuple[int, bool, bytes]]


@pytest.fixture(scope="module")
def reordered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip with B-frames."""
    options = {"preset": "veryfast", "g": "12", "bf": "3"}
    path = tmp_path_factory.mktemp("known") / "b.mkv"
    return make(path, Clip(pts=range(48), options=options))


def seen(path: Path, known: Collection[int] | None) -> Seen:
    return [
        (f.pts, f.damaged, b"".join(plane.tobytes() for plane in samples(f.picture)))
        for f in Decode(probe(path), known)
    ]


@pytest.mark.parametrize("known", [(), (3, 40), range(48)])
def test_exactly_the_known_frames_are_marked_damaged(
    reordered: Path, tmp_path: Path, known: Collection[int]
) -> None:
    spoilt = spoil(Path(shutil.copy(reordered, tmp_path / "spoilt.mkv")), 0.5, 400)
    assert any(damaged for _, damaged, _ in seen(spoilt, None))
    for path in (reordered, spoilt):
        found, before = seen(path, frozenset(known)), seen(path, None)
        assert [(pts, data) for pts, _, data in found] == [(p, data) for p, _, data in before]
        assert [n for n, (_, bad, _) in enumerate(found) if bad] == [
            n for n in known if n < len(found)
        ]


def test_frames_are_only_delayed_if_damage_is_not_known(reordered: Path) -> None:
    """Measured by how many packets were decoded before the first frame came out."""

    class Counting(Decode):
        decoded = 0

        def _decoded(self, *args: Any) -> list[av.VideoFrame]:
            pictures = super()._decoded(*args)
            self.decoded += len(pictures)
            return pictures

    held, free = Counting(probe(reordered)), Counting(probe(reordered), frozenset[int]())
    for decode in (held, free):
        next(iter(decode))
    assert free.decoded <= 2 < MOST_B_PICTURES <= held.decoded
