"""What a run of redact loads, loaded: `lab.hostile` forks each of its runs from a process
that has imported this and done nothing else. Loading takes longer than most of those runs.

Every network is opened once, for one thread: a fork has none of its parent's other threads. So
runs see one processor.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from pathlib import Path
from typing import Any

import onnxruntime

from redact.cli import main
from redact.detection import load_close_up, load_detector
from redact.settings import Sensitivity
from redact.words import words_of

_SESSIONS: dict[Any, Any] = {}
_open = onnxruntime.InferenceSession


def _kept(weights: bytes, options: Any, providers: list[str]) -> Any:
    key = (weights, options.intra_op_num_threads, options.enable_cpu_mem_arena, *providers)
    if key not in _SESSIONS:
        _SESSIONS[key] = _open(weights, options, providers=providers)
    return _SESSIONS[key]


onnxruntime.InferenceSession = _kept
if hasattr(os, "sched_getaffinity"):
    os.sched_getaffinity = lambda _: {0}
for sensitivity in (Sensitivity.FAST, Sensitivity.THOROUGH):  # which differ in memory they keep
    load_close_up(load_detector(sensitivity))
words_of("en")
for name in ("redact.cli.run", "redact.inspect"):  # which are imported when they are needed
    importlib.import_module(name)
gc.collect()
gc.freeze()


def run(arguments: list[str], folder: Path) -> None:
    """The command line of redact in this process, what it says in files; never returns.

    Args:
        arguments: after the word `redact`.
        folder: to work in.
    """
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(folder)
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    sys.argv = ["redact", *arguments]
    main()
