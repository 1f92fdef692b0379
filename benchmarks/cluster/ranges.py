"""`python -m benchmarks.cluster.ranges CLIP`: could one long search be divided among machines?

What the networks answer depends on what they are asked alone: a frame, and parts of it. So a
machine that searches a range of a clip could answer the questions of the whole search, as far as it
asks the same. Counts how many questions a search that begins in the middle has in common with the
one that began at the start.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from redact.detection import Area, CloseUp, Verifier, load_detector
from redact.media import Decode, SourceInfo, probe
from redact.settings import Sensitivity
from redact.track import Look, Looks, Tracker, settings_of
from redact.types import Detections, Frame

Question = tuple[int, tuple[tuple[int, ...], ...] | None]
"""Frame of the clip, and parts of it; None for all of it."""


def asked(
    info: SourceInfo, detect: Look, sensitivity: Sensitivity, begin: int, end: int
) -> set[Question]:
    """What a search of frames `begin` to before `end` asks the detector."""
    questions: set[Question] = set()

    def look(frame: Frame, areas: Sequence[Area] | None) -> Detections:
        parts = None if areas is None else tuple(map(tuple, areas))
        questions.add((frame.index + begin, parts))
        return detect(frame, areas)

    tracker = Tracker(settings=settings_of(sensitivity), ask=CloseUp(Verifier()).ask)
    looks = Looks(look, tracker.settings.whole_every)
    for frame in Decode(info):
        if frame.index >= end:
            break
        if frame.index >= begin:
            mine = replace(frame, index=frame.index - begin)
            wanted = tracker.wants_detection(mine)
            seen = looks.at(mine, tracker.small_picture(mine)) if wanted else None
            tracker.observe(mine, seen)
    return questions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--sensitivity", default="balanced", choices=[s.value for s in Sensitivity])
    parser.add_argument("--frames", type=int, default=360)
    options = parser.parse_args()
    info, sensitivity = probe(options.clip), Sensitivity(options.sensitivity)
    aspect = float(info.video.upright_sample_aspect)
    detect = load_detector(sensitivity, sample_aspect=aspect).detect_frame
    whole = asked(info, detect, sensitivity, 0, options.frames)
    for begin in (options.frames // 3, options.frames // 2):
        wanted = {question for question in whole if question[0] >= begin}
        known = wanted & asked(info, detect, sensitivity, begin, options.frames)
        print(
            f"from frame {begin}: {len(known)} of {len(wanted)} questions are the same", flush=True
        )


if __name__ == "__main__":
    main()
