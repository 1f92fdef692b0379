"""The eye as an ONNX file, and its weights small enough to be kept.

    python -m lab.training.eye.export RUN/last.pt eye.onnx --centerface centerface.onnx
    python -m lab.training.eye.export RUN/last.pt checkpoint.fp16.npz
    python -m lab.training.eye.export checkpoint.fp16.npz RUN/last.pt --centerface centerface.onnx

The last line makes a run of a kept checkpoint, so that training goes on from it on another machine;
the optimiser's memory begins anew.

In the ONNX file: "image" float32 [1, 3, H, W] RGB 0 to 255, H and W multiples of 32; "heat" [1, 3,
H/4, W/4] probabilities of centres of faces, plates and heads; "geometry" [1, 3, 4, H/4, W/4], see
`lab.training.eye.network.Eye`.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lab.training.eight_bit import OPSET
from lab.training.eye.network import Eye
from lab.training.eye.train import Recipe, Run


def average_of(file: Path) -> dict[str, Any]:
    """Average weights and step of a checkpoint: last.pt, average-STEP.pt or .npz."""
    if file.suffix == ".npz":
        kept = np.load(file)
        state = {k: torch.from_numpy(kept[k].astype(np.float32)) for k in kept.files if k != "step"}
        return {"average": state, "step": int(kept["step"])}
    state = torch.load(file, weights_only=True)
    if "average" in state:
        return {"average": state["average"], "step": state["step"]}
    return {"average": state, "step": int(file.stem.rsplit("-", 1)[1])}


def eye_of(state: dict[str, Tensor], centerface: Path) -> Eye:
    eye = Eye(centerface, state["branch.weight"].shape[0])
    eye.load_state_dict(state)
    return eye.eval()


class Whole(nn.Module):
    """The eye with probabilities instead of logits."""

    def __init__(self, eye: Eye) -> None:
        super().__init__()
        self.eye = eye

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        logits, geometry = self.eye(image)
        return torch.sigmoid(logits), geometry


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("checkpoint", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("--centerface", type=Path, help="needed for all but .npz")
    args = ap.parse_args()
    kept = average_of(args.checkpoint)
    if args.out.suffix == ".npz":
        half = {k: v.numpy().astype(np.float16) for k, v in kept["average"].items()}
        np.savez_compressed(args.out, step=kept["step"], **half)
    elif args.out.suffix == ".onnx":
        net = Whole(eye_of(kept["average"], args.centerface))
        free = {2: "height", 3: "width"}
        torch.onnx.export(
            net,
            (torch.zeros(1, 3, 352, 352),),
            str(args.out),
            input_names=["image"],
            output_names=["heat", "geometry"],
            dynamic_axes={"image": free, "heat": free, "geometry": {3: "height", 4: "width"}},
            opset_version=OPSET,
            dynamo=False,
        )
    else:
        width = kept["average"]["branch.weight"].shape[0]
        args.out.parent.mkdir(parents=True, exist_ok=True)
        run = Run(Path(), args.out.parent, Recipe(width=width), args.centerface)
        run.net.load_state_dict(kept["average"])
        run.average.load_state_dict(kept["average"])
        run.step = kept["step"]
        run.save()
        print(f"{asdict(run.recipe)}, step {run.step}")
    print(f"{args.out}: {args.out.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
