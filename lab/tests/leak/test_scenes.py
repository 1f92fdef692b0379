"""The generator: truth lies where the object is, and a seed decides everything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from lab.leak.scenes.build import claim, film
from lab.leak.scenes.catalogue import SMOKE, specs
from lab.leak.scenes.paths import Mover
from lab.leak.scenes.scene import Pillars, StillScene, View
from lab.leak.scenes.slant import slant_of
from lab.leak.scenes.stills import Label, Library, Still, package_still, texture
from lab.leak.truth import Instance, Truth

SIZE = (640, 352)


def marked(target: str) -> Still:
    """A grey picture with one red ellipse (face) or rectangle (plate)."""
    picture = np.full((640, 960, 3), 90, np.uint8)
    box = (400.0, 260.0, 500.0, 390.0) if target == "face" else (400.0, 300.0, 540.0, 340.0)
    if target == "face":
        cv2.ellipse(picture, (450, 325), (50, 65), 0, 0, 360, (255, 0, 0), -1)
    else:
        cv2.rectangle(picture, (400, 300), (539, 339), (255, 0, 0), -1)
    return Still("marked", picture, (Label(target, box),))


@pytest.mark.parametrize("target", ["face", "plate"])
@pytest.mark.parametrize("way", ["pan", "zoom", "shake", "rotate", "enter"])
def test_truth_lies_on_the_object(target: str, way: str) -> None:
    still = marked(target)
    mover = Mover(still, target, SIZE, 2.0, np.random.default_rng(5))
    amount = {"zoom": (1.8,), "shake": (6.0,), "rotate": (12.0,)}.get(way, ())
    scene = StillScene(still, getattr(mover, way)(*amount), *SIZE)
    truth = Truth("t", *SIZE, 24)
    for n in range(24):
        picture, seen = scene.at(n / 12)
        claim(truth, n, seen, dark=False)
        red = (picture[..., 0] > 170) & (picture[..., 1] < 60)
        for track in truth.tracks:
            if n in track.instances:
                region = track.instances[n].region(target, *SIZE)
                assert (region & red).sum() / (region | red).sum() > 0.88
    assert truth.tracks


@pytest.mark.parametrize("degrees", [-12.0, 12.0])
@pytest.mark.parametrize("fall", [-24, 24])
def test_of_a_slanted_plate_only_itself_is_claimed_once_it_is_turned(
    fall: int, degrees: float
) -> None:
    picture = np.full((640, 960, 3), 90, np.uint8)
    low, high = max(0, -fall), max(0, fall)
    corners = [(400, 300 + low), (540, 300 + high), (540, 364 - low), (400, 364 - high)]
    cv2.fillPoly(picture, [np.array(corners, np.int32)], (255, 0, 0))
    box = (400.0, 300.0, 541.0, 365.0)
    still = Still("slanted", picture, (Label("plate", box, slant=slant_of(picture, box)),))
    scene = StillScene(still, lambda _: View(470, 332, 2.0, degrees), *SIZE)
    shown, (seen,) = scene.at(0)
    red = (shown[..., 0] > 170) & (shown[..., 1] < 60)
    region = Instance(seen.box, outline=seen.outline).region("plate", *SIZE)
    assert (region & red).sum() / (region | red).sum() > 0.9


def test_view_never_leaves_the_still() -> None:
    still = marked("face")
    mover = Mover(still, "face", SIZE, 2.0, np.random.default_rng(1))
    for view in (View(-500, 9999, 0.1, 14), View(480, 320, 3.0, -30)):
        inverse = cv2.invertAffineTransform(mover.kept(view).affine(*SIZE))
        corners = np.array([[0, 0, 1], [640, 0, 1], [640, 352, 1], [0, 352, 1]]) @ inverse.T
        assert (corners > -0.5).all() and (corners < (960.5, 640.5)).all()


def test_nothing_is_claimed_behind_a_pillar() -> None:
    still = marked("face")
    mover = Mover(still, "face", SIZE, 2.0, np.random.default_rng(1))
    base = StillScene(still, mover.shake(0.0, 1.3), *SIZE)
    _, seen = base.at(0)
    x1, _, x2, _ = seen[0].box
    for covered, claimed in ((0.3, True), (0.8, False)):
        wide = covered * (x2 - x1)
        scene = Pillars(base, [(x1, wide, 0.0)], texture(1, *SIZE))
        truth = Truth("t", *SIZE, 1)
        claim(truth, 0, scene.at(0)[1], dark=False)
        assert bool(truth.tracks) is claimed
        assert bool(truth.ignore) is not claimed


def test_catalogue_is_large_enough_and_named_once() -> None:
    names = [s.name for s in specs()]
    assert len(names) == len(set(names)) >= 60
    assert set(SMOKE) <= set(names)


@pytest.mark.parametrize("name", ["face-crossing-1", "plate-approach-1", "face-walk-up-vfr-1"])
def test_a_seed_decides_every_byte(name: str, tmp_path: Path) -> None:
    library = Library(None)
    spec = replace(next(s for s in specs() if s.name == name), seconds=0.4)
    first, again = tmp_path / "a.mp4", tmp_path / "b.mp4"
    truths = [film(spec, library, 1, path) for path in (first, again)]
    assert truths[0] == truths[1]
    assert first.read_bytes() == again.read_bytes()
    film(spec, library, 2, again)
    assert first.read_bytes() != again.read_bytes()


def test_package_stills_show_their_faces_where_labelled() -> None:
    skin = package_still("face", 0)
    for label in skin.targets("face"):
        x1, y1, x2, y2 = (int(v) for v in label.box)
        patch = skin.rgb[
            (y1 + y2) // 2 - 5 : (y1 + y2) // 2 + 5, (x1 + x2) // 2 - 5 : (x1 + x2) // 2 + 5
        ]
        red, _, blue = patch.reshape(-1, 3).mean(0)
        assert red > blue + 15
