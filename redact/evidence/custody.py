"""The custody log of a case: append-only JSON Lines, hash-chained, with an anchor for its end.

A chain cannot show that its last lines are missing: what remains is a shorter, valid chain. So
the file `LOG.head` beside the log keeps the number of entries and the hash of the last one, and
manifests keep both as they were when they were written. Whoever can replace all of these files
together can still shorten or rewrite the whole log; only a signed anchor (`key`), or a copy of
the anchor kept by somebody else, shows that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Meta, Struct

from ..errors import CheckFailedError, OutputError, PlanError
from ..files import sync_folder, write_whole
from ..types import stamp
from .case import checked_text
from .chain import START, Break, Entry, read_chain
from .lock import locked
from .manifest import LogAnchor
from .signature import (
    PublicKeyHex,
    SignatureResult,
    check_signature,
    make_signature,
    named_key,
    parse_signature,
    signature_path,
)

HEAD_FORMAT = "redact-log-head"


class Head(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """The file `LOG.head`: where the log ended when redact last wrote to it, and who signed it."""

    format: Annotated[str, Meta(pattern=f"^{HEAD_FORMAT}$")]
    entries: Annotated[int, Meta(ge=0)]
    head: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    signed_by: PublicKeyHex = ""


@dataclass(frozen=True, slots=True)
class LogState:
    """A log as it was read, and everything wrong with it.

    Attributes:
        entries: all that could be read, in file order.
        breaks: empty if the log holds.
        remarks: true, worth knowing, and no proof of tampering.
        signer: result of the anchor's signature, None without one.
    """

    entries: tuple[Entry, ...]
    breaks: tuple[Break, ...]
    remarks: tuple[str, ...]
    signer: SignatureResult | None

    @property
    def holds(self) -> bool:
        return not self.breaks


def head_path(log: Path) -> Path:
    return log.with_name(log.name + ".head")


def append(
    log: Path, event: str, details: Mapping[str, str], key: Ed25519PrivateKey | None = None
) -> Entry:
    """Append one entry and move the anchor; safe with any number of writers at once.

    Args:
        log: file to append to; made if it is not there.
        event: what happened, one line.
        details: names, hashes and words; one line each.
        key: signs the anchor.

    Raises:
        PlanError: a text cannot stand in a record.
        CheckFailedError: the log does not hold; a broken log is not written to.
        OutputError: the log cannot be written.
    """
    checked_text(event, f"{log}: event")
    texts = {
        checked_text(k, f"{log}: key"): checked_text(v, f"{log}: {k}") for k, v in details.items()
    }
    with _open_locked(log, os.O_RDWR | os.O_CREAT) as handle:
        data = _read_all(handle, log)
        entries = _entries_to_extend(log, _examine(log, data))
        entry = Entry(
            number=len(entries) + 1,
            time=stamp(datetime.now(UTC)),
            event=event,
            details=texts,
            previous=entries[-1].hash if entries else START,
            hash="",
        ).sealed()
        _write_all(handle, entry.line() + b"\n", len(data), log)
        _write_head(log, entry, key)
    return entry


@contextmanager
def _open_locked(log: Path, flags: int) -> Iterator[int]:
    reading = not flags & os.O_RDWR
    try:
        handle = os.open(log, flags | getattr(os, "O_BINARY", 0), 0o644)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or str(error)
        if reading:
            raise PlanError(f"{log}: cannot read the log ({why})", "Check the path.") from None
        raise OutputError(
            f"{log}: cannot be written ({why})", "Choose a folder that exists and can be written."
        ) from None
    try:
        with locked(handle, str(log), shared=reading):
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
        raise PlanError(
            f"{log}: cannot read the log ({error.strerror or error})", "Check the path."
        ) from None
    return b"".join(pieces)


def _entries_to_extend(log: Path, state: LogState) -> tuple[Entry, ...]:
    """Entries of a log that holds. Adding to a broken one would paper over the break."""
    if state.breaks:
        raise CheckFailedError(
            f"{log}: {state.breaks[0].text}; nothing was added",
            "Keep the file as it is, find its last good copy, and start a new log.",
        )
    return state.entries


def _write_all(handle: int, line: bytes, size: int, log: Path) -> None:
    try:
        os.lseek(handle, size, os.SEEK_SET)
        done = 0
        while done < len(line):
            done += os.write(handle, line[done:])
        os.fsync(handle)
    except OSError as error:
        os.ftruncate(handle, size)  # half a line would stop every later writer
        raise OutputError(
            f"{log}: cannot be written ({error.strerror or error})", "Make room, then try again."
        ) from None


def _write_head(log: Path, entry: Entry, key: Ed25519PrivateKey | None) -> None:
    head = head_path(log)
    data = _dump_head(Head(HEAD_FORMAT, entry.number, entry.hash, named_key(key)))
    signature = signature_path(head)
    write_whole(head, data, force=True)
    if key is not None:
        write_whole(signature, make_signature(data, key), force=True)
    else:
        # The old signature is about an older anchor and would look like tampering.
        signature.unlink(missing_ok=True)
    sync_folder(log.parent)


def _dump_head(head: Head) -> bytes:
    return msgspec.json.encode(head) + b"\n"


def read_log(log: Path) -> LogState:
    """Read a log and check it. Raises PlanError if it cannot be read at all."""
    # The lock keeps a writer from moving the anchor between our two reads.
    with _open_locked(log, os.O_RDONLY) as handle:
        return _examine(log, _read_all(handle, log))


def anchor_of(log: Path) -> LogAnchor:
    """Where a log ends now, for the manifest. A log that is not there yet has no entries.

    Raises CheckFailedError if the log does not hold.
    """
    if not log.exists():
        return LogAnchor(entries=0, head=START)
    state = read_log(log)
    entries = _entries_to_extend(log, state)
    return LogAnchor(entries=len(entries), head=entries[-1].hash if entries else START)


def _examine(log: Path, data: bytes) -> LogState:
    entries, breaks = read_chain(data)
    if not data and not head_path(log).exists():
        return LogState((), (), (), None)
    try:
        head, signer = _read_head(head_path(log))
    except PlanError as error:
        broken = Break(len(entries) + 1, "damaged", error.message)
        return LogState(entries, (*breaks, broken), (), None)
    if head is None:
        missing = Break(
            len(entries) + 1,
            "cut",
            f"{head_path(log).name} is missing, so nothing shows whether the end of the log is "
            "still there",
        )
        return LogState(entries, (*breaks, missing), (), None)
    if signer is not None and not signer.holds:
        text = f"the signature of {head_path(log).name} does not hold"
        breaks = (*breaks, Break(len(entries) + 1, "edited", text))
    problem, remarks = _against_anchor(entries, head.entries, head.head, "the log's head file")
    if problem and not breaks:
        breaks = (problem,)
    return LogState(entries, breaks, remarks, signer)


def _read_head(path: Path) -> tuple[Head | None, SignatureResult | None]:
    hint = "The anchor was damaged or edited; compare with a copy of it."
    signature = signature_path(path)
    try:
        data = path.read_bytes()
        signed = signature.read_bytes() if signature.exists() else None
    except FileNotFoundError:
        return None, None
    except OSError as error:
        raise PlanError(f"{path}: cannot be read ({error.strerror or error})", hint) from None
    try:
        head = msgspec.json.decode(data, type=Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlanError(f"{path}: {error}", hint) from None
    if _dump_head(head) != data:
        raise PlanError(f"{path}: is not in the layout that redact writes", hint)
    if signed is None and head.signed_by:
        raise PlanError(f"{path}: is signed, and its signature is missing", hint)
    if signed is None:
        return head, None
    parsed = parse_signature(signed, str(signature))
    return head, check_signature(data, parsed, head.signed_by)


def check_anchor(entries: tuple[Entry, ...], anchor: LogAnchor) -> Break | None:
    """What contradicts an anchor that a manifest kept, None if nothing does."""
    problem, _ = _against_anchor(entries, anchor.entries, anchor.head, "the manifest")
    return problem


def _against_anchor(
    entries: tuple[Entry, ...], count: int, head: str, keeper: str
) -> tuple[Break | None, tuple[str, ...]]:
    if len(entries) < count:
        missing = count - len(entries)
        text = f"{keeper} knows {count} entries: the last {missing} of them are missing"
        return Break(len(entries) + 1, "cut", text), ()
    if count and entries[count - 1].hash != head:
        text = f"entry {count} is not the one that {keeper} knows: the log was rewritten"
        return Break(count, "rewritten", text), ()
    more = len(entries) - count
    if more and keeper != "the manifest":
        return None, (
            f"{more} at the end of the log not covered by its head file: either writing was "
            "interrupted, or they were added by hand",
        )
    return None, ()
