"""Training on films: held-out scenes, witnesses for faces, captions, mistakes, archives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="needs lab/training/requirements.txt")

from lab.training import captions, films, teacher
from lab.training.augment import CAPTIONED, Sample, Sizes, choose_view, rotate, training_crop
from lab.training.prepare import TEACHER_FACE


def film(path: Path, frames: int) -> None:
    out = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (64, 48))
    for n in range(frames):
        out.write(np.full((48, 64, 3), 4 * n, np.uint8))
    out.release()


def test_development_scenes_are_never_read(tmp_path: Path) -> None:
    for clips in films.CAMERA_SCENES.values():
        for clip in clips:
            (tmp_path / clip).parent.mkdir(exist_ok=True)
    one = next(s for s in films.CAMERA_SCENES if films.for_development(s))
    other = next(s for s in films.CAMERA_SCENES if not films.for_development(s))
    for scene in (one, other):
        film(tmp_path / "film.avi", 30)
        for clip in films.CAMERA_SCENES[scene]:
            (tmp_path / f"{clip}.mp4").write_bytes((tmp_path / "film.avi").read_bytes())
    names = {i.name.split("_f")[0] for i in films.camera_clips(tmp_path)}
    assert names == {Path(c).name for c in films.CAMERA_SCENES[other]}


def test_frames_of_a_film_come_in_pairs(tmp_path: Path) -> None:
    film(tmp_path / "a.avi", 30)
    numbers = [n for n, _, _ in films.decoded(tmp_path / "a.avi", 20, tmp_path / "frames")]
    assert numbers == [2, 4, 22, 24]


def test_a_sure_face_needs_a_second_witness() -> None:
    alone = teacher.union([[[10, 10, 50, 60, 0.9]], []])
    assert teacher.agreed(alone, None, 2)[0][4] < TEACHER_FACE
    assert teacher.agreed(alone, [[12, 11, 52, 61, 0.3, 1]], 2)[0][4] == 0.9
    assert teacher.agreed(alone, [[112, 11, 152, 61, 0.9, 1]], 2)[0][4] < TEACHER_FACE
    both = teacher.union([[[10, 10, 50, 60, 0.5]], [[11, 11, 49, 60, 0.9]]])
    assert [f[4:] for f in both] == [[0.9, 2.0]]
    assert teacher.agreed(both, None, 2)[0][4] == 0.9
    names: dict[str, Any] = {"c_f00022.jpg": 0, "c_f00024.jpg": 0, "c_f00042.jpg": 0}
    assert teacher.neighbour("c_f00022.jpg", names) == "c_f00024.jpg"
    assert teacher.neighbour("c_f00024.jpg", names) == "c_f00022.jpg"
    assert teacher.neighbour("c_f00042.jpg", names) is None


def test_captions_change_only_the_areas_they_report() -> None:
    for seed in range(40):
        image = np.full((200, 260, 3), 90, np.uint8)
        areas = captions.burn_in(image, np.random.default_rng(seed))
        outside = np.ones((200, 260), bool)
        for x1, y1, x2, y2 in areas:
            outside[y1:y2, x1:x2] = False
        assert (image[outside] == 90).all()
        assert not areas or (image[~outside] != 90).any()


def test_objects_under_captions_are_not_learnt_as_background() -> None:
    """A plate covered by a caption may be ignored or, if wholly hidden, gone; never moved."""
    plate = np.array([[1, 100, 100, 180, 130, 0]], np.float32)
    sample = Sample(np.full((300, 300, 3), 120, np.uint8), plate, (True, True))
    kinds = set()
    for seed in range(60):
        _, boxes = training_crop(
            lambda: sample, 160, np.random.default_rng(seed), Sizes(), mosaic_share=0.0
        )
        kinds |= {int(b[5]) for b in boxes if b[0] == 1}
    assert CAPTIONED > 0
    assert kinds == {0, 1}


def test_boxes_follow_what_is_turned_and_seen_from_aside() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    image[90:110, 200:260] = 255
    plate = np.array([[1, 200, 90, 260, 110, 0]], np.float32)
    for how in ((0.0, 1.0, 0.0), (20.0, 1.0, 0.0), (0.0, 0.6, 0.3), (15.0, 0.6, -0.3)):
        turned, boxes = rotate(image, plate, *how)
        ys, xs = np.nonzero(turned[..., 0] > 127)
        seen = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
        assert np.abs(boxes[0, 1:5] - seen).max() < 2.5


def test_views_look_at_mistakes() -> None:
    mistake = np.array([[1, 900, 40, 960, 60, 0]], np.float32)
    sample = Sample(
        np.zeros((720, 1280, 3), np.uint8), np.zeros((0, 6), np.float32), (True, True), mistake
    )
    inside = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        scale, left, top = choose_view(sample, (352, 352), rng, Sizes(), False)
        x, y = 930 * scale - left, 50 * scale - top
        inside += 0 <= x < 352 and 0 <= y < 352
    assert inside > 100
