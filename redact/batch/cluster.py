"""The user's side of a cluster: which schedulers are allowed, checking the workers once, and giving
each worker one file at a time.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..errors import DependencyError, InputError, UsageError
from ..files import new_partial
from ..words import problem
from .processes import Command, Done, lost
from .worker import differing, installation, is_started_safely, run_here, visible_files

_LOCAL_NAMES = ("localhost", "ip6-localhost")


def check_address(address: str) -> str:
    """The address as dask wants it: tls:// to anywhere, tcp:// within this machine.

    Args:
        address: as typed; without a scheme it is tcp, as in dask.

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
        raise problem(UsageError, "no_scheduler_address", address=address)
    if parts.scheme not in ("tls", "tcp"):
        raise problem(UsageError, "scheduler_scheme", address=address, scheme=parts.scheme)
    if parts.scheme == "tcp" and not is_loopback(host):
        raise problem(UsageError, "scheduler_open", address=address)
    return f"{parts.scheme}://{parts.netloc}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or number as written; no name is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in _LOCAL_NAMES


SCHEDULER_SECONDS = 20
"""Seconds to wait for a scheduler to answer."""

SECONDS_BETWEEN_CHECKS = 3
"""Seconds between checks whether scheduler and workers are still there."""


class Cluster:
    """A connection to a scheduler; leaving the context cancels unfinished tasks.

    Args:
        address: from `check_address`.

    Raises:
        DependencyError: dask.distributed is not installed.
        InputError: nothing answers there, or there is no worker.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client, Security
        except ImportError as error:
            raise problem(DependencyError, "no_dask") from error
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            security = Security(require_encryption=True) if address.startswith("tls:") else None
            self._client: Any = Client(address, security=security, timeout=SCHEDULER_SECONDS)
        except (OSError, TimeoutError, RuntimeError, ValueError) as error:
            raise problem(InputError, "no_scheduler", address=address, error=error) from error
        self._address = address
        self.workers: list[str] = sorted(self._client.scheduler_info(n_workers=-1)["workers"])
        if not self.workers:
            self._client.close()
            raise problem(InputError, "no_workers", address=address)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *how: object) -> None:
        self._client.close()  # the scheduler drops tasks without a client, and the workers stop

    def check(self, folder: Path, places: Sequence[Path], sources: Sequence[Path]) -> None:
        """Refuse workers that load code from their current folder, run another redact, or do not
        see the same files.

        Args:
            folder: that relative paths start from.
            places: folders for results; a test file is written there for a moment.
            sources: of which a worker must see the same first and last bytes as this machine.

        Raises:
            UsageError: what differs, and where.
        """
        self._compare("workers_unsafe", _SAFE, is_started_safely)
        self._compare("workers_differ", installation(), installation)
        marks = []
        try:
            for place in places:
                marks.append(new_partial(place, "cluster", 0o600))
                os.write(marks[-1].handle, secrets.token_bytes(16))
            paths = [str(path.absolute()) for path in (*sources, *(mark.path for mark in marks))]
            here = visible_files(str(folder), paths)
            self._compare("workers_see_other", here, visible_files, str(folder), paths)
        finally:
            for mark in marks:
                mark.remove()

    def _compare(self, code: str, here: dict[str, Any], ask: Any, *arguments: Any) -> None:
        answers = self._client.run(ask, *arguments, workers=self.workers, on_error="return")
        for worker, there in answers.items():
            if isinstance(there, BaseException):
                raise problem(UsageError, "worker_silent", worker=worker, there=there)
            different = differing(here, there)
            if different:
                what = ", ".join(different[:3]) + (" …" if len(different) > 3 else "")
                raise problem(UsageError, code, worker=worker, what=what)

    def results(self, commands: Sequence[Command]) -> Iterator[tuple[int, Done]]:
        """Numbers and results as they arrive. Each worker has one file at a time; the largest files
        go first.

        If a worker is lost, its file goes to another one, which continues where that one stopped.

        Raises:
            InputError: the scheduler, or the last worker, is gone.
        """
        waiting = sorted(enumerate(commands), key=lambda pair: pair[1].size)
        running: dict[Any, tuple[int, str]] = {}
        free = list(self.workers)
        while True:
            while free and waiting:
                (number, command), worker = waiting.pop(), free.pop(0)
                running[self._submit(command, worker)] = number, worker
            if not running:
                return
            for future in self._first_of([*running]):
                number, worker = running.pop(future)
                free.append(worker)
                yield number, _done(future, commands[number])

    def _submit(self, command: Command, worker: str) -> Any:
        """Submit a file to a worker, or to another one if that one is gone."""
        return self._client.submit(
            run_here,
            command,
            key=f"redact-{secrets.token_hex(8)}",
            workers=worker,
            allow_other_workers=True,
            pure=False,
        )

    def _first_of(self, futures: list[Any]) -> list[Any]:
        """Wait until at least one task is done, and return all that are."""
        from distributed import wait

        while True:
            with contextlib.suppress(TimeoutError):
                return list(
                    wait(
                        futures, timeout=SECONDS_BETWEEN_CHECKS, return_when="FIRST_COMPLETED"
                    ).done
                )
            there = self._client.status == "running" and self._client.scheduler_info()["workers"]
            if not there:
                raise problem(InputError, "scheduler_gone", address=self._address)


_SAFE = {"PYTHONSAFEPATH": True}


def _done(future: Any, command: Command) -> Done:
    """The result of a task; if dask could not finish it, the file counts as refused."""
    if future.status == "finished":
        done = future.result()
        assert isinstance(done, Done)
        return done
    why = future.exception() if future.status == "error" else future.status
    return Done(lost(command.source, "worker_lost", why=why))
