"""A plan for a real clip, made without a search."""

from __future__ import annotations

from pathlib import Path

from redact.media import Decode, probe, sha256_of
from redact.plan import Plan, SourceRef, build_plan
from redact.progress import Silent
from redact.settings import DetectSettings
from redact.types import Box, Keyframe, State, Target, Timeline, Track


def plan_of(source: Path) -> Plan:
    """One face that stands still from the first to the last frame; no damage is known."""
    info = probe(source)
    pts = tuple(f.pts for f in Decode(info))
    keys = tuple(
        Keyframe(n, Box(100, 80, 180, 190), State.DETECTED, 0.9) for n in (0, len(pts) - 1)
    )
    video = info.video
    ref = SourceRef(
        source.name,
        sha256_of(source, Silent()),
        info.size,
        *video.upright_size,
        Timeline(video.time_base, pts),
    )
    settings = DetectSettings((Target.FACE,))
    return build_plan(ref, settings, [Track(1, Target.FACE, keys)], (), ())
