"""The hash chain of a custody log: what an entry is, and what is wrong with a list of them.

Line n is a JSON object in one exact layout. Its `previous` is the `hash` of line n-1 (64 zeros
for the first), its `hash` the SHA-256 of the line as it would stand with an empty hash. So no
line can be changed, removed, added or moved without a break in the chain that shows where.
What a chain cannot show by itself is that its end is missing; see `redact.evidence.custody`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from ..media import sha256_of_bytes

START = "0" * 64
_Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Entry(Struct, forbid_unknown_fields=True, frozen=True):
    """One thing that happened.

    Attributes:
        number: from 1, without gaps.
        time: UTC, ISO 8601; the clock of the machine, which nothing vouches for.
        event: what happened: "run", "check", "note", "handed over", …
        details: names, hashes and words by key.
        previous: hash of the entry before.
        hash: of this entry.
    """

    number: Annotated[int, Meta(ge=1)]
    time: str
    event: str
    details: dict[str, str]
    previous: _Hash
    hash: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]

    def sealed(self) -> Entry:
        """The entry with its own hash filled in."""
        return replace(self, hash=sha256_of_bytes(self.line(without_hash=True)))

    def line(self, without_hash: bool = False) -> bytes:
        """The line in the log, without its line feed."""
        entry = replace(self, hash="") if without_hash else self
        return msgspec.json.encode(entry, order="deterministic")


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a log does not hold.

    Attributes:
        line: line number from 1.
        kind: "damaged", "edited", "removed", "moved", "added", "cut", "rewritten".
        text: what is wrong, in plain words.
    """

    line: int
    kind: str
    text: str


def split_lines(data: bytes) -> list[bytes]:
    """Lines without their line feeds; the last is empty if the log ends as it should."""
    return data.split(b"\n")


def read_chain(data: bytes) -> tuple[tuple[Entry, ...], tuple[Break, ...]]:
    """All entries that can be read, in file order, and everything wrong with the chain."""
    lines = split_lines(data)
    breaks: list[Break] = []
    if lines[-1] != b"":
        breaks.append(Break(len(lines), "cut", "the last line does not end: it was cut off"))
    else:
        lines.pop()
    entries: list[Entry] = []
    readable: list[tuple[int, Entry]] = []
    for number, line in enumerate(lines, start=1):
        entry = _parse(line)
        if entry is None:
            breaks.append(Break(number, "damaged", f"line {number} is not an entry of a log"))
            continue
        readable.append((number, entry))
        entries.append(entry)
    breaks += _chain_breaks(readable)
    return tuple(entries), tuple(sorted(breaks, key=lambda b: b.line))


def _parse(line: bytes) -> Entry | None:
    try:
        entry = msgspec.json.decode(line, type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    # One layout only: otherwise blanks could be changed without breaking the chain.
    return entry if entry.line() == line else None


def _chain_breaks(readable: list[tuple[int, Entry]]) -> list[Break]:
    breaks = []
    expected, previous, last_line = 1, START, 0
    for line, entry in readable:
        damaged_before = line != last_line + 1
        edited = entry.hash != entry.sealed().hash
        if edited:
            breaks.append(Break(line, "edited", f"line {line} was changed after it was written"))
        if damaged_before:
            expected += line - last_line - 1
        if entry.number != expected and not edited:
            breaks.append(_out_of_order(line, expected, entry.number))
        elif entry.previous != previous and not edited and not damaged_before:
            breaks.append(
                Break(
                    line,
                    "rewritten",
                    f"line {line} does not follow from line {line - 1}: one of them is not the "
                    "original",
                )
            )
        expected = (expected if edited else entry.number) + 1
        previous, last_line = entry.hash, line
    return breaks


def _out_of_order(line: int, expected: int, found: int) -> Break:
    if found > expected:
        missing = f"{expected}" if found == expected + 1 else f"{expected} to {found - 1}"
        return Break(
            line, "removed", f"before line {line}, entry {missing} is missing: removed or moved"
        )
    return Break(
        line, "moved", f"line {line} holds entry {found} where {expected} belongs: moved or added"
    )
