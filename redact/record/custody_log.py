"""The custody log of a case: append-only JSON Lines, hash-chained, one writer at a time.

`log_chain` defines an entry and checks whether a log is still intact; the entry about a run is made
from its manifest.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..errors import CheckFailedError, OutputError, PlanError
from ..files import check_writable, lock
from ..media import sha256_of_bytes
from ..types import utc_text
from ..words import problem, reason_of
from .case import CaseFields
from .checked_text import LONGEST, checked_text, printable
from .log_chain import FIRST_LINK, LogEntry, LogState, examine, head_path, write_head
from .manifest import Manifest
from .manifest_parts import LogAnchor

LOCK_SECONDS = 30.0
"""Seconds to wait for another writer. An append takes milliseconds, so a process that holds the
lock longer than this is stuck, and waiting any longer would look like a hang."""


def _lock(handle: int, log: Path, *, shared: bool) -> None:
    """Lock an open log until it is closed.

    Args:
        handle: file descriptor, open for writing, or for reading if `shared`.
        log: for the message.
        shared: keep writers out, but not other readers.

    Raises:
        OutputError: a writer did not release the lock in time, or the file system has no locks.
    """
    deadline = time.monotonic() + LOCK_SECONDS
    while (locked := lock(handle, shared=shared)) is False:
        if time.monotonic() > deadline:
            raise problem(OutputError, "log_locked", log=log, patience=LOCK_SECONDS)
        time.sleep(0.005)
    if locked is None:
        raise problem(OutputError, "log_no_locks", log=log)


def append(
    log: Path, event: str, details: Mapping[str, str], key: Ed25519PrivateKey | None = None
) -> LogEntry:
    """Append one entry and move the anchor; safe with any number of writers at once.

    Args:
        log: file to append to; created if it does not exist.
        event: what happened, one line.
        details: names, hashes and words; one line each.
        key: signs the entry and the head.

    Raises:
        PlanError: a record cannot contain one of the texts.
        CheckFailedError: the log is not intact; nothing is added to such a log.
        OutputError: the log cannot be written.
    """
    checked_text(event, f"{log}: event")
    texts = {
        checked_text(k, f"{log}: key"): checked_text(v, f"{log}: {k}") for k, v in details.items()
    }
    with _open_locked(log, os.O_RDWR | os.O_CREAT) as handle:
        data = _read_all(handle, log)
        state = examine(log, data)
        entries = entries_to_extend(log, state)
        entry = LogEntry(
            number=len(entries) + 1,
            time=utc_text(datetime.now(UTC)),
            event=event,
            details=texts,
            previous=entries[-1].hash if entries else FIRST_LINK,
            hash="",
        ).sealed(key)
        _write_all(handle, entry.line() + b"\n", len(data), log)
        write_head(log, entry.number, entry.hash, key)
    return entry


@contextmanager
def _open_locked(log: Path, flags: int) -> Iterator[int]:
    reading = not flags & os.O_RDWR
    try:
        waits = getattr(os, "O_NONBLOCK", 0)  # opening a pipe would wait forever
        handle = os.open(log, flags | waits | getattr(os, "O_BINARY", 0), 0o644)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or str(error)
        if reading:
            raise problem(PlanError, "log_closed", log=log, why=why) from None
        raise problem(OutputError, "log_unwritten", log=log, why=why) from None
    try:
        _lock(handle, log, shared=reading)
        yield handle
    finally:
        os.close(handle)


def _read_all(handle: int, log: Path) -> bytes:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        pieces = []
        while piece := os.read(handle, 1 << 20):
            pieces.append(piece)
    except OSError as error:  # a folder can be opened, but not read
        raise problem(PlanError, "log_unread", log=log, reason=reason_of(error)) from None
    return b"".join(pieces)


def entries_to_extend(log: Path, state: LogState) -> tuple[LogEntry, ...]:
    """Entries of a log that may be extended: adding to a broken one would paper over the break.

    Raises CheckFailedError.
    """
    if state.breaks:
        raise problem(CheckFailedError, "log_broken", log=log, text=state.breaks[0].text)
    return state.entries


def check_appendable(log: Path) -> None:
    """Check before a long run whether an entry can be added after it; changes nothing.

    Raises:
        PlanError, CheckFailedError, OutputError: as `append`.
    """
    if log.exists():
        with _open_locked(log, os.O_RDWR) as handle:
            entries_to_extend(log, examine(log, _read_all(handle, log)))
    else:
        check_writable(log)
    check_writable(head_path(log), force=True)


def _write_all(handle: int, line: bytes, size: int, log: Path) -> None:
    try:
        os.lseek(handle, size, os.SEEK_SET)
        done = 0
        while done < len(line):
            done += os.write(handle, line[done:])
        os.fsync(handle)
    except OSError as error:
        os.ftruncate(handle, size)  # half a line would stop every later writer
        raise problem(OutputError, "log_full", log=log, reason=reason_of(error)) from None


def read_log(log: Path) -> LogState:
    """Read a log and check it. Raises PlanError if it cannot be read at all."""
    # The lock keeps a writer from moving the anchor between our two reads.
    with _open_locked(log, os.O_RDONLY) as handle:
        return examine(log, _read_all(handle, log))


def anchor_of(log: Path) -> LogAnchor:
    """Where a log ends now, for the manifest. A log that does not exist yet has no entries.

    Raises CheckFailedError if the log is not intact.
    """
    if not log.exists():
        return LogAnchor(entries=0, head=FIRST_LINK)
    state = read_log(log)
    entries = entries_to_extend(log, state)
    return LogAnchor(entries=len(entries), head=entries[-1].hash if entries else FIRST_LINK)


_DECIDED_BY: Final = "decided_by"
"""Who decided, on the page or by commands. Entries of older versions lack it."""


def run_details(manifest: Manifest, data: bytes) -> dict[str, str]:
    """Details of the entry about a run.

    Args:
        manifest: of the run.
        data: its bytes, as written.
    """
    details = {
        "source": manifest.source.name,
        "source_sha256": manifest.source.sha256_before,
        "output": manifest.output.name,
        "output_sha256": manifest.output.sha256,
        "manifest_sha256": sha256_of_bytes(data),
        _DECIDED_BY: _deciders(manifest),
        **case_details(manifest.case),
    }
    return {key: value for key, value in details.items() if value}


def _deciders(manifest: Manifest) -> str:
    names = ", ".join(sorted({track.decided_by for track in manifest.tracks} - {""}))
    # A plan from elsewhere may name anybody in any way, and the entry is written after the run.
    return "".join(filter(printable, names))[:LONGEST]


def case_details(case: CaseFields) -> dict[str, str]:
    return {
        "case": case.case,
        "exhibit": case.exhibit,
        "operator": case.operator,
        "recipient": case.recipient,
        "purpose": case.purpose,
    }


def differing_details(details: Mapping[str, str], manifest: Manifest, data: bytes) -> list[str]:
    """How an entry that names exactly the manifest's bytes contradicts the manifest: the names of
    its differing details, sorted. Details that redact does not write are ignored."""
    expected = run_details(manifest, data)
    known = {*expected, *case_details(manifest.case)} - ({_DECIDED_BY} - details.keys())
    return sorted(key for key in known if details.get(key) != expected.get(key))
