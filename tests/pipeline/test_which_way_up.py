"""If a camera lay on its side or hung upside down, people are found all the same."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from redact.detection import Bodies, CenterFace, People
from redact.media import Decode, probe
from redact.pipeline import Journal, detect
from redact.pipeline.which_way_up import of_photograph, turned_by
from redact.plan import dump_plan, parse_plan, read_plan
from redact.progress import Silent
from redact.settings import DetectSettings, Rotate
from redact.types import Box, Detections, Target

from ..conftest import SHARED

LONG_SIDE = 960
"""Pixels of a clip that was turned, about."""

FACES = DetectSettings((Target.FACE,))


def laid(source: Path, target: Path, quarters: int, frames: int = 16) -> Path:
    """Frames of a clip, recorded by a rotated camera: clockwise, for one quarter with their tops to
    the right; nothing in the file says so."""
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"crf": "16", "preset": "veryfast"})
        for frame in Decode(probe(source)):
            if frame.index >= frames:
                break
            rgb = np.rot90(frame.picture.to_ndarray(format="rgb24"), -quarters)
            less = max(1, round(max(rgb.shape) / LONG_SIDE))
            rgb = cv2.resize(rgb, None, fx=1 / less, fy=1 / less, interpolation=cv2.INTER_AREA)
            rgb = np.ascontiguousarray(rgb[: len(rgb) // 2 * 2, : rgb.shape[1] // 2 * 2])
            if not stream.codec_context.is_open:
                stream.height, stream.width, stream.pix_fmt = *rgb.shape[:2], "yuv420p"
            picture = av.VideoFrame.from_ndarray(rgb, "rgb24")
            picture.pts, picture.time_base = frame.index, Fraction(1, 25)
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return target


def test_faces_in_a_clip_on_its_side_are_hidden(
    street: Path, street_plan: Path, tmp_path: Path
) -> None:
    journal = Journal(Silent())
    plan = detect(probe(laid(street, tmp_path / "side.mp4", 1)), FACES, journal)
    assert plan.turned == (270,)
    assert [warning.code for warning in journal.warnings] == ["turned"]
    assert parse_plan(dump_plan(plan), "p.json") == plan
    height = read_plan(street_plan).source.height
    as_upright = [t for t in read_plan(street_plan).tracks if t.target is Target.FACE]
    sure = [t for t in as_upright if (t.certainty or 0) > 0.9]
    assert len(sure) == 2
    for track in sure:
        for frame in range(track.first, track.last + 1):
            here = track.at(frame)
            assert here is not None
            x1, y1, x2, y2 = here.box.grown(-0.2)
            face = Box(height - y2, x1, height - y1, x2)
            shares = [region.common(face) / face.area for region in plan.regions_at(frame)]
            assert max(shares, default=0) > 0.9, (track.id, frame)


@pytest.mark.parametrize("quarters", [0, 3])
def test_faces_show_which_way_is_up(street: Path, tmp_path: Path, quarters: int) -> None:
    clip = street if not quarters else laid(street, tmp_path / "laid.mp4", quarters)
    expected = () if not quarters else (360 - 90 * quarters,)
    assert turned_by(probe(clip), FACES, Journal(Silent())) == expected


def test_the_users_choice_overrides_it(street: Path) -> None:
    info, journal = probe(street), Journal(Silent())
    for rotate, expected in ((Rotate.NOT, ()), (Rotate.LEFT, (270,))):
        assert turned_by(info, replace(FACES, rotate=rotate), journal) == expected


def test_a_photograph_that_shows_nobody_upright_is_scanned_in_all_orientations() -> None:
    """Half of the faces and most plates in photographs that lay on their side stayed open, because
    no second picture confirmed the first, and a car shows nobody at all."""
    nobody, upright, on_its_side = np.zeros((3, 2, 4))
    upright[0, 0] = on_its_side[1, 3] = 0.6
    assert of_photograph([nobody]) == (90, 180, 270)
    assert of_photograph([upright]) == ()
    assert of_photograph([on_its_side]) == (270,)


@pytest.mark.slow
def test_a_photograph_on_its_side_is_hidden_like_an_upright_one(
    street: Path, tmp_path: Path
) -> None:
    frame = list(Decode(probe(street)))[5].picture.to_ndarray(format="rgb24")
    small = cv2.resize(frame, (640, 360), interpolation=cv2.INTER_AREA)
    found = []
    for quarters in (0, 1):
        path = tmp_path / f"{quarters}.png"
        Image.fromarray(np.ascontiguousarray(np.rot90(small, quarters))).save(path)
        plan = detect(probe(path), DetectSettings(), Journal(Silent()))
        found.append(sorted(track.target.word for track in plan.tracks))
    assert found[0][:3] == found[1][:3] == ["face", "face", "plate"]


def test_people_show_which_way_is_up(tmp_path: Path) -> None:
    clips = sorted(SHARED.glob("clips/mmaction2__demo*"))
    if not clips:
        pytest.skip("needs shared test footage (REDACT_SHARED)")
    assert turned_by(probe(clips[0]), FACES, Journal(Silent())) == ()
    clip = laid(clips[0], tmp_path / "laid.mp4", 1, frames=20)
    assert turned_by(probe(clip), FACES, Journal(Silent())) == (270,)


@pytest.mark.parametrize(("vehicle", "told"), [(True, ()), (False, (90,))])
def test_vehicles_do_not_show_which_way_is_up(
    street: Path, monkeypatch: pytest.MonkeyPatch, vehicle: bool, told: tuple[int, ...]
) -> None:
    """A car is detected at any rotation, and a bicycle may lie on its side."""
    turns = itertools.cycle((0.1, 0.95, 0.1, 0.1))

    def bodies(*_: object) -> Bodies:
        box, score = np.array([[1, 1, 9, 9]], np.float32), np.array([next(turns)], np.float32)
        return Bodies(box, score, np.array([vehicle]))

    monkeypatch.setattr(CenterFace, "run", lambda *_: Detections.empty())
    monkeypatch.setattr(People, "bodies", bodies)
    assert turned_by(probe(street), FACES, Journal(Silent())) == told


@pytest.mark.parametrize(("score", "ways"), [(0.85, 1), (0.7, 4)])
def test_people_who_are_plainly_upright_are_not_scanned_rotated(
    street: Path, monkeypatch: pytest.MonkeyPatch, score: float, ways: int
) -> None:
    """With a single person in view of a still camera, the other three rotations would be two thirds
    of the cost of this question."""
    scans = 0

    def bodies(*_: object) -> Bodies:
        nonlocal scans
        scans += 1
        return Bodies(np.array([[1, 1, 9, 30]], np.float32), np.array([score]), np.array([False]))

    monkeypatch.setattr(CenterFace, "run", lambda *_: Detections.empty())
    monkeypatch.setattr(People, "bodies", bodies)
    monkeypatch.setattr("redact.pipeline.which_way_up.sample_frames", lambda i: list(Decode(i))[:1])
    assert turned_by(probe(street), FACES, Journal(Silent())) == ()
    assert scans == ways
