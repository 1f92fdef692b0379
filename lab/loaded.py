"""Imports everything that a run of redact needs. `lab.hostile` forks each run from a process that
has imported this module and done nothing else: loading takes longer than most of its runs.

Every network is opened once, on one thread, because a fork has none of its parent's other threads.
So these runs use one processor.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from pathlib import Path

from redact.cli import main
from redact.detection import load_close_up, load_detector
from redact.memory import keep_small
from redact.words import words_of

if hasattr(os, "sched_getaffinity"):
    os.sched_getaffinity = lambda _: {0}
keep_small()  # or networks would keep their own memory, and be opened again
load_close_up(load_detector())
words_of("en")
for name in ("redact.cli.run", "redact.inspect"):  # otherwise imported when first needed
    importlib.import_module(name)
gc.collect()
gc.freeze()


def run(arguments: list[str], folder: Path) -> None:
    """Run redact's command line in this process, with its output in files; never returns.

    Args:
        arguments: those after `redact`.
        folder: current folder of the run.
    """
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(folder)
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    sys.argv = ["redact", *arguments]
    main()
