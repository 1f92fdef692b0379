"""The command line in a process of its own, as a user runs it, but without the second in which
Python imports everything.

A server that has imported the program, and done nothing else, forks a process for each call. Where
there is no fork, or where Python itself is told something by its environment, each call starts it.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUICK = ("--targets", "face", "--rotate", "0")
"""Options of a run whose test is not about what is found: a third of the time of one that looks
for everything."""
FORKS = sys.platform.startswith("linux")


def program(
    *words: object, cwd: Path = ROOT, limit: float = 280, **env: str
) -> subprocess.CompletedProcess[str]:
    """What `redact WORDS` prints and how it ends, with nothing to read on standard input.

    Args:
        words: the command line.
        cwd: folder in which it runs.
        limit: seconds it may take.
        env: what is added to the environment.
    """
    command = [sys.executable, "-m", "redact", *map(str, words)]
    if not FORKS or any(name.startswith("PYTHON") for name in env):
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="surrogateescape",  # names of files are bytes
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), **env},
            timeout=limit,
            check=False,
        )
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["tests.program_imports"])
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder, name) for name in ("out", "err")]
        umask = os.umask(0)
        os.umask(umask)
        surroundings = {**os.environ, **env}
        process = server.Process(target=_main, args=(command[3:], cwd, surroundings, umask, said))
        process.start()
        process.join(limit)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(command, limit)
        out, err = (path.read_text("utf-8", "surrogateescape") for path in said)
        return subprocess.CompletedProcess(command, process.exitcode, out, err)


def _main(
    words: list[str], cwd: Path, env: Mapping[str, str], umask: int, said: list[Path]
) -> None:
    for number, path in enumerate(said, start=1):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    # One processor, so one thread: so many have the networks that are open already.
    usable = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {usable[os.getpid() % len(usable)]})
    os.setsid()  # no terminal, wherever the tests themselves run
    os.chdir(cwd)
    os.umask(umask)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["redact", *words]
    from redact.cli import main

    main()
