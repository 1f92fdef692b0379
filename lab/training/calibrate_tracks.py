"""Fits the weight of each clue of a whole track, and writes `calibration.json`.

    python -m lab.training.calibrate_tracks LABELS... --clips FOLDER... [--moved] [--constant]

Run it after `lab.training.calibrate_looks`: the tracker works with its probabilities. LABELS and
--clips are those of that command; only the dev half is used. Every clip goes through the detector
and tracker of `balanced`; every tracklet present in a labelled frame is real, a mistake, or
neither, and a logistic regression learns this from its clues (`redact/track/belief.py`). With
--moved, the clips that `lab.leak` makes from the dev stills are used, too: footage of shop cameras
has few plates, and hardly any that are near.

With --constant, only the constant is fitted anew, on the tracklets of searches as they are. The
other fit believes next to everything and counts on stills, in which a tracklet is a face more often
than in footage: what it calls probable by a half was a face in a third of the cases.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar

from lab.leak.__main__ import SEED, find_library
from lab.leak.scenes.build import build
from lab.leak.scenes.catalogue import specs
from lab.leak.tools import cache_folder
from lab.real.labels import find_clips
from lab.training import calibration_file
from lab.training.films import trained_on
from lab.training.labelled import Labelled, dev_labels, of_frame, of_truth
from lab.training.regression import answers, false_at_recall, held_out, logistic
from lab.training.tracklets import Tracklet, tracklets_of
from redact.detection import load_calibration
from redact.detection.networks import CENTERFACE, EYE, FACE_PLATE, VERIFIER
from redact.types import DEFAULT_TARGETS, Target

CLUES = {
    "face": ("best", "mean", "hits", "close", "without_body"),
    "plate": ("best", "close", "without_body"),
    "head": ("best", "mean", "hits", "close", "without_body"),
}
"""Which clues are weighed, chosen by the figures of held-out clips that this command prints. How
far something moves says no more beside them. How large a plate is counts for nothing: those of
footage are far away and those of stills near, and each alone teaches that the other is none. Of
plates the best look counts and not the mean: of one that only close looks at its vehicle show, most
looks see nothing."""

RIDGE = {"face": 0.003, "plate": 0.005, "head": 0.003}
"""Pull towards 0: there are few tracks of plates, and those of one clip are alike."""


READ = 2.0
"""Weight of a plate's number that could be read, which no regression gives: nearly all plates that
can be read are believed without. Of 88 tracks of plates on dev and on street footage labelled by
eye 35 were read, of 254 of other things one, a telephone number (which counts no more): that alone
would be 4 or more. But signs and captions are read, too, and it is close looks that know them: with
3 a burnt-in telephone number is hidden, with 2 it stays, and the plate of a scooter is hidden."""

Clips = dict[str, tuple[Path, list[Labelled]]]


def footage(files: Sequence[Path], folders: Sequence[Path]) -> Clips:
    """All labelled clips of the half dev that are at hand."""
    labels = dev_labels(files)
    return {
        clip: (path, [of_frame(f) for f in labels.of(clip).frames])
        for clip, path in find_clips(labels.clips(), folders).items()
    }


def moved_stills() -> Clips:
    """The clips that are made of the stills of the half dev, every third frame labelled."""
    library = find_library(package=False, half="dev")
    made = build(cache_folder() / f"clips-{library.name}-{SEED}", library, SEED, specs())
    return {path.name: (path, of_truth(truth)) for path, truth in made}


def gather(
    clips: Clips,
    keep: Path | None,
    targets: tuple[Target, ...] = DEFAULT_TARGETS,
    *,
    as_searched: bool = False,
) -> list[Tracklet]:
    """The tracklets of all clips.

    Args:
        targets: what is searched for.
        keep: file that stores the tracklets of finished clips; None to store nothing.
        as_searched: see `tracklets_of`.
    """
    numbers = calibration_file.read(calibration_file.FILE)
    used = numbers["looks"], numbers["tracks"] if as_searched else None
    state = json.dumps(used, sort_keys=True)
    done = _kept(keep, state)
    for clip, (path, mine) in clips.items():
        if clip in done:
            continue
        done[clip] = [
            t.as_json() for t in tracklets_of(path, mine, targets, as_searched=as_searched)
        ]
        if sys.stderr.isatty():
            print(f"\r{len(done)} clips, {clip}   ", end="", file=sys.stderr)
        if keep is not None:
            keep.write_text(json.dumps({"looks": state, "clips": done}))
    return [Tracklet(**row) for clip in clips for row in done[clip]]


def _kept(keep: Path | None, state: str) -> dict[str, list[dict[str, object]]]:
    """What an earlier run stored, if the calibration of single pictures is unchanged."""
    if keep is None or not keep.exists():
        return {}
    there = json.loads(keep.read_text())
    return dict(there["clips"]) if there["looks"] == state else {}


def fit(tracklets: Sequence[Tracklet], word: str) -> dict[str, float]:
    """Weights of the clues of one target, by name.

    Prints how many mistakes are let in at which recall, on clips held out of the fit.
    """
    mine = [t for t in tracklets if t.word == word and t.verdict >= 0]
    if word != Target.PLATE.word:  # the eye is more certain on pictures it learnt from
        mine = [t for t in mine if not trained_on(t.clip)]
    truth = np.array([float(t.verdict) for t in mine])
    if not 0 < truth.sum() < len(truth):
        raise SystemExit(f"{word}: real and false tracks are both needed to fit weights")
    columns = np.array([[t.clues[n] for n in CLUES[word]] for t in mine])
    weight = np.array([t.weight for t in mine])
    # More of a clue never makes a track less probable.
    weights = logistic(columns, truth, weight, RIDGE[word], [True] * len(CLUES[word]))
    numbers = calibration_file.rounded(("bias", *CLUES[word]), weights)
    print(f"{word}: {int(truth.sum())} real, {int((1 - truth).sum())} false tracks, {numbers}")
    odds = held_out(columns, truth, [t.clip for t in mine], RIDGE[word])
    print(f"  held out: {_nats(odds, truth):.3f} nats a track", end="")
    print(f" (fitted {_nats(answers(columns, weights), truth):.3f})")
    for recall, false in false_at_recall(odds, truth, int(truth.sum())).items():
        print(f"  held out, recall {recall:.2f}: {false} false tracks")
    return numbers


def constant(tracklets: Sequence[Tracklet], word: str) -> dict[str, float]:
    """The shipped weights of one target, with the constant by which they are right on average.

    Prints the nats with the old constant, and with one that was fitted on the other clips.
    """
    shipped = load_calibration().tracks[word]
    mine = [t for t in tracklets if t.word == word and t.verdict >= 0]
    truth = np.array([float(t.verdict) for t in mine])
    weight = np.array([t.weight for t in mine])
    clips = np.array([t.clip for t in mine])
    odds = np.array(
        [shipped["bias"] + sum(shipped.get(n, 0.0) * v for n, v in t.clues.items()) for t in mine]
    )

    def off(which: np.ndarray) -> float:
        """How much the odds [N] of `which` rows have to be raised."""

        def loss(by: float) -> float:
            return float(weight[which] @ _losses(odds[which] + by, truth[which]))

        return float(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x)

    others = {clip: off(clips != clip) for clip in set(clips)}
    held_out = odds + np.array([others[clip] for clip in clips])
    print(f"{word}: {int(truth.sum())} real, {int((1 - truth).sum())} false tracks")
    before, after = _nats(odds, truth), _nats(held_out, truth)
    print(f"  shipped: {before:.3f} nats a track; held out: {after:.3f}")
    numbers = {**shipped, "bias": round(shipped["bias"] + off(truth >= 0), 3)}
    print(f"  {numbers}")
    return numbers


def _losses(odds: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return np.asarray(np.logaddexp(0, odds) - truth * odds)


def _nats(odds: np.ndarray, truth: np.ndarray) -> float:
    return float(_losses(odds, truth).mean())


def main() -> None:
    ap = argparse.ArgumentParser(
        prog="python -m lab.training.calibrate_tracks", description=__doc__
    )
    ap.add_argument("labels", type=Path, nargs="+", help="label files of real footage")
    ap.add_argument("--clips", type=Path, nargs="+", required=True, help="folders of the clips")
    ap.add_argument("--moved", action="store_true", help="moved stills of the half dev as well")
    ap.add_argument("--only", choices=sorted(CLUES), help="the one target to fit, not both")
    ap.add_argument("--heads", action="store_true", help="fit 'head', and only that")
    ap.add_argument("--constant", action="store_true", help="fit the constant alone")
    ap.add_argument("--clips-named", nargs="+", default=[], help="these clips only")
    ap.add_argument("--keep", type=Path, help="JSON file in which tracklets are kept between runs")
    ap.add_argument("--out", type=Path, default=calibration_file.FILE)
    a = ap.parse_args()
    clips = footage(a.labels, a.clips) | (moved_stills() if a.moved else {})
    if a.clips_named:
        clips = {name: clips[name] for name in a.clips_named}
    targets = (Target.PLATE, Target.HEAD) if a.heads else DEFAULT_TARGETS
    tracklets = gather(clips, a.keep, targets, as_searched=a.constant)
    only = Target.HEAD.word if a.heads else a.only
    words = [t.word for t in targets if only in (None, t.word)]
    weights = {word: (constant if a.constant else fit)(tracklets, word) for word in words}
    if Target.PLATE.word in weights:
        weights[Target.PLATE.word]["read"] = READ
    used = [t for t in tracklets if t.verdict >= 0]
    real = {w: sum(t.verdict for t in used if t.word == w) for w in words}
    frames = sum(len(labels) for _, labels in clips.values())
    said = ", ".join(f"{count} {word}s" for word, count in real.items())
    on = f"{frames} frames, {len(used)} tracks, {said}"
    used_weights = (
        FACE_PLATE.file,
        CENTERFACE.file,
        VERIFIER.file,
        *((EYE.file,) if a.heads else ()),
    )
    name = "tracks, heads" if a.heads else "tracks"
    name += ", constant" if a.constant else ""
    calibration_file.write(a.out, {"tracks": weights}, name, on, used_weights)


if __name__ == "__main__":
    main()
