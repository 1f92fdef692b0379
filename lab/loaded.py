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

from redact.cli import main
from redact.detection import load_close_up, load_detector
from redact.memory import keep_small
from redact.words import words_of

if hasattr(os, "sched_getaffinity"):
    os.sched_getaffinity = lambda _: {0}
keep_small()  # or networks would keep memory of their own, and be opened anew
load_close_up(load_detector())
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
