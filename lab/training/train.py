"""Third step: train, with checkpoints, resume and a schedule by the clock.

    python -m lab.training.train CACHE OUT --minutes 100 [--init face-plate.onnx]

The learning rate follows a cosine over the given wall-clock time, so that it has decayed at the end
however busy the machine is. A run continues from OUT/last.pt if that exists, with its elapsed time.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from lab.training.dataset import Crops, collate
from lab.training.loss import detection_loss
from lab.training.network import FacePlateNet, centres, load_onnx, recalibrate


@dataclass(frozen=True)
class Recipe:
    """The parameters of a run, written beside its checkpoints."""

    minutes: float = 100.0
    size: int = 352
    batch: int = 24
    peak: float = 1.2e-3
    decay: float = 0.03
    ema: float = 0.9985
    warmup: int = 150
    seed: int = 1
    threads: int = 2
    workers: int = 1
    save_s: float = 150.0
    max_steps: int = 0
    #: For fine-tuning: number of stages with fixed weights (1: the stem, 2: also stride 8, 3: also
    #: 16).
    freeze: int = 0
    #: 1: the norms keep their statistics, so that training starts from exactly the same function.
    still: int = 0


def learning_rate(recipe: Recipe, step: int, fraction: float) -> float:
    """Linear warm-up over steps, then a cosine over the fraction of the time used, to 1 %."""
    warm = min(1.0, (step + 1) / max(1, recipe.warmup))
    return recipe.peak * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, fraction))))


def optimiser(net: nn.Module, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW (arXiv:1711.05101) with weight decay for filters only, not for norms and offsets."""
    moving = [p for p in net.parameters() if p.requires_grad]
    filters = [p for p in moving if p.ndim > 1]
    others = [p for p in moving if p.ndim <= 1]
    groups = [
        {"params": filters, "weight_decay": recipe.decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.peak, betas=(0.9, 0.99))


@torch.no_grad()
def update_average(average: nn.Module, net: nn.Module, decay: float) -> None:
    """Exponential moving average of weights and norm statistics."""
    mine, theirs = average.state_dict(), net.state_dict()
    for name, value in mine.items():
        if value.dtype.is_floating_point:
            value.lerp_(theirs[name], 1.0 - decay)
        else:
            value.copy_(theirs[name])


class Resumable(Protocol):
    """What a command needs of its training run."""

    step: int
    used_s: float

    def resume(self) -> bool: ...


def add_options(ap: argparse.ArgumentParser, recipe: Any) -> None:
    """An option for every field of a recipe, a dataclass with its defaults."""
    for name, value in asdict(recipe).items():
        ap.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)


def prepare(out: Path, threads: int) -> None:
    """Create the run's folder and configure torch."""
    out.mkdir(parents=True, exist_ok=True)
    # Without this, denormal numbers in a nearly silent network make it five times slower.
    torch.set_flush_denormal(True)
    torch.set_num_threads(threads)


def begin(run: Resumable, out: Path, recipe: Any) -> None:
    """Resume a run if it was stopped, say so, and store the recipe of this start."""
    resumed = run.resume()
    (out / "recipe.json").write_text(json.dumps(asdict(recipe), indent=1))
    print(f"step {run.step}, {run.used_s / 60:.1f} min used, resumed: {resumed}", flush=True)


def save_whole(state: dict[str, Any], file: Path) -> None:
    """Write a checkpoint atomically, so that an interruption leaves a complete file."""
    part = file.with_name(f"{file.name}.part")
    torch.save(state, part)
    part.replace(file)


class Run:
    """A training run's state: network, average, optimiser, step and the time used."""

    def __init__(
        self,
        cache: Path,
        out: Path,
        recipe: Recipe,
        init: Path | None,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.out, self.recipe = out, recipe
        self.step, self.used_s, self.epoch = 0, 0.0, 0
        self.net = load_onnx(init) if init else FacePlateNet()
        self.data = Crops(cache, recipe.size, recipe.seed)
        # A resumed run takes its checkpoint's weights, so it needs no initial ones.
        if init is not None and not (out / "last.pt").exists():
            first = collate([x for x, _ in zip(iter(self.data), range(48), strict=False)])
            recalibrate(self.net, first[0].float())
        self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.net).eval()
        self.frozen = [self.net.stem, self.net.s8, self.net.s16][: recipe.freeze]
        for part in self.frozen:
            part.requires_grad_(False)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        for net in (self.net, self.average):
            net.to(self.device)
        self.opt = optimiser(self.net, recipe)

    def learning(self) -> None:
        """Set training mode; frozen parts, or with `still` all norms, keep their statistics."""
        self.net.train()
        norms = [m for m in self.net.modules() if isinstance(m, nn.BatchNorm2d)]
        for part in norms if self.recipe.still else self.frozen:
            part.eval()

    def save(self) -> None:
        """Write OUT/last.pt."""
        state = {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "opt": self.opt.state_dict(),
            "step": self.step,
            "used_s": self.used_s,
            "epoch": self.epoch,
            "recipe": asdict(self.recipe),
            "shape": asdict(self.net.shape),
        }
        save_whole(state, self.out / "last.pt")

    def resume(self) -> bool:
        path = self.out / "last.pt"
        if not path.exists():
            return False
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location=self.device)
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        self.opt.load_state_dict(state["opt"])
        self.step, self.used_s = state["step"], state["used_s"]
        # Crops already seen are not drawn again in the same order.
        self.epoch = state["epoch"] + 1
        self.data.seed = self.recipe.seed + 1000 * self.epoch
        return True

    def update(
        self, images: Tensor, truth: list[Tensor], points: Tensor, strides: Tensor
    ) -> tuple[float, float]:
        """One optimisation step; returns class and box loss."""
        self.learning()
        x = images.to(self.device).float().to(memory_format=torch.channels_last)
        truth = [t.to(self.device) for t in truth]
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            logits, dist = self.net(x)
        cls, box = detection_loss(logits.float(), dist.float(), truth, points, strides)
        loss = cls + box
        self.opt.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
        self.opt.step()
        warm = min(self.recipe.ema, (1 + self.step) / (10 + self.step))
        update_average(self.average, self.net, warm if self.step < 200 else self.recipe.ema)
        self.step += 1
        return float(cls.detach()), float(box.detach())


def train(run: Run) -> None:
    """Until the time or the steps of the recipe are used up."""
    r = run.recipe
    loader = DataLoader(
        run.data,
        r.batch,
        num_workers=r.workers,
        collate_fn=collate,
        prefetch_factor=4 if r.workers else None,
    )
    points, strides = centres(r.size, r.size, run.device)
    log = (run.out / "log.jsonl").open("a")
    saved = tick = time.monotonic()
    sums, count = [0.0, 0.0], 0
    for images, truth in loader:
        fraction = run.used_s / (60 * r.minutes)
        if r.max_steps:
            fraction = run.step / r.max_steps
        if fraction >= 1.0:
            break
        lr = learning_rate(r, run.step, fraction)
        for g in run.opt.param_groups:
            g["lr"] = lr
        cls, box = run.update(images, truth, points, strides)
        sums, count = [sums[0] + cls, sums[1] + box], count + 1
        now = time.monotonic()
        run.used_s, tick = run.used_s + now - tick, now
        if run.step % 50 == 0:
            log.write(
                json.dumps(
                    {
                        "step": run.step,
                        "minutes": round(run.used_s / 60, 2),
                        "cls": round(sums[0] / count, 4),
                        "box": round(sums[1] / count, 4),
                        "lr": lr,
                    }
                )
                + "\n"
            )
            log.flush()
            sums, count = [0.0, 0.0], 0
        if now - saved > r.save_s:
            run.save()
            saved = now
    run.save()


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("cache", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("--init", type=Path)
    add_options(ap, Recipe())
    args = vars(ap.parse_args())
    cache, out, init = (args.pop(k) for k in ("cache", "out", "init"))
    recipe = Recipe(**args)
    prepare(out, recipe.threads)
    run = Run(cache, out, recipe, init)
    begin(run, out, recipe)
    train(run)


if __name__ == "__main__":
    main()
