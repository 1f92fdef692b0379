"""The head of a custody log, `LOG.head`: where the log ended when redact last wrote to it.

A line and its head are two files, and power can fail between them. So that a line of redact's own
can then be told from one that somebody added by hand, the head as it will be is written first, with
its signature, to `LOG.head.next`; it is gone once line and head are written. If the log ends with
the very entry that this file names, it is the head. It needs no more trust than the head itself:
whoever can write a false one can write a false head, and nobody signs either without the key.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Meta, Struct

from ..errors import PlanError
from ..files import sync_folder, write_whole
from .signature import (
    LENGTH,
    PublicKeyHex,
    Signature,
    SignatureResult,
    check_signature,
    make_signature,
    named_key,
    parse_signature,
    signature_path,
)

HEAD_FORMAT = "redact-log-head"
_HINT = "The anchor was damaged or edited; compare with a copy of it."


class Head(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """The file `LOG.head`: where the log ended when redact last wrote to it, and who signed it."""

    format: Annotated[str, Meta(pattern=f"^{HEAD_FORMAT}$")]
    entries: Annotated[int, Meta(ge=0)]
    head: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    signed_by: PublicKeyHex = ""


def head_path(log: Path) -> Path:
    return log.with_name(log.name + ".head")


def next_head_path(log: Path) -> Path:
    return log.with_name(log.name + ".head.next")


def dump_head(head: Head) -> bytes:
    return msgspec.json.encode(head) + b"\n"


def read_head(log: Path, end: tuple[int, str]) -> tuple[Head | None, SignatureResult | None]:
    """The head of a log and what its signature is worth; None without one.

    Args:
        log: the log.
        end: number and hash of its last entry.

    Raises:
        PlanError: it cannot be read, or its signature is missing.
    """
    return _interrupted(next_head_path(log), end) or _settled(head_path(log))


def _interrupted(path: Path, end: tuple[int, str]) -> tuple[Head, SignatureResult | None] | None:
    """The head that was announced for the last entry; None if there is none that holds."""
    try:
        line, feed, value = path.read_bytes().partition(b"\n")
        head = _parse(line + feed, path)
    except (OSError, PlanError):
        return None
    if (head.entries, head.head) != end or bool(head.signed_by) != bool(value):
        return None
    if not value:
        return head, None
    signer = check_signature(line + feed, Signature(value), head.signed_by)
    return (head, signer) if len(value) == LENGTH and signer.holds else None


def _settled(path: Path) -> tuple[Head | None, SignatureResult | None]:
    signature = signature_path(path)
    try:
        data = path.read_bytes()
        signed = signature.read_bytes() if signature.exists() else None
    except FileNotFoundError:
        return None, None
    except OSError as error:
        raise PlanError(f"{path}: cannot be read ({error.strerror or error})", _HINT) from None
    head = _parse(data, path)
    if signed is None and head.signed_by:
        raise PlanError(f"{path}: is signed, and its signature is missing", _HINT)
    if signed is None:
        return head, None
    return head, check_signature(data, parse_signature(signed, str(signature)), head.signed_by)


def _parse(data: bytes, path: Path) -> Head:
    try:
        head = msgspec.json.decode(data, type=Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlanError(f"{path}: {error}", _HINT) from None
    if dump_head(head) != data:
        raise PlanError(f"{path}: is not in the layout that redact writes", _HINT)
    return head


def announce_head(log: Path, end: tuple[int, str], key: Ed25519PrivateKey | None) -> bytes:
    """Write the head as it will be once an entry is in the log; returns it, for `write_head`."""
    data = dump_head(Head(HEAD_FORMAT, *end, named_key(key)))
    value = b"" if key is None else make_signature(data, key)
    write_whole(next_head_path(log), data + value, force=True)
    sync_folder(log.parent)
    return data


def write_head(log: Path, data: bytes, key: Ed25519PrivateKey | None) -> None:
    """Put the announced head in the place of the old one, after the entry was written."""
    head = head_path(log)
    signature = signature_path(head)
    write_whole(head, data, force=True)
    if key is not None:
        write_whole(signature, make_signature(data, key), force=True)
    else:
        # The old signature is about an older anchor and would look like tampering.
        signature.unlink(missing_ok=True)
    sync_folder(log.parent)
    next_head_path(log).unlink(missing_ok=True)
