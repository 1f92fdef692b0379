"""What each eye says of every subject in one frame: `python -m benchmarks.audit.subjects`.

A leak that lasts for the whole clip is planted on few subjects; this looks at all of them.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from redact.audit import AuditSettings
from redact.audit.close import SLANTS, VIEWS, Window, agreed, alike
from redact.audit.eyes import Eyes
from redact.audit.judge import both_see
from redact.audit.limits import ALONE
from redact.audit.suspects import seen_by_ours
from redact.types import Target

from .plant import eligible
from .scenes import Scene, Subject, scenes


def main() -> None:
    """Print a line for each subject, and in the end how many no rule would believe."""
    parser = argparse.ArgumentParser(description=__doc__)
    shared = Path(os.environ.get("REDACT_SHARED", Path(__file__).parents[3] / "shared"))
    parser.add_argument("--stills", type=Path, default=shared / "eval")
    parser.add_argument("--scenes", type=int, default=30)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4])
    args = parser.parse_args()
    eyes = Eyes(AuditSettings(), 1.0)
    count = doubtful = 0
    for seed in args.seeds:
        for scene in scenes(args.stills, args.scenes, seed):
            for subject in eligible(scene)[:4]:
                whole, close, second = scores(eyes, scene, subject)
                own, target = seen_by_ours(close, whole), subject.target
                believed = own >= ALONE[target] or both_see(subject.height, own, second)
                count, doubtful = count + 1, doubtful + (not believed)
                print(
                    f"{seed} {scene.name[:24]} {target.word} {subject.height:.0f} px: "
                    f"whole {whole:.2f}, close {close:.2f}, second {second:.2f}"
                    f"{'' if believed else ' -- not believed'}",
                    flush=True,
                )
    print(f"{doubtful} of {count} not believed")


def scores(eyes: Eyes, scene: Scene, subject: Subject) -> tuple[float, float, float]:
    """Our score in the whole picture and closely, and the second detector's, in mid-clip."""
    frame = sum(subject.whole) // 2
    rgb, truth, target = scene.frame(frame), subject.boxes[frame], subject.target
    assert truth is not None
    whole, box = 0.0, truth
    found = eyes._whole.detect(rgb)
    for n in range(len(found)):
        mine = int(found.target[n]) == target and found.box(n).iou(truth) > 0.3
        if mine and found.score[n] > whole:
            whole, box = float(found.score[n]), found.box(n)
    windows = [Window.around(box, times) for times in VIEWS[target]]
    looks = [
        [eyes.close.add(rgb, w, 0, mirrored, slant) for w in windows for mirrored in (False, True)]
        for slant in SLANTS[target]
    ]
    eyes.close.flush()
    second = 0.0
    if target is Target.FACE and eyes.second is not None:
        faces = eyes.second.detect(windows[0].cut(rgb))
        for n in range(len(faces)):
            if alike(box, windows[0].to_source(faces.box(n))):
                second = max(second, float(faces.score[n]))
    return whole, max(agreed(box, target, views)[1] for views in looks), second


if __name__ == "__main__":
    main()
