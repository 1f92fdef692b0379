"""The eye as an ONNX file, and its weights small enough to be kept.

    python -m training.eye.export RUN/last.pt eye.onnx --centerface centerface.onnx
    python -m training.eye.export eye.onnx eye.int8.onnx --pictures CACHE
    python -m training.eye.export RUN/last.pt checkpoint.fp16.npz
    python -m training.eye.export checkpoint.fp16.npz RUN/last.pt --centerface centerface.onnx

The second line brings it to 8 bits, as `training.centerface_8bit` and `training.eight_bit` do with
CenterFace, by ranges measured on pictures of the cache, and writes the form for older processors
(`training.headroom`), eye.int7.onnx, beside it.

The last line makes a run of a kept checkpoint, so that training goes on from it on another machine;
the optimiser's memory begins anew.

In the ONNX files: "image" float32, in 8 bits uint8, [1, 3, H, W] RGB 0 to 255, H and W multiples of
32; "heat" [1, 3, H/4, W/4] probabilities of centres of faces, plates and heads; "geometry"
[1, 3, 4, H/4, W/4], see `training.eye.network.Eye`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from redact.detection.weights import in_7_bits
from training.calibration_file import said
from training.centerface_8bit import made, shown
from training.eight_bit import OPSET, in_8_bits
from training.eye.network import Eye
from training.eye.train import Recipe, Run
from training.headroom import with_headroom

#: Ranges of 8 bits are measured on so many pictures, of these sets and at these sizes in turn.
MEASURED = 64
MEASURED_SETS = ("camera_clips", "openlpr", "icdar2015_walk", "oid_google_lp")
SIZES = (960, 640)


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


def measured_on(cache: Path, count: int = MEASURED) -> list[NDArray[np.float32]]:
    """Pictures of the cache as the eye is shown them, f32 [1, 3, H, W], at its sizes in turn: as
    many of cameras and people as of vehicles."""
    entries = json.loads((cache / "index.json").read_text())
    found = []
    for number in range(count):
        source = MEASURED_SETS[number % len(MEASURED_SETS)]
        mine = [e for e in entries if e["source"] == source]
        entry = mine[number * len(mine) // count]
        bgr = cv2.imread(str(cache / "images" / entry["file"]))
        found.append(shown(np.asarray(bgr[:, :, ::-1], np.uint8), SIZES[number % len(SIZES)]))
    return found


def eight_bit(file: Path, out: Path, cache: Path) -> None:
    """The 8-bit form of an eye's ONNX file, and the one for older processors beside it."""
    data = file.read_bytes()
    model = onnx.load_from_string(data)
    outputs = [value.name for value in model.graph.output]
    digest = hashlib.sha256(data).hexdigest()
    numbers = made(model, measured_on(cache), digest, said(), outputs)
    whole = in_8_bits(model, numbers)
    for path, form in ((out, whole), (out.with_name(in_7_bits(out.name)), with_headroom(whole))):
        made_of = form.SerializeToString()
        path.write_bytes(made_of)
        print(f"{path.name}: {len(made_of)} bytes, SHA-256 {hashlib.sha256(made_of).hexdigest()}")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("checkpoint", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("--centerface", type=Path, help="needed for all but .npz")
    ap.add_argument("--pictures", type=Path, help="a cache: make the 8-bit forms of an ONNX file")
    args = ap.parse_args()
    if args.pictures:
        eight_bit(args.checkpoint, args.out, args.pictures)
        return
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
