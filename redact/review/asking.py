"""What a change would reveal: the page asks first, with pictures, before somebody who is hidden
becomes visible, or somebody whom a person decided to keep is hidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ..plan import Plan
from ..types import SAME_PLACE_IOU, Action, Track
from .refused_error import RefusedError
from .sheet import Picture

MOST_OF_ONE: Final = 3
"""Pictures of one track in a question."""

MOST_ASKED: Final = 24
"""Pictures on each side of a question: what the change would show, and what it would hide."""


def ask_first(before: Plan, after: Plan, revision: int) -> None:
    """Ask before a change that shows or hides somebody.

    Args:
        before, after: the change.
        revision: of the plan before it, which the answer repeats: it holds for this plan alone.

    Raises:
        RefusedError: with the pictures that would be shown, and those of kept people that would
            be hidden.
    """
    shown, hidden = newly_shown(before, after), newly_hidden(before, after)
    pictures, hides = _pictures(before, shown), _pictures(before, hidden)
    n = sum(map(len, (shown or hidden).values()))
    if shown and hidden:
        raise RefusedError("shows_and_hides", pictures, hides, revision=revision)
    if shown:
        raise RefusedError("shows", pictures, n=n, revision=revision)
    if hidden:
        raise RefusedError("hides", (), hides, n=n, revision=revision)


def newly_shown(before: Plan, after: Plan) -> dict[int, list[int]]:
    """Frames, by track of the plan before, in which it has a mask that it would not have after."""
    return _lost(before, after, lambda plan, track, n: not plan.shows(track, n))


def newly_hidden(before: Plan, after: Plan) -> dict[int, list[int]]:
    """Frames, by track of the plan before, in which a kept subject would no longer be visible."""

    def visible(plan: Plan, track: Track, frame: int) -> bool:
        return track.action is Action.KEEP and plan.shows(track, frame)

    return _lost(before, after, visible)


def _lost(
    before: Plan, after: Plan, so: Callable[[Plan, Track, int], bool]
) -> dict[int, list[int]]:
    """Frames in which `so` is true for a track before a change, and after it for no track of the
    same kind in its place."""
    now = {track.id: track for track in after.tracks}
    lost = {}
    for track in before.tracks:
        then = now.get(track.id)
        if then is track or (then is not None and _as_hidden_as(track, then)):
            continue
        frames = [
            frame
            for frame in range(track.first, track.last + 1)
            if so(before, track, frame)
            and not any(
                so(after, other, frame)
                for other in after.tracks_near(frame)
                if _same_place(track, other, frame)
            )
        ]
        if frames:
            lost[track.id] = frames
    return lost


def _as_hidden_as(track: Track, then: Track) -> bool:
    """Whether a track is hidden throughout before and after: in a crowd, most are."""
    hidden = track.action is then.action is Action.REDACT
    return hidden and track.keyframes is then.keyframes


def _same_place(track: Track, other: Track, frame: int) -> bool:
    here, there = track.found_at(frame), other.found_at(frame)
    if here is None or there is None or track.target is not other.target:
        return False
    return track.id == other.id or here.box.iou(there.box) >= SAME_PLACE_IOU


def _pictures(plan: Plan, frames: dict[int, list[int]]) -> list[Picture]:
    """Some pictures of each: the surest, and the first and last."""
    by_number = {track.id: track for track in plan.tracks}
    some = max(1, min(MOST_OF_ONE, MOST_ASKED // max(1, len(frames))))
    return [
        (number, frame)
        for number, of_one in frames.items()
        for frame in sorted(_some(by_number[number], of_one)[:some])
    ][:MOST_ASKED]


def _some(track: Track, frames: Sequence[int]) -> list[int]:
    best = track.best.frame
    surest = best if best in frames else frames[len(frames) // 2]
    return list(dict.fromkeys((surest, frames[0], frames[-1])))
