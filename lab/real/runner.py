"""Runs tools over the labelled clips and judges what they hide, as pixels or as masks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lab.leak.errors import ToolError
from lab.leak.outputs import Outputs
from lab.leak.redact_tools import Planned, RedactTool
from lab.leak.tools import Tool
from redact.errors import RedactError
from redact.render import mask_of
from redact.types import Target

from .judge import Scores, judge_clip
from .labels import Labels
from .measure import Bgr, MaskView, PixelView, View, grey_of, read_frames
from .pictures import Look
from .silent import silent


class Pictures:
    """The labelled frames of clips, read once."""

    def __init__(self, clips: dict[str, Path], labels: Labels) -> None:
        self._clips, self._labels = clips, labels
        self._name, self._frames = "", dict[int, Bgr]()

    def of(self, clip: str) -> dict[int, Bgr]:
        """Those of one clip; a clip's pictures are dropped when the next one is asked for."""
        if clip != self._name:
            wanted = self._labels.of(clip).wanted()
            self._name, self._frames = clip, read_frames(self._clips[clip], wanted)
        return self._frames

    def size(self, clip: str) -> tuple[int, int] | None:
        """Width and height of a clip's pictures."""
        for picture in self.of(clip).values():
            return picture.shape[1], picture.shape[0]
        return None


def judge_pixels(
    tools: list[Tool], labels: Labels, clips: dict[str, Path], outputs: Outputs
) -> list[Scores]:
    """Run every tool over every clip, and judge outputs by their pixels.

    Args:
        clips: file of each clip.
        outputs: what earlier runs made.
    """
    pictures = Pictures(clips, labels)
    all_scores = {t.name: Scores(t.name) for t in tools}
    for n, (clip, path) in enumerate(clips.items(), 1):
        for tool in tools:
            progress(f"{n} of {len(clips)}: {clip}: {tool.name}")
            scores = all_scores[tool.name]
            try:
                output, _ = outputs.of(tool, path)
                drawn = read_frames(output, labels.of(clip).wanted())
            except ToolError as error:
                scores.failed[clip] = str(error)
                drawn = {}
            source = pictures.of(clip)
            scores.missing += len(source.keys() - drawn.keys())
            mine = _as_judged(labels.of(clip).sized(pictures.size(clip)), tool)
            judge_clip(scores, mine, pixel_views(source, drawn))
    progress("")
    return list(all_scores.values())


def pixel_views(source: dict[int, Bgr], drawn: dict[int, Bgr]) -> Callable[[int], View | None]:
    """Views by frame; a frame that the output lacks counts as unredacted."""
    known: dict[int, View] = {}

    def view_of(frame: int) -> View | None:
        if frame not in source:
            return None
        if frame not in known:
            bare = source[frame]
            output = grey_of(drawn.get(frame, bare), bare)
            known[frame] = PixelView(grey_of(bare), output)
        return known[frame]

    return view_of


def judge_boxes(
    tools: list[Tool], labels: Labels, clips: dict[str, Path]
) -> tuple[list[Scores], dict[tuple[str, str], Planned]]:
    """Judge the masks that the renderer would draw; also returns the plans by (tool, clip).

    Raises:
        ValueError: for a tool that is not part of redact.
    """
    plans: dict[tuple[str, str], Planned] = {}
    all_scores: list[Scores] = []
    for tool in tools:
        if not isinstance(tool, RedactTool):
            raise ValueError(f"{tool.name}: only redact's own tools can be judged by their masks")
        scores = Scores(tool.name)
        for n, (clip, path) in enumerate(clips.items(), 1):
            progress(f"{tool.name}: {n} of {len(clips)}: {clip}")
            try:
                plans[tool.name, clip] = tool.planned(path)
            except RedactError as error:
                scores.failed[clip] = error.message
                continue
            planned = plans[tool.name, clip]
            mine = _as_judged(labels.of(clip).sized(planned.info.video.upright_size), tool)
            known = len(scores.frames)
            judge_clip(scores, mine, mask_views(tool, planned))
            scores.silent += silent(planned.plan, scores.frames[known:])
        all_scores.append(scores)
    progress("")
    return all_scores, plans


def _as_judged(labels: Labels, tool: Tool) -> Labels:
    return labels.with_whole_heads() if Target.HEAD.word in tool.targets else labels


def mask_views(tool: RedactTool, planned: Planned) -> Callable[[int], View | None]:
    """Views by frame of what will be drawn; the soft rim of a mask does not count."""
    width, height = planned.info.video.upright_size
    margin = tool.settings.render.margin
    known: dict[int, View] = {}

    def view_of(frame: int) -> View | None:
        if frame >= len(planned.plan.source.timeline):
            return None
        if frame not in known:
            regions = planned.plan.regions_at(frame)
            area = mask_of(regions, width, height, margin)
            known[frame] = MaskView(area.astype(np.uint8))
        return known[frame]

    return view_of


def look_at_outputs(tools: list[Tool], outputs: Outputs, clips: dict[str, Path]) -> Look:
    """Source and output pictures; if an output is missing, the source twice."""
    by_name = {t.name: t for t in tools}

    def look(tool: str, clip: str, frame: int) -> tuple[Bgr, Bgr] | None:
        source = read_frames(clips[clip], {frame}).get(frame)
        if source is None:
            return None
        output = outputs.path(by_name[tool], clips[clip])
        drawn = read_frames(output, {frame}).get(frame) if output.exists() else None
        return source, source if drawn is None else drawn

    return look


def look_at_masks(
    tools: list[Tool], plans: dict[tuple[str, str], Planned], clips: dict[str, Path]
) -> Look:
    """Source pictures, and the same with the masks in grey."""
    by_name: dict[str, RedactTool] = {t.name: t for t in tools if isinstance(t, RedactTool)}

    def look(tool: str, clip: str, frame: int) -> tuple[Bgr, Bgr] | None:
        source = read_frames(clips[clip], {frame}).get(frame)
        if source is None:
            return None
        drawn, planned = source.copy(), plans.get((tool, clip))
        view = mask_views(by_name[tool], planned)(frame) if planned else None
        if view is not None:
            drawn[view.hidden > 0] = 128
        return source, drawn

    return look


def progress(words: str) -> None:
    """One line, overwritten each time; nothing if no terminal shows it."""
    if sys.stderr.isatty():
        print(f"\r\033[K{words}", end="", file=sys.stderr, flush=True)
