"""The hash chain of a custody log and the anchor of its end: what an entry is, and whether a log is
intact.

Line n is a JSON object in one exact layout. Its `previous` is the `hash` of line n-1 (64 zeros for
the first); its `hash` is the SHA-256 of the line with an empty hash and without its signature. So
if a line is changed, removed, added or moved, the chain breaks and shows where. A user with a key
signs the hash of every entry that they write.

A chain cannot show that its last lines are missing: what remains is a shorter, valid chain. So the
file `LOG.head` beside the log stores the number of entries and the hash of the last one, and each
manifest stores both as they were when it was written. Anybody who can replace all of these files
together can still shorten or rewrite the whole log; only a signed head, or a copy of the head kept
by somebody else, shows that. The head is written after the entry. If power fails between the two,
the head covers fewer entries than the log has; a signed entry still vouches for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Meta, Struct
from msgspec.structs import replace

from ..errors import PlanError
from ..files import read_file, sync_folder, write_whole
from ..media import sha256_of_bytes
from ..types import ranges
from ..words import Message, Translatable, problem, reason_of
from .manifest_parts import LogAnchor
from .signature import (
    PublicKeyHex,
    SignatureHex,
    fingerprint,
    is_signed,
    named_key,
)

FIRST_LINK = "0" * 64
_Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class LogEntry(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """One thing that happened.

    Attributes:
        number: from 1, without gaps.
        time: UTC, ISO 8601; by the machine's clock, which proves nothing.
        event: what happened: "run", "check", "note", "handed over", …
        details: names, hashes and words by key.
        previous: hash of the entry before.
        hash: of this entry.
        signed_by, signature: of the hash, hex; empty if nobody signed.
    """

    number: Annotated[int, Meta(ge=1)]
    time: str
    event: str
    details: dict[str, str]
    previous: _Hash
    hash: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]
    signed_by: PublicKeyHex = ""
    signature: SignatureHex = ""

    def sealed(self, key: Ed25519PrivateKey | None = None) -> LogEntry:
        """The entry with its own hash filled in, signed if there is a key."""
        entry = replace(self, hash="", signed_by=named_key(key), signature="")
        entry = replace(entry, hash=entry.digest())
        if key is None:
            return entry
        return replace(entry, signature=key.sign(bytes.fromhex(entry.hash)).hex())

    def digest(self) -> str:
        """The hash that it must have."""
        return sha256_of_bytes(replace(self, hash="", signature="").line())

    @property
    def holds(self) -> bool:
        """Whether it is as it was written, and signed by the key that it names."""
        return self.hash == self.digest() and is_signed(
            bytes.fromhex(self.hash), self.signature, self.signed_by
        )

    def line(self) -> bytes:
        """The line in the log, without its line feed."""
        return msgspec.json.encode(self, order="deterministic")


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a log is not intact.

    Attributes:
        line: line number from 1.
        kind: "damaged", "edited", "removed", "moved", "added", "cut", "rewritten".
        text: what is wrong, in plain words.
    """

    line: int
    kind: str
    text: Translatable


def split_lines(data: bytes) -> list[bytes]:
    """Lines without their line feeds; the last is empty if the log ends as it should."""
    return data.split(b"\n")


def read_chain(data: bytes) -> tuple[tuple[LogEntry, ...], tuple[Break, ...]]:
    """All entries that can be read, in file order, and everything wrong with the chain."""
    lines = split_lines(data)
    breaks: list[Break] = []
    if lines[-1] != b"":
        breaks.append(Break(len(lines), "cut", Message("log_cut_off")))
    else:
        lines.pop()
    entries: list[LogEntry] = []
    readable: list[tuple[int, LogEntry]] = []
    for number, line in enumerate(lines, start=1):
        entry = _parse(line)
        if entry is None:
            breaks.append(Break(number, "damaged", Message("log_no_entry", line=number)))
            continue
        readable.append((number, entry))
        entries.append(entry)
    breaks += _chain_breaks(readable)
    return tuple(entries), tuple(sorted(breaks, key=lambda b: b.line))


def _parse(line: bytes) -> LogEntry | None:
    try:
        entry = msgspec.json.decode(line, type=LogEntry)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    # One layout only: otherwise blanks could be changed without breaking the chain.
    return entry if entry.line() == line else None


def _chain_breaks(readable: list[tuple[int, LogEntry]]) -> list[Break]:
    breaks = []
    expected, previous, last_line = 1, FIRST_LINK, 0
    for line, entry in readable:
        damaged_before = line != last_line + 1
        edited = not entry.holds
        if edited:
            breaks.append(Break(line, "edited", Message("log_edited", line=line)))
        if damaged_before:
            expected += line - last_line - 1
        if entry.number != expected and not edited:
            breaks.append(_out_of_order(line, expected, entry.number))
        elif entry.previous != previous and not edited and not damaged_before:
            breaks.append(
                Break(
                    line,
                    "rewritten",
                    Message("log_does_not_follow", line=line, before=line - 1),
                )
            )
        expected = (expected if edited else entry.number) + 1
        previous, last_line = entry.hash, line
    return breaks


def _out_of_order(line: int, expected: int, found: int) -> Break:
    if found == expected + 1:
        return Break(line, "removed", Message("log_entry_gone", line=line, missing=expected))
    if found > expected:
        gone = Message("log_entries_gone", line=line, first=expected, last=found - 1)
        return Break(line, "removed", gone)
    moved = Message("log_entry_moved", line=line, found=found, expected=expected)
    return Break(line, "moved", moved)


HEAD_FORMAT = "redact-log-head"


class Head(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """The file `LOG.head`: the number of entries in the log, the hash of the last one, and who
    signed this. The signature covers the line without the signature."""

    format: Annotated[str, Meta(pattern=f"^{HEAD_FORMAT}$")]
    entries: Annotated[int, Meta(ge=0)]
    head: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    signed_by: PublicKeyHex = ""
    signature: SignatureHex = ""

    def line(self) -> bytes:
        return msgspec.json.encode(self) + b"\n"

    def signed(self, key: Ed25519PrivateKey | None) -> Head:
        """The same head, signed; unsigned if there is no key."""
        head = replace(self, signed_by=named_key(key), signature="")
        return head if key is None else replace(head, signature=key.sign(head.line()).hex())

    @property
    def holds(self) -> bool:
        """Whether its signature is valid, or it has none."""
        return is_signed(replace(self, signature="").line(), self.signature, self.signed_by)


def head_path(log: Path) -> Path:
    """Path of a log's head: beside it, its full name plus ".head"."""
    return log.with_name(log.name + ".head")


def read_head(log: Path) -> Head | None:
    """The head of a log; None without one. Raises PlanError if it cannot be read."""
    path = head_path(log)
    try:
        data = read_file(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise problem(PlanError, "head_unread", path=path, reason=reason_of(error)) from None
    try:
        head = msgspec.json.decode(data, type=Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise problem(PlanError, "head_malformed", path=path, error=error) from None
    if head.line() != data:
        raise problem(PlanError, "head_layout", path=path)
    return head


def write_head(log: Path, entries: int, last: str, key: Ed25519PrivateKey | None) -> None:
    """Replace the old head with a new one, after the entry was written."""
    head = Head(HEAD_FORMAT, entries, last).signed(key)
    write_whole(head_path(log), head.line(), force=True)
    sync_folder(log.parent)


@dataclass(frozen=True, slots=True)
class LogState:
    """A log as it was read, and everything wrong with it.

    Attributes:
        entries: all that could be read, in file order.
        breaks: empty if the log is intact.
        remarks: worth knowing, but no proof of tampering.
        signer: raw public key that signed the head, hex; "" for none.
        uncovered: the last entries, those that the head does not cover.
    """

    entries: tuple[LogEntry, ...]
    breaks: tuple[Break, ...]
    remarks: tuple[Message, ...]
    signer: str = ""
    uncovered: tuple[LogEntry, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.breaks


def examine(log: Path, data: bytes) -> LogState:
    entries, breaks = read_chain(data)
    if not data and not head_path(log).exists():
        return LogState((), (), ())
    head, wrong = _head_of(log, len(entries) + 1)
    if head is None:
        return LogState(entries, (*breaks, *wrong), ())
    other = against_anchor(entries, head, "head")
    if other and not (breaks or wrong):
        wrong = (other,)
    uncovered = entries[head.entries :]
    remarks = tuple(_remarks(entries, uncovered))
    return LogState(entries, (*breaks, *wrong), remarks, head.signed_by, uncovered)


def _head_of(log: Path, after: int) -> tuple[Head | None, tuple[Break, ...]]:
    """The head of a log, and what is wrong with it, reported at the line after the last."""
    try:
        head = read_head(log)
    except PlanError as error:
        return None, (Break(after, "damaged", error),)
    name = head_path(log).name
    if head is None:
        return None, (Break(after, "cut", Message("log_no_head", name=name)),)
    if not head.holds:
        return head, (Break(after, "edited", Message("log_head_forged", name=name)),)
    return head, ()


def _remarks(entries: tuple[LogEntry, ...], uncovered: tuple[LogEntry, ...]) -> Iterator[Message]:
    if unsigned := [e for e in uncovered if not e.signature]:
        yield Message("log_uncovered", count=len(unsigned))
    keys = {e.signed_by for e in entries}
    for key in sorted(keys) if len(keys) > 1 else ():
        numbers = ranges(e.number for e in entries if e.signed_by == key)
        if key:
            yield Message("log_signed_entries", key=fingerprint(key), numbers=numbers)
        else:
            yield Message("log_unsigned_entries", numbers=numbers)
    for before, entry in pairwise(entries):
        if entry.time < before.time:  # both UTC, in one layout
            times = {"time": entry.time, "then": before.time}
            yield Message("log_back_in_time", number=entry.number, **times)


def unproven(state: LogState, key: str) -> tuple[str, Message] | None:
    """Why a key's signature does not vouch for the end of an intact log; None if it does.

    Args:
        state: the log.
        key: raw public key, hex.

    Returns:
        Kind ("unsigned" or "other key") and the same in words.
    """
    if not state.signer:
        return "unsigned", Message("log_head_unsigned")
    if state.signer != key:
        found, wanted = fingerprint(state.signer), fingerprint(key)
        return "other key", Message("log_head_other_key", found=found, wanted=wanted)
    if others := sum(entry.signed_by != key for entry in state.uncovered):
        return "unsigned", Message("log_head_short", count=others)
    return None


def against_anchor(
    entries: tuple[LogEntry, ...], anchor: Head | LogAnchor, keeper: Literal["head", "record"]
) -> Break | None:
    """What in a log contradicts an anchor stored in its head or a record; None: nothing does."""
    count = anchor.entries
    if len(entries) < count:
        gone = count - len(entries)
        short = Message(f"log_shorter_than_{keeper}", known=count, missing=gone)
        return Break(len(entries) + 1, "cut", short)
    if count and entries[count - 1].hash != anchor.head:
        return Break(count, "rewritten", Message(f"log_not_as_{keeper}", number=count))
    return None
