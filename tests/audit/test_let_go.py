"""A mask that loses its subject is found by its pixels, and counts if a detector sees it there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from redact.auditing.let_go import LetGo, Place
from redact.auditing.second_opinion import SecondOpinion
from redact.auditing.still_visible import StillVisible, followed
from redact.auditing.what_is_hidden import PlanCovers
from redact.media import Decode
from redact.settings import Sensitivity
from redact.types import Box, Boxes, Detections, Frame, Rect, Region, State, Target

from .conftest import HEIGHT as CLIP_HEIGHT
from .conftest import WIDTH as CLIP_WIDTH
from .conftest import Clip, face_box

HEIGHT, WIDTH, COUNT = 180, 320, 20
RNG = np.random.default_rng(3)
GROUND = RNG.integers(60, 200, (HEIGHT, WIDTH)).astype(np.uint8)
PATCH = np.kron(RNG.integers(20, 235, (12, 10)), np.ones((5, 5))).astype(np.uint8)  # 60 × 50


def subject(frame: int) -> Box:
    x = 60.0 + 2 * frame
    return Box(x, 50, x + 50, 110)


def picture(box: Box) -> NDArray[np.uint8]:
    """A patch on the ground."""
    out = GROUND.copy()
    out[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)] = PATCH
    return out


def found(
    boxes: list[Box],
    states: list[State] | None = None,
    place: Callable[[int], Box] = subject,
) -> dict[int, list[tuple[int, Box]]]:
    """Findings if the masks are at `boxes` and the subject is at its place."""
    look = LetGo()
    states = states or [State.DETECTED] * len(boxes)
    for frame, (box, state) in enumerate(zip(boxes, states, strict=True)):
        region = Region(7, Target.FACE, box, state)

        def mask(box: Box = box) -> NDArray[np.uint8]:
            out = np.zeros((HEIGHT, WIDTH), np.uint8)
            grown = box.grown(0.15)
            out[int(grown.y1) : int(grown.y2), int(grown.x1) : int(grown.x2)] = 255
            return out

        look.see(frame, picture(place(frame)), [region], mask)
    return dict(look.places)


def shrunk(box: Box) -> Box:
    return box.grown(-0.3)


def aside(box: Box) -> Box:
    return Box(box.x1 + 30, box.y1 + 18, box.x2 + 30, box.y2 + 18)


@pytest.mark.parametrize("wrong", [shrunk, aside])
@pytest.mark.parametrize("length", [1, 5, 12])
def test_every_frame_without_its_mask_is_found(wrong: Callable[[Box], Box], length: int) -> None:
    bad = range(6, 6 + length)
    places = found([wrong(subject(n)) if n in bad else subject(n) for n in range(COUNT)])
    assert [frame for frame, _ in places[7]] == list(bad)
    for frame, box in places[7]:
        assert box.iou(subject(frame)) > 0.8


def test_a_mask_that_fits_is_not_a_finding() -> None:
    assert found([subject(n) for n in range(COUNT)]) == {}


def test_a_mask_that_moves_with_its_subject_is_not_a_finding() -> None:
    """The subject itself jumps, by as much as the mask in the test above."""
    jump = [aside(subject(n)) if n >= 6 else subject(n) for n in range(COUNT)]
    assert found(jump, place=lambda n: jump[n]) == {}


def test_a_lookalike_of_a_subject_that_moves_with_its_mask_is_no_finding() -> None:
    """The camera jolts, and where the subject was something looks nearly like it, as the road does
    beside a small plate."""
    noisy = PATCH + RNG.normal(0, 25, PATCH.shape)
    look, here, there = LetGo(), subject(0), subject(0).moved(80, 40)
    for box in (here, there):
        luma = picture(there)
        luma[50:110, 60:110] = PATCH if box is here else noisy.clip(0, 255)
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        mask[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)] = 255
        region = Region(7, Target.PLATE, box, State.DETECTED)
        look.see(int(box is there), luma, [region], lambda mask=mask: mask)
    assert look.places == {}


def test_a_guessed_mask_that_slips_off_its_subject_is_found() -> None:
    boxes = [subject(n) if n < 6 else aside(subject(n)) for n in range(COUNT)]
    places = found(boxes, [State.DETECTED] * 6 + [State.FOLLOWED] * (COUNT - 6))
    assert [frame for frame, _ in places[7]] == list(range(6, COUNT))


def test_a_mask_that_was_too_large_may_shrink() -> None:
    wide = [subject(n).grown(0.6) for n in range(6)]
    boxes = [*wide, *(subject(n) for n in range(6, COUNT))]
    states = [State.PADDED] * 6 + [State.DETECTED] * (COUNT - 6)
    assert found(boxes, states) == {}
    # Even if it was not guessed: a covered object is no finding.
    assert found([b.grown(-0.05) for b in boxes]) == {}


@pytest.mark.parametrize("target", list(Target))
def test_every_kind_of_mask_is_checked(target: Target) -> None:
    look = LetGo()
    for frame in range(COUNT):
        here = subject(frame)
        box = here if frame < 10 else Box(here.x1 + 45, here.y1, here.x2 + 45, here.y2)
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        mask[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)] = 1
        region = Region(1, target, box, State.DETECTED)
        look.see(frame, picture(here), [region], lambda mask=mask: mask)
    assert look.places[1] and look.places[1][0][0] == 10


class Seeing:
    """Detectors that see one thing, if they scan its place."""

    targets, sought = (Target.FACE, Target.PLATE), None

    def __init__(self, box: Box, score: float, target: Target) -> None:
        self.found = Detections(
            np.array([box], np.float32), np.array([score], np.float32), np.array([target], np.int8)
        )
        self.scans = 0

    def scan(self, frame: Frame, only: Sequence[Rect] | None = None) -> Detections:
        self.scans += 1
        x, y = self.found.box(0).centre
        there = only is None or any(a.x1 <= x < a.x2 and a.y1 <= y < a.y2 for a in only)
        return self.found if there else Detections.empty()

    def ask(self, frame: Frame, boxes: Boxes, target: NDArray[np.int8]) -> NDArray[np.float32]:
        return np.full(len(boxes), 3, np.float32)


PLACE = Box(100, 100, 160, 180)
"""Of a face that a mask has let go."""


@pytest.mark.parametrize(
    ("box", "score", "target", "counts"),
    [
        (PLACE.grown(-0.1), 0.06, Target.FACE, True),
        (PLACE.grown(-0.1), 0.9, Target.PLATE, False),
        (PLACE.moved(0, 70), 0.9, Target.FACE, False),
        # Another mask hides the face itself; the place is as large as the mask that hid it.
        (Box(130, 100, 160, 140), 0.9, Target.FACE, False),
    ],
)
def test_what_was_let_go_counts_if_a_detector_sees_it_bare(
    clip: Clip, box: Box, score: float, target: Target, counts: bool
) -> None:
    plan = clip.plan()
    seeing: Any = Seeing(box, score, target)
    opinion = SecondOpinion(plan, PlanCovers(plan, 0.12), seeing, Sensitivity.BALANCED, None)
    mask = np.zeros((CLIP_HEIGHT, CLIP_WIDTH), np.uint8)
    mask[95:145, 125:165] = 255
    frame = next(iter(Decode(clip.info)))
    opinion.wanted.clear()
    for _ in range(2):
        opinion.take(frame, lambda: mask, [Place(7, Target.FACE, PLACE)])
    assert opinion.still_there == ({7} if counts else set())
    assert seeing.scans == (1 if counts else 2)


def test_what_no_detector_searches_for_counts_by_its_pixels(clip: Clip) -> None:
    plan = clip.plan()
    seeing: Any = Seeing(PLACE, 0.9, Target.FACE)
    visible = StillVisible(plan, PlanCovers(plan, 0.12), seeing)
    frame = next(iter(Decode(clip.info)))
    for target in (Target.TEXT, Target.PERSON):
        assert visible.shows(frame, lambda: np.zeros((0, 0), np.uint8), target, PLACE)
    assert seeing.scans == 0


def test_what_the_first_pass_saw_is_not_scanned_again_by_the_second(clip: Clip) -> None:
    plan = clip.plan()
    seeing: Any = Seeing(PLACE, 0.9, Target.FACE)
    visible = StillVisible(plan, PlanCovers(plan, 0.12), seeing)
    bare = np.zeros((CLIP_HEIGHT, CLIP_WIDTH), np.uint8)
    frames = ((frame, lambda: bare) for frame in Decode(clip.info))
    parts = [Rect(90, 90, 170, 190)]
    # Whole and due; a part; a part, but all of it is due.
    known = {0: (seeing.found, None), 4: (seeing.found, parts), 8: (Detections.empty(), parts)}
    due = (0, 8)
    tracks = followed(frames, [(0, 10)], lambda f: f.index in due, visible, seeing, None, known)
    assert seeing.scans == 1
    states = [tracks[0].at(n) for n in (0, 4, 8)]
    assert [s is not None and s.state for s in states] == [State.DETECTED] * 3


def off_in_one_frame(place: Callable[[int], Box]) -> Callable[[int], Box]:
    """A mask that is elsewhere in one frame."""
    return lambda n: place(n).moved(60, 30) if n == 21 else place(n)


@pytest.mark.parametrize(
    ("place", "found"), [(face_box, [21]), (lambda _: Box(200, 200, 243, 258), [])]
)
def test_a_mask_that_is_off_in_one_frame_is_found_where_somebody_is(
    clip: Clip, place: Callable[[int], Box], found: list[int]
) -> None:
    plan = clip.plan(off_in_one_frame(place))
    result = clip.audit(clip.render(plan, "off.mp4"), plan)
    let_go = [f for f in result.findings if f.rule == "let_go"]
    assert [f.first for f in let_go] == found, result.in_words()
