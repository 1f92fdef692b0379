"""Is what a mask hides still there, in its own pixels: just before or after the mask, between two
tracks, or where a mask let it go from one frame to the next?

A detector that is unsure of a face behind a gas mask, or in profile, is as unsure beside the track
as on it, and cannot tell that a mask slipped off. But a face does not change within a few frames:
what looks exactly like the hidden subject, where the subject would be, is the subject.

The commonest leak of all is a subject that the detector lost for a moment, and an audit with the
same detector may lose it for the same moment. What lies between the two tracks then looks exactly
like the end of the one and like the beginning of the other. A tracker that jumps to something else,
and a plan changed by hand, leave such places, too.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from ..plan import Plan
from ..types import Action, Box, Region, State, Target, Track
from .limits import LIMITS, Limits
from .what_is_hidden import middle_of, share_of_middle, with_boxes


@dataclass(frozen=True, slots=True)
class TemplateMatch:
    """Finds where in a frame a hidden subject's picture matches best.

    Attributes:
        box: there, upright source pixels.
        value: normalised correlation with the subject at its nearest detection, -1 to 1.
    """

    box: Box
    value: float


@dataclass(slots=True)
class _End:
    """One end of a track: the detection nearest to it, and searches that wait for its template."""

    box: Box
    template: NDArray[np.float32] | None = None
    waiting: list[tuple[int, Box, NDArray[np.float32]]] = field(default_factory=list)
    found: dict[int, TemplateMatch] = field(default_factory=dict)


class TemplateMatcher:
    """Compares places beside tracks with what the tracks hide.

    Memory: one patch for each end of a track, and one for each search of the last moments.

    Args:
        tracks: of the plan; those that stay visible are left out.
    """

    def __init__(self, tracks: Iterable[Track], limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._ends: dict[int, tuple[int, _End, _End]] = {}
        self._due: dict[int, list[_End]] = defaultdict(list)
        for track in tracks:
            if track.action is not Action.REDACT:
                continue
            seen = [k for k in track.keyframes if k.state is State.DETECTED] or track.keyframes
            first, last = _End(seen[0].box), _End(seen[-1].box)
            self._due[seen[0].frame].append(first)
            self._due[seen[-1].frame].append(last)
            self._ends[track.id] = track.first, first, last

    def see(self, index: int, source: NDArray[np.uint8]) -> None:
        """Take the templates from a frame's luma (uint8 [H, W]); frames rise."""
        for end in self._due.pop(index, ()):
            end.template = sample(source, end.box, self._limits.side)
            for frame, box, window in end.waiting:
                end.found[frame] = best_place(end.template, box, window, self._limits)
            end.waiting.clear()

    def search(self, track: int, index: int, box: Box, output: NDArray[np.uint8]) -> None:
        """Search the output's luma around `box`, where a track's subject would be in a frame."""
        end = self._end(track, index)
        if end is None:
            return
        # As large as at the detection: what is compared must have one scale.
        (x, y), w, h = box.centre, end.box.width / 2, end.box.height / 2
        here = Box(x - w, y - h, x + w, y + h)
        window = sample_around(output, here, self._limits.side)
        if end.template is None:
            end.waiting.append((index, here, window))
        else:
            end.found[index] = best_place(end.template, here, window, self._limits)

    def match(self, track: int, index: int) -> TemplateMatch | None:
        """The best match for a track's subject in a frame; None if there is none."""
        end = self._end(track, index)
        return end.found.get(index) if end is not None else None

    def _end(self, track: int, index: int) -> _End | None:
        if track not in self._ends:
            return None
        start, first, last = self._ends[track]
        return first if index < start else last


def best_place(
    template: NDArray[np.float32],
    box: Box,
    window: NDArray[np.float32],
    limits: Limits = LIMITS,
) -> TemplateMatch:
    """Best place of a template in a window around `box`.

    Args:
        template: `sample` of the subject, `Limits.side` samples along a side.
        box: where it is expected, upright source pixels.
        window: `sample_around` of the frame at that box.
    """
    if float(template.std()) < limits.texture:
        return TemplateMatch(box, -1.0)
    fit = np.nan_to_num(cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED), nan=-1.0)
    row, column = divmod(int(fit.argmax()), fit.shape[1])
    dx = (column / limits.side - 0.5) * box.width
    dy = (row / limits.side - 0.5) * box.height
    moved = Box(box.x1 + dx, box.y1 + dy, box.x2 + dx, box.y2 + dy)
    return TemplateMatch(moved, float(np.clip(fit[row, column], -1.0, 1.0)))


def sample_around(luma: NDArray[np.uint8], box: Box, side: int) -> NDArray[np.float32]:
    """A box and half of it around it, in samples as far apart as those of `sample`."""
    return sample(luma, box.grown(0.5), 2 * side)


def sample(luma: NDArray[np.uint8], box: Box, side: int) -> NDArray[np.float32]:
    """A box as side × side samples, float32; beyond the picture its border goes on."""
    width, height = max(box.width, 1e-3), max(box.height, 1e-3)
    # Averaged to about twice the samples first, or a large face would alias.
    step = max(1, int(min(width, height) // (2 * side)))
    x1, y1 = int(box.x1) - step, int(box.y1) - step
    x2, y2 = int(box.x2) + 2 * step, int(box.y2) + 2 * step
    rows = np.clip(np.arange(y1, y2), 0, luma.shape[0] - 1)
    columns = np.clip(np.arange(x1, x2), 0, luma.shape[1] - 1)
    part = luma[np.ix_(rows, columns)]
    size = max(1, part.shape[1] // step), max(1, part.shape[0] // step)
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    zoom_x, zoom_y = size[0] / part.shape[1], size[1] / part.shape[0]
    at = (np.arange(side) + 0.5) / side
    x = ((box.x1 - x1 + at * width) * zoom_x - 0.5).astype(np.float32)
    y = ((box.y1 - y1 + at * height) * zoom_y - 0.5).astype(np.float32)
    across, down = np.meshgrid(x, y)
    return np.asarray(cv2.remap(small, across, down, cv2.INTER_LINEAR), np.float32)


def between_tracks(
    plan: Plan, matcher: TemplateMatcher, limits: Limits = LIMITS
) -> dict[int, list[tuple[int, Box]]]:
    """Places between two tracks of one subject where it shows: id of the first → (frame, box).

    Args:
        plan: what is hidden.
        matcher: searches around every track's ends, all of them done.
    """
    sure = [t for t in plan.tracks if t.action is Action.REDACT and _sure(t, limits)]
    begins: dict[int, list[Track]] = defaultdict(list)
    for track in sure:
        begins[track.first].append(track)
    found: dict[int, list[tuple[int, Box]]] = {}
    for track in sure:
        for gap in range(1, limits.edge_frames + 1):
            for other in begins[track.last + gap + 1]:
                if other.target is track.target:
                    places = _shown(plan, matcher, (track, other), limits)
                    if places:
                        found[track.id] = places
    return found


def _sure(track: Track, limits: Limits) -> bool:
    return track.certainty is None or track.certainty >= limits.believed


def _shown(
    plan: Plan, matcher: TemplateMatcher, pair: tuple[Track, Track], limits: Limits
) -> list[tuple[int, Box]]:
    """Frames between two tracks in which the subject shows; none unless it is there in all."""
    track, other = pair
    places: list[tuple[int, Box]] = []
    for frame in range(track.last + 1, other.first):
        a, b = matcher.match(track.id, frame), matcher.match(other.id, frame)
        if (
            a is None
            or b is None
            or min(a.value, b.value) < limits.alike
            or a.box.iou(b.box) < limits.same
        ):
            return []
        if not any(_share(a.box, r) >= limits.covered for r in plan.regions_at(frame)):
            places.append((frame, a.box))
    return places


def _share(box: Box, mask: Region) -> float:
    """Share of a box that a mask hides."""
    return mask.common(box) / max(box.area, 1e-6)


MakeMask = Callable[[], NDArray[np.uint8]]
"""Makes the mask of a frame, uint8 [H, W], not 0 where it hides: only few frames need theirs."""


@dataclass(slots=True)
class _Lost:
    """A subject whose mask has let go: its template and where it was seen last."""

    target: Target
    template: NDArray[np.float32]
    box: Box


class LetGo:
    """Takes frames in order and remembers where a mask let go of its subject.

    Memory: the luma of one frame, and one patch for each mask that has just let go.

    Attributes:
        places: track id → [(frame, box)], box in upright source pixels.
    """

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self.places: dict[int, list[tuple[int, Box]]] = defaultdict(list)
        self._before: dict[int, Region] = {}
        self._luma: NDArray[np.uint8] | None = None
        self._lost: dict[int, _Lost] = {}

    def see(
        self, index: int, source: NDArray[np.uint8], regions: Iterable[Region], mask: MakeMask
    ) -> None:
        """Take the next frame.

        Args:
            index: of the frame.
            source: its luma, uint8 [H, W].
            regions: what is hidden in it.
            mask: makes its mask.
        """
        now = {region.track: region for region in regions}
        for track, region in now.items():
            before = self._before.get(track)
            if (
                before is not None
                and track not in self._lost
                and _moved_off(before, region, self._limits)
            ):
                assert self._luma is not None
                template = sample(self._luma, before.box, self._limits.side)
                self._lost[track] = _Lost(before.target, template, before.box)
        mask = functools.cache(mask)  # one for all: drawing it is what takes time in a crowd
        for track, lost in list(self._lost.items()):
            window = sample_around(source, lost.box, self._limits.side)
            found = best_place(lost.template, lost.box, window, self._limits)
            still = track in now and found.value >= self._limits.alike
            if still and self._bare(mask(), found.box, lost.target, list(now.values())):
                self.places[track].append((index, found.box))
                lost.box = found.box
            else:
                del self._lost[track]
        self._before, self._luma = now, source

    def _bare(
        self, mask: NDArray[np.uint8], box: Box, target: Target, regions: list[Region]
    ) -> bool:
        """Whether the masks of a frame leave open what was hidden before."""
        if target is Target.PERSON:
            mask = with_boxes(mask, regions)
        share = share_of_middle(mask, box, target, self._limits.core)
        return share < self._limits.fits


def _moved_off(before: Region, now: Region, limits: Limits) -> bool:
    """Whether a region leaves part of what it hid in the frame before.

    Only what a detector saw there is known to be a subject: boxes that were guessed are larger
    than what they hide.
    """
    tiny = before.box.height < limits.least_height(before.target)
    if before.state is not State.DETECTED or tiny:
        return False
    core = middle_of(before.box, before.target, limits.core)
    return core.common(now.box) < limits.fits * core.area
