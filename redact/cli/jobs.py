"""`redact run --jobs N` and `--scheduler`: several videos at once, each in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from ..case import Done, run_in_process, size_of
from ..cluster import Cluster, Order
from ..errors import UsageError
from ..evidence import EvidenceChoice, needs_passphrase, release_path
from ..media import default_output_name
from .invocation import typed_options
from .terminal import Terminal

_NOT_PASSED_ON = frozenset(
    (
        *("output", "recursive", "jobs", "index", "as_json", "one_of_several"),
        *("scheduler", "insecure_scheduler", "helped", "helping"),
    )
)

Work = tuple[Path, str]
"""A video, and the folder or file for its result as a user would type it; "" for none."""


def results_here(work: Sequence[Work], jobs: int, terminal: Terminal) -> dict[int, dict[str, Any]]:
    """Results by number, so many videos at once, the largest first; an error stops those that
    run."""
    options = typed_options(_NOT_PASSED_ON)
    stopped = threading.Event()
    # Threads only wait for processes here; they end with them.
    with ThreadPoolExecutor(jobs) as pool:
        try:
            numbers = {
                pool.submit(run_in_process, _words(item, options), str(item[0]), stopped.is_set): n
                for n, item in sorted(enumerate(work), key=lambda pair: -size_of(pair[1][0]))
            }
            ended = ((numbers[future], future.result()) for future in as_completed(numbers))
            return _told(ended, len(work), terminal)
        except BaseException:
            stopped.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def results_from(
    cluster: Cluster, work: Sequence[Work], terminal: Terminal
) -> dict[int, dict[str, Any]]:
    """Results by number, one video at a time for each worker of a cluster."""
    options = typed_options(_NOT_PASSED_ON)
    folder = str(Path.cwd())
    orders = [Order(str(item[0]), tuple(_words(item, options)), folder) for item in work]
    return _told(cluster.results(orders), len(work), terminal)


def typed_files() -> list[Path]:
    """Files among the options, which workers must see, too."""
    return [path for word in typed_options(_NOT_PASSED_ON) if (path := Path(word)).is_file()]


def _words(item: Work, options: Sequence[str]) -> list[str]:
    source, place = item
    return [*options, *(("-o", place) if place else ()), "--", str(source)]


def _told(
    ended: Iterable[tuple[int, Done]], count: int, terminal: Terminal
) -> dict[int, dict[str, Any]]:
    """Results by number; what each process said is told when it has ended."""
    found: dict[int, dict[str, Any]] = {}
    for number, done in ended:
        found[number] = done.result
        terminal.say(f"[{len(found)}/{count}] {done.result['source']}")
        for line in done.told:
            terminal.say(line)
    return found


def end_with_parent() -> None:
    """Let this process be stopped, as with Ctrl-C, when the one that started it is gone.

    That one holds the other end of standard input and never writes to it.
    """

    def watch() -> None:
        with contextlib.suppress(OSError, ValueError):
            while os.read(0, 1):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def require_passphrase(evidence: EvidenceChoice, elsewhere: bool = False) -> None:
    """Raise UsageError where each process would ask for the passphrase of the key.

    A worker elsewhere cannot be told it: it would pass through the scheduler.
    """
    key = evidence.key_file
    if key is None or not needs_passphrase(key):
        return
    if elsewhere:
        raise UsageError(
            f"{key}: has a passphrase, which is not handed to other machines",
            "Leave --sign-key out, and sign the records afterwards, or leave --scheduler out.",
        )
    if "REDACT_PASSPHRASE" not in os.environ:
        raise UsageError(
            f"{key}: has a passphrase, and --jobs cannot ask for it in every process",
            "Set REDACT_PASSPHRASE, or leave --jobs out.",
        )


def neutral_places(sources: Sequence[Path], places: Sequence[Path | None]) -> Iterator[Path]:
    """A free neutral name of its own for each source, in the folder for its result."""
    taken: set[Path] = set()
    for source, place in zip(sources, places, strict=True):
        path = release_path(place or source.parent, Path(default_output_name(source)).suffix, taken)
        taken.add(path)
        yield path
