"""Trains the eye in the background for any length of time; a stopped run resumes by itself.

    python -m lab.training.eye.train CACHE RUN --centerface centerface.onnx

Two stages in one run: first the new branch alone, on CenterFace's features, which stay fixed; then
everything at a low rate. RUN/last.pt is written every few minutes, and every `--keep` steps a copy
of the averaged weights is stored as RUN/average-STEP.pt for `lab.training.eye.export`. The same
command resumes from RUN/last.pt, and then reads the cache again, which may have changed. SIGTERM
(`kill`) ends a run after the current step, with a checkpoint.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from lab.training.eye.crops import EyeCrops, collate
from lab.training.eye.loss import eye_loss, faithful_loss
from lab.training.eye.network import FACE_HEAT, CenterFace, Eye
from lab.training.train import add_options, begin, prepare, save_whole, update_average


@dataclass(frozen=True)
class Recipe:
    """The parameters of a run, written beside its checkpoints."""

    size: int = 352
    batch: int = 8
    width: int = 48
    #: Steps of the first stage, and of both together.
    branch_steps: int = 1000
    steps: int = 40000
    #: 1: CenterFace's first layers, up to stride 4, keep their weights.
    still: int = 1
    #: Learning rates: of the branch, and in the second stage of CenterFace's own filters.
    branch_rate: float = 1e-3
    body_rate: float = 1e-4
    decay: float = 0.01
    ema: float = 0.999
    warmup: int = 200
    #: Share of the second stage after which the rate falls along a cosine to a fiftieth.
    fall_from: float = 0.7
    seed: int = 1
    save_s: float = 180.0
    keep: int = 2500
    threads: int = 1
    #: Weights of the targets' losses.
    face: float = 1.0
    plate: float = 1.0
    head: float = 1.0
    #: Weight of `faithful_loss`, computed at every second step, which is cheaper; 0 to leave it
    #: out.
    faithful: float = 2.0


def fall(recipe: Recipe, step: int) -> float:
    """Factor of both learning rates at a step."""
    if step < recipe.branch_steps:
        done = step / max(1, recipe.branch_steps)
        factor = 1.0 if done < 0.7 else 0.55 + 0.45 * math.cos(math.pi * (done - 0.7) / 0.3)
        return factor * min(1.0, (step + 1) / 100)
    done = (step - recipe.branch_steps) / max(1, recipe.steps - recipe.branch_steps)
    warm = min(1.0, (step - recipe.branch_steps + 1) / recipe.warmup)
    if done < recipe.fall_from:
        return warm
    over = min(1.0, (done - recipe.fall_from) / (1 - recipe.fall_from))
    return warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * over)))


class Run:
    """State of a run: network, average, optimiser, step, seconds."""

    def __init__(self, cache: Path, out: Path, recipe: Recipe, centerface: Path) -> None:
        torch.manual_seed(recipe.seed)
        self.out, self.recipe = out, recipe
        self.step, self.used_s, self.starts = 0, 0.0, 0
        self.net = Eye(centerface, recipe.width)
        self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.net).eval()
        self.original = CenterFace(centerface)
        self.original.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        new = {id(p) for p in self.net.new_parts()}
        old = [p for p in self.net.parameters() if id(p) not in new]
        groups = []
        for part, rate in (
            (self.net.new_parts(), recipe.branch_rate),
            (old, recipe.body_rate),
        ):
            for thick in (True, False):
                mine = [p for p in part if (p.ndim > 1) == thick]
                wd = recipe.decay if thick else 0.0
                groups.append({"params": mine, "weight_decay": wd, "lr": rate, "rate": rate})
        self.opt = torch.optim.AdamW(groups, betas=(0.9, 0.99))
        self.cache = cache
        # Only processors with bfloat16 instructions gain by it; others become ten times slower.
        self.half = bool(torch.cpu._is_avx512_bf16_supported())

    def save(self) -> None:
        """Write RUN/last.pt."""
        state = {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "opt": self.opt.state_dict(),
            "step": self.step,
            "used_s": self.used_s,
            "starts": self.starts,
            "recipe": asdict(self.recipe),
        }
        save_whole(state, self.out / "last.pt")

    def resume(self) -> bool:
        """Go on from RUN/last.pt if there is one."""
        path = self.out / "last.pt"
        if not path.exists():
            return False
        state: dict[str, Any] = torch.load(path, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        rates = [(g["rate"], g["weight_decay"]) for g in self.opt.param_groups]
        self.opt.load_state_dict(state["opt"])
        # The recipe of this start counts, not the checkpoint's.
        for g, (rate, wd) in zip(self.opt.param_groups, rates, strict=True):
            g["rate"], g["weight_decay"] = rate, wd
        self.step, self.used_s = state["step"], state["used_s"]
        self.starts = state["starts"] + 1
        return True

    def update(self, images: Tensor, maps: list[Tensor]) -> dict[str, float]:
        """One step; returns the parts of the loss."""
        r = self.recipe
        first = self.step < r.branch_steps
        factor = fall(r, self.step)
        for number, g in enumerate(self.opt.param_groups):
            g["lr"] = 0.0 if first and number >= 2 else g["rate"] * factor
        x = images.float().to(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.half):
            # These layers are fixed at CenterFace's own weights, so both networks can share them.
            early = self.net.body.early(x) if r.still else None
            logits, geometry = self.net(x, frozen=first, early=early)
            held = self.original if r.faithful and not first and self.step % 2 == 0 else None
            with torch.no_grad():
                before = held and (held.late(early) if early is not None else held.maps(x))
        kinds = torch.tensor([0.0 if first else r.face, r.plate, r.head])
        loss, parts = eye_loss(logits, geometry, tuple(maps), kinds)
        if before:
            faithful = faithful_loss(logits[:, 0], before[FACE_HEAT][:, 0], tuple(maps))
            loss = loss + r.faithful * faithful
            parts["face faithful"] = float(faithful.detach())
        self.opt.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([p for p in self.net.parameters() if p.grad is not None], 10.0)
        if torch.isfinite(loss):
            self.opt.step()
        update_average(self.average, self.net, min(r.ema, (1 + self.step) / (10 + self.step)))
        self.step += 1
        return parts


def train(run: Run) -> None:
    """Train until the recipe's number of steps is reached."""
    r = run.recipe
    crops = EyeCrops(run.cache, r.size, r.seed + 1000 * run.starts)
    loader = DataLoader(crops, r.batch, num_workers=1, collate_fn=collate, prefetch_factor=4)
    log = (run.out / "log.jsonl").open("a")
    saved = tick = time.monotonic()
    parts: dict[str, list[float]] = {}
    asked_to_stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked_to_stop.append(number))
    for images, maps in loader:
        if run.step >= r.steps or asked_to_stop:
            break
        for name, value in run.update(images, maps).items():
            parts.setdefault(name, []).append(value)
        now = time.monotonic()
        run.used_s, tick = run.used_s + now - tick, now
        if run.step % 50 == 0:
            row = {"step": run.step, "minutes": round(run.used_s / 60, 2)}
            row |= {k: round(sum(v) / len(v), 4) for k, v in parts.items()}
            log.write(json.dumps(row) + "\n")
            log.flush()
            parts = {}
        if run.step % r.keep == 0 or run.step == r.branch_steps:
            torch.save(run.average.state_dict(), run.out / f"average-{run.step:06d}.pt")
        if now - saved > r.save_s:
            run.save()
            saved = now
    run.save()


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("cache", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("--centerface", type=Path, required=True)
    add_options(ap, Recipe())
    args = vars(ap.parse_args())
    cache, out, centerface = (args.pop(k) for k in ("cache", "out", "centerface"))
    recipe = Recipe(**args)
    prepare(out, recipe.threads)
    run = Run(cache, out, recipe, centerface)
    begin(run, out, recipe)
    train(run)


if __name__ == "__main__":
    main()
