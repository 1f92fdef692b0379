"""Training data of the eye: unknown places are never taken for background."""

from __future__ import annotations

import numpy as np

from lab.training.eye.index import head_of, rows_of
from lab.training.eye.targets import STRIDE, target_maps

FACE, PLATE, HEAD = 0, 1, 2
SIZE = 352
A_FACE = [100.0, 100.0, 140.0, 150.0]


def seen(faces: list[list[float]], people: list[list[float]] | None) -> dict[str, object]:
    return {"faces": faces, "people": people}


def test_heads_are_unknown_where_a_person_may_be_and_where_nobody_looked_for_people() -> None:
    known, rows = rows_of(
        "camera_clips", "people", {"boxes": []}, seen([], [[100, 100, 200, 300, 0.06]]), None
    )
    ((kind, *box, ignored),) = rows
    assert known[HEAD] and (kind, ignored) == (HEAD, 1) and box == [80, 60, 220, 340]
    not_asked, _ = rows_of("openlpr", "plates", {"boxes": []}, seen([], None), None)
    nobody_looked, _ = rows_of("openlpr", "plates", {"boxes": []}, None, None)
    assert not not_asked[HEAD] and not nobody_looked[HEAD]


def test_who_looked_for_people_only_says_nothing_about_faces() -> None:
    known, _ = rows_of("openlpr", "plates", {"boxes": []}, {"faces": None, "people": []}, None)
    assert not known[FACE] and not known[HEAD]


def test_a_doubtful_face_is_ignored_as_face_and_as_head() -> None:
    _, rows = rows_of("camera_clips", "people", {"boxes": []}, seen([[*A_FACE, 0.2]], []), None)
    assert {(r[0], r[5]) for r in rows} == {(FACE, 1), (HEAD, 1)}


def test_heads_labelled_by_eye_replace_guesses() -> None:
    by_eye = {"heads": [[90.0, 80.0, 150.0, 160.0]], "ignore": [[0.0, 0.0, 50.0, 50.0]]}
    known, rows = rows_of(
        "camera_clips", "people", {"boxes": []}, seen([[*A_FACE, 0.9]], []), by_eye
    )
    heads = [r for r in rows if r[0] == HEAD]
    assert known[HEAD] and [r[5] for r in heads] == [0, 1]


def test_a_head_holds_its_face() -> None:
    x1, y1, x2, y2 = head_of(A_FACE)
    assert x1 < A_FACE[0] and y1 < A_FACE[1] and x2 > A_FACE[2] and y2 > A_FACE[3]


def test_ignored_places_do_not_count_and_objects_in_them_do() -> None:
    boxes = np.array([[HEAD, 0, 0, 200, 200, 1], [HEAD, 80, 80, 140, 150, 0]], np.float32)
    heat, counts, _, weight = target_maps(boxes, SIZE)
    middle = 115 // STRIDE, 110 // STRIDE
    assert heat[HEAD][middle] == 1 and counts[HEAD][middle] == 1
    assert counts[HEAD, 2, 2] == 0 and counts[FACE, 2, 2] == 1
    assert counts[HEAD, 80, 80] == 1 and np.isclose(weight[HEAD].sum(), 1)


def test_every_object_has_one_middle_however_small_or_cut() -> None:
    sizes = ((5, 6), (40, 50), (340, 350), (200, 40))
    for kind in (FACE, PLATE, HEAD):
        for w, h in sizes:
            box = np.array([[kind, 1, 1, 1 + w, 1 + h, 0]], np.float32)
            heat, counts, goal, weight = target_maps(box, SIZE)
            assert (heat[kind] == 1).sum() == 1
            at = np.unravel_index(heat[kind].argmax(), heat[kind].shape)
            assert counts[kind][at] == 1 and weight[kind][at] > 0
            assert np.allclose(goal[kind][:, at[0], at[1]], box[0, 1:5])
