"""The side of the user: which schedulers may be spoken to; workers looked at once, then one file
at a time for each of them; and workers for which no file is left look ahead in a long one.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import os
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlsplit

from ..errors import DependencyError, InputError, UsageError
from ..files import new_partial
from .process import Done, lost, size_of
from .work import Order, help_with, unlike, what_is_installed, what_is_seen, work_on

_LOCAL_NAMES = ("localhost", "ip6-localhost")


def check_address(address: str, insecure: bool) -> str:
    """The address as dask wants it: tls:// to anywhere, tcp:// within this machine.

    Args:
        address: as typed; without a scheme it is tcp, as in dask.
        insecure: the user accepts tcp:// to another machine.

    Raises:
        UsageError: the address is not accepted.
    """
    full = address if "://" in address else f"tcp://{address}"
    try:
        parts = urlsplit(full)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or port is None or parts.path not in ("", "/"):
        raise UsageError(
            f"--scheduler {address}: is no address of a scheduler",
            "Write it as the scheduler says it, for example tls://10.0.0.5:8786.",
        )
    if parts.scheme not in ("tls", "tcp"):
        raise UsageError(
            f"--scheduler {address}: {parts.scheme}:// is not accepted", "Use tls://HOST:PORT."
        )
    if parts.scheme == "tcp" and not (insecure or is_loopback(host)):
        raise UsageError(
            f"--scheduler {address}: is another machine, and tcp:// is neither encrypted nor "
            "closed to others: whoever reaches the scheduler can run programs on the workers",
            "Set up TLS in dask and use tls://, or add --insecure-scheduler in a network that you "
            "trust.",
        )
    return f"{parts.scheme}://{parts.netloc}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name or number; no name is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in _LOCAL_NAMES


MOST_TIMES: Final = 3
"""Times that one worker is sent to one file. Meaning: it comes back when it takes the run for dead,
and another worker may have taken that up; one whose networks do not work comes back each time."""


class Helpers:
    """Who helps with which file.

    Args:
        orders: all files.
        submit: has a worker look ahead in a file; gives a future.

    Attributes:
        at_work: futures, each with the number of its file and its worker.
    """

    def __init__(self, orders: Sequence[Order], submit: Callable[[Order, str], Any]) -> None:
        self.at_work: dict[Any, tuple[int, str]] = {}
        self._orders, self._submit = orders, submit
        self._sent: Counter[tuple[int, str]] = Counter()
        self._short: set[int] = set()

    def send(self, worker: str, running: Collection[int]) -> bool:
        """Send a worker to one of the files that are worked on; False where none needs it.

        That is the one with the fewest helpers, of several the largest.
        """
        fit = [n for n in running if n not in self._short and self._sent[n, worker] < MOST_TIMES]
        if not fit:
            return False
        helped = Counter(number for number, _ in self.at_work.values())
        number = min(fit, key=lambda n: (helped[n], -size_of(Path(self._orders[n].source))))
        self._sent[number, worker] += 1
        self.at_work[self._submit(self._orders[number], worker)] = number, worker
        return True

    def returned(self, future: Any) -> str:
        """The worker of a future that is done; it may be sent elsewhere."""
        number, worker = self.at_work.pop(future)
        if future.status == "finished" and future.result().result.get("ranges", 0) is None:
            self._short.add(number)
        return worker

    def call_back(self, number: int) -> list[str]:
        """The workers that help with a file, which is done."""
        futures = [future for future, (n, _) in self.at_work.items() if n == number]
        for future in futures:
            future.cancel()
        return [self.at_work.pop(future)[1] for future in futures]


PATIENCE = 20
"""Seconds to wait for a scheduler to answer."""

LOOK_ROUND = 3
"""Seconds after which it is looked whether scheduler and workers are still there."""


class Cluster:
    """A connection to a scheduler; leaving the context takes back what is not done.

    Args:
        address: from `check_address`.

    Raises:
        DependencyError: dask.distributed is not installed.
        InputError: nobody answers there, or there is no worker.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client, Security
        except ImportError as error:
            raise DependencyError(
                "--scheduler needs dask.distributed, which is not installed",
                "pip install 'redact-footage[cluster]'",
            ) from error
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            security = Security(require_encryption=True) if address.startswith("tls:") else None
            self._client: Any = Client(address, security=security, timeout=PATIENCE)
        except (OSError, TimeoutError, RuntimeError, ValueError) as error:
            raise InputError(
                f"{address}: no scheduler answers there ({error})",
                "Is it running? For tls:// dask needs its certificates in its own configuration.",
            ) from error
        self._address = address
        self.workers: list[str] = sorted(self._client.scheduler_info(n_workers=-1)["workers"])
        if not self.workers:
            self._client.close()
            raise InputError(f"{address}: the scheduler has no workers", "Start some, then again.")

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._client.close()  # the scheduler forgets what nobody waits for, and the workers stop

    def check(self, folder: Path, places: Sequence[Path], sources: Sequence[Path]) -> None:
        """Refuse workers that have another redact, or do not see the same files.

        Args:
            folder: in which relative paths begin.
            places: folders for results; a file is written there for a moment, to be looked for.
            sources: of which a worker must see the first and last bytes as they are here.

        Raises:
            UsageError: what differs, and where.
        """
        self._compare("has another", what_is_installed(), what_is_installed)
        marks = []
        try:
            for place in places:
                marks.append(new_partial(place, "cluster", 0o600))
                os.write(marks[-1].handle, secrets.token_bytes(16))
            paths = [str(path.absolute()) for path in (*sources, *(mark.path for mark in marks))]
            here = what_is_seen(str(folder), paths)
            self._compare("does not see the same", here, what_is_seen, str(folder), paths)
        finally:
            for mark in marks:
                mark.path.unlink(missing_ok=True)
                mark.release()

    def _compare(self, words: str, here: dict[str, Any], ask: Any, *arguments: Any) -> None:
        answers = self._client.run(ask, *arguments, workers=self.workers, on_error="return")
        for worker, there in answers.items():
            if isinstance(there, BaseException):
                raise UsageError(
                    f"{worker}: cannot answer ({there})",
                    "Is redact installed in the worker's Python?",
                )
            different = unlike(here, there)
            if different:
                what = ", ".join(different[:3]) + (" …" if len(different) > 3 else "")
                raise UsageError(
                    f"{worker}: {words} {what}",
                    "All workers need this redact with its models and libraries, and the same "
                    "folders under the same names.",
                )

    def results(self, orders: Sequence[Order]) -> Iterator[tuple[int, Done]]:
        """Numbers and results, as they come; each worker has one file at a time, the largest first.

        A worker for which no file is left looks ahead in one that another worker is at.
        A file whose worker is lost goes to another one, which goes on where that one was.

        Raises:
            InputError: the scheduler, or the last worker, is gone.
        """
        waiting = sorted(enumerate(orders), key=lambda pair: size_of(Path(pair[1].source)))
        running: dict[Any, tuple[int, str]] = {}
        helpers = Helpers(orders, self._submit_help)
        free = list(self.workers)
        while True:
            while free and waiting:
                (number, order), worker = waiting.pop(), free.pop(0)
                running[self._submit(order, worker)] = number, worker
            free = [w for w in free if not helpers.send(w, {n for n, _ in running.values()})]
            if not running:
                return
            for future in self._first_of([*running, *helpers.at_work]):
                if future in helpers.at_work:
                    free.append(helpers.returned(future))
                    continue
                number, worker = running.pop(future)
                free += [worker, *helpers.call_back(number)]
                yield number, _done(future, orders[number])

    def _submit(self, order: Order, worker: str) -> Any:
        """Hand a file to a worker, or to another one where that one is gone."""
        helped = len(self.workers) > 1
        return self._client.submit(
            work_on,
            replace(order, words=("--helped", *order.words)) if helped else order,
            key=f"redact-{secrets.token_hex(8)}",
            workers=worker,
            allow_other_workers=True,
            pure=False,
        )

    def _submit_help(self, order: Order, worker: str) -> Any:
        key = f"redact-help-{secrets.token_hex(8)}"
        return self._client.submit(help_with, order, key=key, workers=worker, pure=False)

    def _first_of(self, futures: list[Any]) -> list[Any]:
        """Those that are done, as soon as one is."""
        from distributed import wait

        while True:
            with contextlib.suppress(TimeoutError):
                return list(wait(futures, timeout=LOOK_ROUND, return_when="FIRST_COMPLETED").done)
            there = self._client.status == "running" and self._client.scheduler_info()["workers"]
            if not there:
                raise InputError(
                    f"{self._address}: the scheduler, or its last worker, is gone",
                    "Start it, and give the same command again: it goes on where it was.",
                )


def _done(future: Any, order: Order) -> Done:
    """What a task ended with; one that dask could not bring to its end is a file refused."""
    if future.status == "finished":
        done = future.result()
        assert isinstance(done, Done)
        return done
    why = future.exception() if future.status == "error" else "it was cancelled"
    return Done(lost(order.source, f"its worker was lost ({why})"))
