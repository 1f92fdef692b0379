"""Where the processor time of a whole run goes: `python -m lab.speed.parts CLIP...`.

Every part is timed in the thread that does it, less the parts within it, for each stage of the run.
Decoders and OpenCV are kept to one thread, so that this counts all of their work; what is left over
is the work of x264's threads, and of Python between the parts.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from inspect import ismethod
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.track import shortened
from redact.auditing.compared import Compared
from redact.auditing.outside_masks import OutsideMasks
from redact.auditing.planes import Both
from redact.auditing.redrawn import Redrawn
from redact.auditing.template_match import LetGo
from redact.detection import centerface, network, verifier
from redact.detection.close_up import CloseUp
from redact.detection.device import OpenNetwork
from redact.detection.scaling import Scaler
from redact.detection.several_networks import Witnesses
from redact.media import Decode, VideoWriter, decode
from redact.pipeline import Delivery, redact_video
from redact.progress import Silent, Stage
from redact.record import EvidenceChoice
from redact.render import Renderer
from redact.settings import Settings
from redact.track import Looks, Tracker

GIVING_BACK = "redact.pipeline.draw", "redact.auditing.verify"

Key = tuple[str, str]
"""Stage and part."""


class Parts(Silent):
    """Adds up what each part of each stage takes, and how often it was done."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds, self.times = Counter[Key](), Counter[Key]()
        self._stage, self._inner = "start", threading.local()

    @contextmanager
    def stage(self, name: str, total: int | None, unit: str = "frames") -> Iterator[Stage]:
        before = time.process_time()
        with super().stage(name, total, unit) as stage:
            self._stage = name
            yield stage
        self.seconds[name, ""] += time.process_time() - before
        self._stage = "between"

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        outer, self._inner.seconds = getattr(self._inner, "seconds", 0.0), 0.0
        before = time.thread_time()
        try:
            yield
        finally:
            took = time.thread_time() - before
            key = self._stage, name
            self.seconds[key] += took - self._inner.seconds
            self.times[key] += 1
            self._inner.seconds = outer + took

    def timed(self, of: Any, attribute: str, name: str) -> None:
        """From now on a function or a method is a part."""
        plain = getattr(of, attribute)

        def timed(*args: Any, **words: Any) -> Any:
            with self.part(name):
                return plain(*args, **words)

        setattr(of, attribute, staticmethod(timed) if ismethod(plain) else timed)

    def each_of(self, of: Any, attribute: str, name: str) -> None:
        """The same of what an iterator gives."""
        plain = getattr(of, attribute)

        def timed(*args: Any) -> Iterator[Any]:
            given = plain(*args)
            while True:
                with self.part(name):
                    try:
                        thing = next(given)
                    except StopIteration:
                        return
                yield thing

        setattr(of, attribute, timed)

    def networks(self, module: Any, name: str) -> None:
        """The same of each size of picture that networks of a module are shown."""
        parts = self

        class Timed(OpenNetwork):
            def run(self, pictures: NDArray[Any], *outputs: str) -> list[NDArray[np.float32]]:
                pixels = int(max(pictures.shape[1:])) * int(sorted(pictures.shape[1:])[-2])
                with parts.part(f"{name} of {pixels / 1e6:.1f} MP"):
                    return super().run(pictures, *outputs)

        module.OpenNetwork = Timed


def watched() -> Parts:
    """Parts of everything that is run from now on."""
    parts = Parts()
    cv2.setNumThreads(1)
    decode.MAX_THREADS = 1
    parts.each_of(Decode, "__iter__", "decoding")
    for module, name in (
        (network, "face and plate"),
        (centerface, "CenterFace"),
        (verifier, "verifier"),
    ):
        parts.networks(module, name)
    for of, attribute, name in (
        (Scaler, "view", "scaling for networks"),
        (Witnesses, "detect_frame", "weighing looks"),
        (Looks, "at", "what changed"),
        (CloseUp, "ask", "close looks"),
        (CloseUp, "find", "close looks"),
        (Tracker, "prepare", "small pictures and motion"),
        (Tracker, "wants_detection", "following"),
        (Tracker, "observe", "following"),
        (Renderer, "draw", "drawing"),
        (VideoWriter, "write", "encoding"),
        (VideoWriter, "close", "encoding"),
        (Both, "of", "planes"),
        (Redrawn, "wanted", "planes"),
        (Redrawn, "bare", "masks as drawn"),
        (OutsideMasks, "see", "outside masks"),
        (LetGo, "see", "masks let go"),
        (Compared, "add", "comparing"),
        *((import_module(m), "trim_at_times", "memory given back") for m in GIVING_BACK),
    ):
        parts.timed(of, attribute, name)
    return parts


def table(clip: Path, frames: int, parts: Parts) -> Iterator[str]:
    """Lines of a table about one clip, of those parts that take at least a hundredth."""
    parts.seconds.clear()
    parts.times.clear()
    with tempfile.TemporaryDirectory() as temp:
        folder = Path(temp)
        shortened(clip, frames, folder / clip.name)
        before = time.process_time()
        evidence = EvidenceChoice(manifest=False)
        wish = Delivery(folder / "redacted.mp4", keep_plan=False, evidence=evidence)
        redact_video(folder / clip.name, Settings(), wish, parts)
        whole = time.process_time() - before
    yield f"\n{clip.name}: {whole:.1f} s of processor time\n\n| stage | part | times | s | % |"
    yield "|---|---|---|---|---|"
    stages = {stage: seconds for (stage, part), seconds in parts.seconds.items() if not part}
    for stage, all_of_it in stages.items():
        mine = {p: s for (of, p), s in parts.seconds.items() if of == stage and p}
        rest = all_of_it - sum(mine.values())
        yield f"| **{stage}** | | | {all_of_it:.2f} | **{100 * all_of_it / whole:.0f}** |"
        for part, took in sorted([*mine.items(), ("other threads, the rest", rest)], key=_falling):
            if took >= whole / 100:
                times = parts.times[stage, part] or ""
                yield f"| | {part} | {times} | {took:.2f} | {100 * took / whole:.0f} |"
    rest = whole - sum(stages.values())
    yield f"| between | | | {rest:.2f} | {100 * rest / whole:.0f} |"


def _falling(row: tuple[str, float]) -> float:
    return -row[1]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.speed.parts", description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--frames", type=int, default=10**9, help="of each clip, at most")
    args = parser.parse_args()
    parts = watched()
    for clip in args.clips:
        for text in table(clip, args.frames, parts):
            print(text, flush=True)


if __name__ == "__main__":
    main()
