"""Train and export the verifier.

    python -m lab.training.verify CROPS wide.onnx OUT --minutes 60

OUT gets last.pt, from which an interrupted run goes on with its own clock, verifier.onnx (uint8
[B, SIDE, SIDE, 3] RGB in, scores f32 [B, 2] of face and plate out) and verifier.int8.onnx.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import CalibrationDataReader
from torch import Tensor, nn
from torch.nn import functional as fn
from torch.utils.data import DataLoader

from lab.training.network import load_onnx, recalibrate
from lab.training.quantise import first_convolution, to_8_bit
from lab.training.train import Recipe, learning_rate, optimiser, save_whole, update_average
from lab.training.verifier import SIDE, Places, Verifier, collate, is_verifier, shipped

EXPORTED, EIGHT_BIT = "verifier.onnx", "verifier.int8.onnx"


class Exported(nn.Module):
    """The verifier as it is shipped: bytes in, probabilities out."""

    def __init__(self, net: Verifier) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> Tensor:
        return torch.sigmoid(self.net(image.permute(0, 3, 1, 2).float()))


def export(net: Verifier, path: Path) -> None:
    """Write the ONNX file."""
    example = torch.zeros(2, SIDE, SIDE, 3, dtype=torch.uint8)
    torch.onnx.export(
        Exported(net).eval(),
        (example,),
        str(path),
        input_names=["image"],
        output_names=["scores"],
        dynamic_axes={"image": {0: "batch"}, "scores": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )


class Shown(CalibrationDataReader):  # type: ignore[misc]
    """Augmented crops, for the ranges of the 8-bit network."""

    def __init__(self, places: Places, count: int) -> None:
        pictures = [p[None] for (p, _, _), _ in zip(iter(places), range(count), strict=False)]
        self.at = iter([{"image": p} for p in pictures])

    def get_next(self) -> dict[str, Any] | None:
        return next(self.at, None)


def quantise(model: Path, out: Path, places: Places, count: int = 256) -> None:
    """Write the 8-bit file."""
    to_8_bit(model, out, Shown(places, count), lambda nodes: [first_convolution(nodes)])
    loaded = onnx.load(str(out))
    loaded.doc_string = "redact: is it a face (0), a plate (1) or neither, 8 bit"
    del loaded.metadata_props[:]
    onnx.save(loaded, str(out))


class Run:
    """A run's state: network, its average, optimiser, steps and time used."""

    def __init__(self, crops: Path, init: Path, out: Path, recipe: Recipe) -> None:
        torch.manual_seed(recipe.seed)
        torch.set_num_threads(recipe.threads)
        self.out, self.recipe = out, recipe
        self.places = Places(crops, recipe.seed)
        self.step, self.used_s, self.epoch = 0, 0.0, 0
        first = collate([x for x, _ in zip(iter(self.places), range(64), strict=False)])[0]
        if is_verifier(init):
            self.net = shipped(init)
            recalibrate(self.net, first.float())
        else:
            detector = load_onnx(init)
            recalibrate(detector, first.float())
            self.net = Verifier(detector)
        self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.net).eval()
        self.opt = optimiser(self.net, recipe)

    def save(self) -> None:
        """Write a checkpoint, whole or not at all, and the average as ONNX."""
        state = {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "opt": self.opt.state_dict(),
            "step": self.step,
            "used_s": self.used_s,
            "epoch": self.epoch,
        }
        save_whole(state, self.out / "last.pt")
        export(self.average, self.out / EXPORTED)

    def resume(self) -> None:
        """Go on from OUT/last.pt, if it is there."""
        if not (self.out / "last.pt").exists():
            return
        state: dict[str, Any] = torch.load(self.out / "last.pt", weights_only=True)
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        self.opt.load_state_dict(state["opt"])
        self.step, self.used_s = state["step"], state["used_s"]
        # Crops already seen are not drawn again in the same order.
        self.epoch = state["epoch"] + 1
        self.places.seed = self.recipe.seed + 1000 * self.epoch

    def done(self) -> bool:
        spent = self.used_s >= 60 * self.recipe.minutes
        return spent or 0 < self.recipe.max_steps <= self.step

    def update(self, images: Tensor, truth: Tensor) -> float:
        """One step; returns the loss."""
        rate = learning_rate(self.recipe, self.step, self.used_s / (60 * self.recipe.minutes))
        for group in self.opt.param_groups:
            group["lr"] = rate
        self.net.train()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = self.net(images.float().to(memory_format=torch.channels_last))
        loss = fn.binary_cross_entropy_with_logits(logits.float(), truth)
        self.opt.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.opt.step()
        self.step += 1
        update_average(self.average, self.net, min(self.recipe.ema, self.step / (self.step + 10)))
        return float(loss.item())


def train(crops: Path, init: Path, out: Path, recipe: Recipe) -> Verifier:
    """Run, or go on, until the clock is up; returns the averaged network."""
    run = Run(crops, init, out, recipe)
    run.resume()
    began, saved, shown = time.monotonic() - run.used_s, time.monotonic(), 0.0
    for images, truth in DataLoader(run.places, recipe.batch, num_workers=1, collate_fn=collate):
        run.used_s = time.monotonic() - began
        if run.done():
            break
        loss = run.update(images, truth)
        shown = loss if run.step == 1 else 0.98 * shown + 0.02 * loss
        if run.step % 100 == 0:
            print(f"{run.used_s / 60:.1f} min, step {run.step}: loss {shown:.4f}", flush=True)
        if time.monotonic() - saved > recipe.save_s:
            saved = time.monotonic()
            run.save()
    run.save()
    return run.average


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("crops", type=Path)
    ap.add_argument(
        "init",
        type=Path,
        help="a verifier in 8 bit, to go on; or a detector in float32, for the body",
    )
    ap.add_argument("out", type=Path)
    ap.add_argument("--minutes", type=float, default=60.0)
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--peak", type=float, default=8e-4)
    ap.add_argument("--max-steps", type=int, default=0)
    ap.add_argument("--seed", type=int, default=3)
    args = ap.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    recipe = Recipe(
        minutes=args.minutes,
        size=SIDE,
        batch=64,
        peak=args.peak,
        ema=0.998,
        seed=args.seed,
        threads=args.threads,
        max_steps=args.max_steps,
    )
    train(args.crops, args.init, args.out, recipe)
    quantise(args.out / EXPORTED, args.out / EIGHT_BIT, Places(args.crops, args.seed + 1))


if __name__ == "__main__":
    main()
