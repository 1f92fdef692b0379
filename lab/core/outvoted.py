"""`python -m lab.core.outvoted`: is CenterFace alone sure of labelled faces that all networks
together call unlikely?

A place that one network is sure of, and the others refute, might be worth telling. Whole pictures
of the labelled frames are scanned as a search scans them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from redact.detection import BALANCED_SIZES, CenterFace, Scaler, load_detector
from redact.media import Decode, probe
from redact.types import Box, Detections, Target

from .sets import NAMES, LabelledSet, labelled_set

UNLIKELY = 0.25
"""Probability by all networks below which a face is not hidden by one scan."""

SURE = (0.4, 0.5, 0.6, 0.7)
"""CenterFace's own scores."""

SAME, LEAST_HEIGHT = 0.3, 16
"""IoU from which two boxes are one face; height of the smallest that counts, pixels."""


def best(found: Detections, box: Box) -> float:
    """Highest score at a place."""
    there = (found.box(i).iou(box) >= SAME for i in range(len(found)))
    return max((float(s) for s, here in zip(found.score, there, strict=True) if here), default=0.0)


def voices(chosen: LabelledSet) -> Iterator[tuple[list[tuple[float, float]], list[float]]]:
    """For each labelled frame: (by all networks, by CenterFace) of each face; and CenterFace's
    scores where nothing is labelled and all networks say unlikely."""
    all_networks, alone, scaler = load_detector(), CenterFace(1), Scaler()
    for clip, path in chosen.clips.items():
        info, wanted = probe(path), {f.frame: f for f in chosen.labels.of(clip).frames}
        aspect: Any = float(info.video.upright_sample_aspect)
        for frame in Decode(info):
            if frame.index not in wanted:
                continue
            label, picture = wanted[frame.index], scaler.frame(frame.picture)
            own = Detections.concat([alone.scan(picture, s, aspect) for s in BALANCED_SIZES.faces])
            joint = all_networks.detect_frame(frame).only([Target.FACE])
            faces = [Box(*f) for f in label.faces if f[3] - f[1] >= LEAST_HEIGHT]
            known = [Box(*box) for box in label.known]
            stray = [
                float(own.score[i])
                for i in range(len(own))
                if best(joint, own.box(i)) < UNLIKELY
                and not any(own.box(i).common(box) > 0 for box in known)
            ]
            yield [(best(joint, f), best(own, f)) for f in faces], stray


def main() -> None:
    frames = [frame for name in NAMES for frame in voices(labelled_set(name))]
    unlikely = [own for faces, _ in frames for joint, own in faces if joint < UNLIKELY]
    count = sum(len(faces) for faces, _ in frames)
    print(f"{len(frames)} frames, {count} faces, {len(unlikely)} unlikely by all networks")
    for score in SURE:
        told = sum(own >= score for own in unlikely)
        false = sum(own >= score for _, stray in frames for own in stray)
        print(f"CenterFace alone from {score}: {told} of these, and {false} where nobody is")


if __name__ == "__main__":
    main()
