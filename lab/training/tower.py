"""A cheap second course for the class scores: only the class tower learns, on kept points.

    python -m lab.training.tower keep CACHE face-plate.onnx KEPT.npz --images 2000
    python -m lab.training.tower learn KEPT.npz face-plate.onnx RUN --minutes 6

The last feature maps of the network decide everything about boxes and, through two convolutions and
a 1x1, the scores. `keep` runs the network once over degraded pictures with burnt-in text, and keeps
the neighbourhood of 5x5 points (all that those layers read) of every point that matters: objects,
what was taken for one, a few others. `learn` then trains the three layers alone, which costs a
hundredth of a pass over a crop, and writes RUN/last.pt for `lab.training.export`. Boxes stay as
they were to the last digit; only the order and size of scores change.

Goals: nothing where no label is; the present score, a little raised, on objects; the present score
beside them, so that suppression goes on as before. Ignored areas say nothing.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as fn

from lab.detect.metrics import iou_matrix
from lab.detect.reference import letterbox, points
from lab.training.augment import MIN_HEIGHT
from lab.training.captions import burn_in
from lab.training.dataset import load_sample, weights
from lab.training.network import FacePlateNet, load_onnx
from lab.training.photometric import degrade

#: Half a neighbourhood: two convolutions of 3x3.
REACH = 2
#: Long sides of the pictures shown, drawn log-uniformly.
SIDES = (300.0, 960.0)
#: Points kept of a picture: of objects, of mistakes per target, at random.
MOST_OBJECT, MOST_MISTAKE, AT_RANDOM = 60, 40, 12
#: Weaker points are no mistake worth keeping.
LEAST = 0.03
#: A predicted box is on an object, or near one, from these overlaps on.
ON, NEAR = 0.5, 0.2
#: Objects' goals: the present score raised by so much, in logits.
RAISE = 0.3

F32 = NDArray[np.float32]


def goals(
    boxes: F32, scores: F32, centre: F32, rows: F32, known: bool
) -> tuple[F32, F32, NDArray[np.int64]]:
    """Goal, weight and object number (-1: none) of every point for one target.

    boxes f32 [N, 4] and scores f32 [N] as predicted, centre f32 [N, 2], rows f32 [M, 6] of this
    target in pixels of the same picture.
    """
    goal, weight = np.zeros_like(scores), np.full_like(scores, float(known))
    owner = np.full(len(scores), -1, np.int64)
    for row in rows[rows[:, 5] > 0]:
        inside = ((centre > row[1:3]) & (centre < row[3:5])).all(1)
        weight[inside | (iou_matrix(boxes, row[None, 1:5])[:, 0] > NEAR)] = 0.0
    real = rows[rows[:, 5] == 0]
    if len(real):
        iou = iou_matrix(boxes, real[:, 1:5])
        best, who = iou.max(1), iou.argmax(1)
        inside = (
            (centre[:, None] > real[None, :, 1:3]) & (centre[:, None] < real[None, :, 3:5])
        ).all(2)
        near = (best > NEAR) | inside.any(1)
        goal[near], weight[near] = scores[near], 1.0
        on = best > ON
        logit = np.log(scores[on] + 1e-6) - np.log(1 - scores[on] + 1e-6)
        goal[on] = 1 / (1 + np.exp(-(logit + RAISE)))
        owner[on] = who[on]
    return goal, weight, owner


def scaled_rows(boxes: F32, scale: float) -> F32:
    """Rows in pixels of the shown picture; objects too small to learn are ignored."""
    rows = boxes.copy()
    rows[:, 1:5] *= scale
    low = np.asarray(MIN_HEIGHT, np.float32)[rows[:, 0].astype(int)]
    rows[rows[:, 4] - rows[:, 2] < low, 5] = 1
    return rows


def wanted(
    scores: F32, goal: F32, weight: F32, owner: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Numbers of the points to keep; all arrays [2, N]."""
    chosen = []
    for t in (0, 1):
        on = np.flatnonzero((owner[t] >= 0) | ((goal[t] > LEAST) & (weight[t] > 0)))
        chosen.append(on[np.argsort(-scores[t][on])][:MOST_OBJECT])
        wrong = np.flatnonzero((weight[t] > 0) & (goal[t] == 0) & (scores[t] > LEAST))
        chosen.append(wrong[np.argsort(-scores[t][wrong])][:MOST_MISTAKE])
    chosen.append(rng.integers(0, scores.shape[1], AT_RANDOM))
    return np.unique(np.concatenate(chosen))


@torch.no_grad()
def features(net: FacePlateNet, image: NDArray[np.uint8]) -> tuple[list[Tensor], F32, F32]:
    """Maps [48, h, w] that the class tower reads, scores [2, N], distances [4, N] in pixels."""
    maps: list[Tensor] = []
    handles = [f.register_forward_hook(lambda _, __, out: maps.append(out[0])) for f in net.fuse]
    x = torch.from_numpy(image).permute(0, 3, 1, 2).float()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits, dist = net(x.to(memory_format=torch.channels_last))
    for h in handles:
        h.remove()
    return maps, logits[0].float().sigmoid().numpy(), dist[0].float().numpy()


def neighbourhoods(
    maps: list[Tensor], at: NDArray[np.int64]
) -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
    """f16 [K, C, 5, 5] around the points `at`, and which lie far enough from the border."""
    out, inner, start = [], [], 0
    for m in maps:
        h, w = m.shape[1:]
        mine = at[(at >= start) & (at < start + h * w)] - start
        i, j = mine // w, mine % w
        padded = fn.pad(m.float(), (REACH,) * 4)
        out += [padded[:, y : y + 5, x : x + 5].half().numpy() for y, x in zip(i, j, strict=True)]
        inner.append((i > 0) & (j > 0) & (i < h - 1) & (j < w - 1))
        start += h * w
    channels = maps[0].shape[0]
    stacked = np.stack(out) if out else np.zeros((0, channels, 5, 5), np.float16)
    return stacked, np.concatenate(inner)


def one_picture(
    net: FacePlateNet, cache: Path, entry: dict[str, Any], rng: np.random.Generator
) -> dict[str, Any]:
    """Everything that is kept of one picture."""
    sample = load_sample(cache, entry)
    side = float(np.exp(rng.uniform(*np.log(SIDES))))
    image, scale = letterbox(sample.image, round(side / 32) * 32)
    shown = np.ascontiguousarray(image[0])
    rows = scaled_rows(sample.boxes, scale)
    if rng.random() < 0.5:
        for x1, y1, x2, y2 in burn_in(shown, rng):
            # An object under a caption says nothing about plates or faces any more.
            hit = (np.minimum(rows[:, 3], x2) > np.maximum(rows[:, 1], x1)) & (
                np.minimum(rows[:, 4], y2) > np.maximum(rows[:, 2], y1)
            )
            rows[hit, 5] = 1
    shown = degrade(shown, rng)
    maps, scores, dist = features(net, shown[None])
    centre = points(shown.shape[0], shown.shape[1])
    boxes = np.concatenate([centre - dist.T[:, :2], centre + dist.T[:, 2:]], 1)
    parts = [
        goals(boxes, scores[t], centre, rows[rows[:, 0] == t], sample.known[t]) for t in (0, 1)
    ]
    goal, weight, owner = (np.stack([p[k] for p in parts]) for k in range(3))
    at = wanted(scores, goal, weight, owner, rng)
    near, inner = neighbourhoods(maps, at)
    at, near = at[inner], near[inner]
    return {
        "near": near,
        "score": scores[:, at].T,
        "goal": goal[:, at].T,
        "weight": weight[:, at].T,
        "owner": owner[:, at].T,
    }


def keep(cache: Path, model: Path, out: Path, images: int, seed: int) -> None:
    """Write the neighbourhoods of so many pictures, drawn as training would."""
    rng = np.random.default_rng(seed)
    entries = json.loads((cache / "index.json").read_text())
    net = load_onnx(model).eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    drawn = rng.choice(len(entries), images, p=weights(entries))
    kept: list[dict[str, Any]] = []
    begun = time.monotonic()
    for number, k in enumerate(drawn):
        one = one_picture(net, cache, entries[k], rng)
        one["picture"] = np.full(len(one["score"]), number)
        kept.append(one)
        if number % 100 == 99:
            print(f"{number + 1} pictures, {time.monotonic() - begun:.0f} s", flush=True)
            if number % 400 == 399:
                write(out, kept)
    write(out, kept)


def write(out: Path, kept: list[dict[str, Any]]) -> None:
    part = out.with_suffix(".part.npz")
    joined = {k: np.concatenate([one[k] for one in kept]) for k in kept[0]}
    np.savez(part, **joined)
    part.replace(out)
    print(f"{len(joined['score'])} points of {len(kept)} pictures", flush=True)


class Tower(nn.Module):
    """The class tower of a network on neighbourhoods f32 [K, C, 5, 5] -> logits [K, 2]."""

    def __init__(self, net: FacePlateNet) -> None:
        super().__init__()
        first, second = (block.conv for block in net.cls)  # type: ignore[union-attr]
        self.layers = nn.ModuleList(copy.deepcopy(m) for m in (first, second, net.cls_out))

    def forward(self, near: Tensor) -> Tensor:
        first, second, last = self.layers
        x = fn.relu(fn.conv2d(near, first.weight, first.bias))
        x = fn.relu(fn.conv2d(x, second.weight, second.bias))
        return fn.conv2d(x, last.weight, last.bias)[:, :, 0, 0]

    def give_back(self, net: FacePlateNet) -> None:
        blocks = [block.conv for block in net.cls]  # type: ignore[union-attr]
        for mine, theirs in zip(self.layers, [*blocks, net.cls_out], strict=True):
            theirs.weight.data.copy_(mine.weight.data)
            theirs.bias.data.copy_(mine.bias.data)


@dataclass(frozen=True)
class Course:
    """What shapes `learn`."""

    minutes: float = 6.0
    max_steps: int = 4000
    batch: int = 512
    peak: float = 1e-3
    anchor: float = 1e-3
    ema: float = 0.995
    seed: int = 51


def loss_of(logits: Tensor, goal: Tensor, weight: Tensor) -> Tensor:
    """Quality focal loss, as in `lab.training.loss`, over kept points."""
    off = (logits.sigmoid() - goal).abs().pow(2)
    every = fn.binary_cross_entropy_with_logits(logits, goal, reduction="none") * off * weight
    return every.sum() / goal.sum().clamp_min(1.0)


@torch.no_grad()
def all_scores(tower: Tower, near: NDArray[np.float16]) -> F32:
    parts = [
        tower(torch.from_numpy(near[k : k + 2048]).float()).sigmoid().numpy()
        for k in range(0, len(near), 2048)
    ]
    return np.concatenate(parts)


def objects(kept: dict[str, Any], scores: F32, target: int, pick: NDArray[np.bool_]) -> F32:
    """The best score of each object of a target among the picked points."""
    on = pick & (kept["owner"][:, target] >= 0)
    who = kept["picture"][on] * 1000 + kept["owner"][on, target]
    _, inverse = np.unique(who, return_inverse=True)
    best = np.zeros(inverse.max() + 1 if len(inverse) else 0, np.float32)
    np.maximum.at(best, inverse, scores[on, target])
    return best


def compare(kept: dict[str, Any], scores: F32, pick: NDArray[np.bool_]) -> list[str]:
    """Mistaken points left at the score which keeps as many objects as before, per target."""
    lines = []
    for t, name in ((0, "faces"), (1, "plates")):
        wrong = pick & (kept["weight"][:, t] > 0) & (kept["goal"][:, t] == 0)
        old, new = objects(kept, kept["score"], t, pick), objects(kept, scores, t, pick)
        for at in (0.1, 0.2, 0.3, 0.4):
            share = float((old >= at).mean()) if len(old) else 0.0
            same = float(np.quantile(new, 1 - share)) if len(new) else 0.0
            a = int((kept["score"][wrong, t] >= at).sum())
            b = int((scores[wrong, t] >= same).sum())
            lines.append(
                f"{name}: {share:.3f} of {len(old)} objects at {at:.2f} (now {same:.3f}): "
                f"{a} mistaken points before, {b} after"
            )
    return lines


def as_before(kept: dict[str, Any], scores: F32, pick: NDArray[np.bool_]) -> list[float]:
    """What to add to the logits so that as many objects as before score 0.1."""
    out = []
    for t in (0, 1):
        old, new = objects(kept, kept["score"], t, pick), objects(kept, scores, t, pick)
        share = float((old >= 0.1).mean())
        same = min(max(float(np.quantile(new, 1 - share)), 1e-3), 0.5)
        out.append(math.log(0.1 / 0.9) - math.log(same / (1 - same)))
    return out


def learn(kept: dict[str, Any], net: FacePlateNet, course: Course) -> FacePlateNet:
    """Train the class tower of a network on what was kept; one picture in eight only judges."""
    torch.manual_seed(course.seed)
    tower = Tower(net)
    start = [p.detach().clone() for p in tower.parameters()]
    average = copy.deepcopy(tower)
    judged = kept["picture"] % 8 == 0
    at = torch.from_numpy(np.flatnonzero(~judged))
    near = torch.from_numpy(kept["near"])
    goal, weight = (torch.from_numpy(kept[k]) for k in ("goal", "weight"))
    opt = torch.optim.AdamW(tower.parameters(), lr=course.peak, weight_decay=0.0)
    begun, step = time.monotonic(), 0
    while True:
        used = (time.monotonic() - begun) / (60 * course.minutes)
        fraction = max(used, step / course.max_steps)
        if fraction >= 1:
            break
        for g in opt.param_groups:
            g["lr"] = (
                course.peak * min(1, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * fraction))
            )
        pick = at[torch.randint(len(at), (course.batch,))]
        loss = loss_of(tower(near[pick].float()), goal[pick], weight[pick])
        far = sum((p - q).pow(2).sum() for p, q in zip(tower.parameters(), start, strict=True))
        opt.zero_grad(set_to_none=True)
        (loss + course.anchor * far).backward()  # type: ignore[no-untyped-call]
        opt.step()
        step += 1
        with torch.no_grad():
            decay = min(course.ema, step / (10 + step))
            for a, p in zip(average.parameters(), tower.parameters(), strict=True):
                a.lerp_(p, 1 - decay)
        if step % 200 == 0:
            print(f"step {step}: loss {float(loss.detach()):.4f}", flush=True)
    scores = all_scores(average, kept["near"])
    print(f"{step} steps; pictures not trained on:", *compare(kept, scores, judged), sep="\n")
    shift = as_before(kept, scores, ~judged)
    print(f"logits of faces and plates raised by {shift[0]:.3f} and {shift[1]:.3f}")
    last = average.layers[2]
    last.bias.data += torch.tensor(shift)
    average.give_back(net)
    return net


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    what = ap.add_subparsers(dest="what", required=True)
    one = what.add_parser("keep")
    for name in ("cache", "model", "out"):
        one.add_argument(name, type=Path)
    one.add_argument("--images", type=int, default=2000)
    one.add_argument("--seed", type=int, default=5)
    two = what.add_parser("learn")
    for name in ("kept", "model", "out"):
        two.add_argument(name, type=Path)
    for name, value in asdict(Course()).items():
        two.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    args = vars(ap.parse_args())
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    if args.pop("what") == "keep":
        keep(**args)
        return
    paths = [args.pop(k) for k in ("kept", "model", "out")]
    with np.load(paths[0]) as file:
        kept = {k: file[k] for k in file.files}
    net = learn(kept, load_onnx(paths[1]), Course(**args))
    paths[2].mkdir(parents=True, exist_ok=True)
    state = {k: net.state_dict() for k in ("net", "average")}
    torch.save(state | {"shape": asdict(net.shape)}, paths[2] / "last.pt")


if __name__ == "__main__":
    main()
