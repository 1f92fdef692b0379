"""The head of a custody log, `LOG.head`: where the log ended when redact last wrote to it.

It is written after the entry. If power fails between the two, the head knows fewer entries than the
log has; a signed entry vouches for itself all the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Meta, Struct
from msgspec.structs import replace

from ..errors import PlanError
from ..files import sync_folder, write_whole
from ..words import problem, reason_of
from .signature import PublicKeyHex, SignatureHex, is_signed, make_signature, named_key

HEAD_FORMAT = "redact-log-head"


class Head(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """The file `LOG.head`: how many entries the log had, the hash of the last one, and who signed
    this. The signature is over the line as it stands without it."""

    format: Annotated[str, Meta(pattern=f"^{HEAD_FORMAT}$")]
    entries: Annotated[int, Meta(ge=0)]
    head: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    signed_by: PublicKeyHex = ""
    signature: SignatureHex = ""

    def line(self) -> bytes:
        return msgspec.json.encode(self) + b"\n"

    def signed(self, key: Ed25519PrivateKey | None) -> Head:
        """The same, signed; for no key, unsigned."""
        head = replace(self, signed_by=named_key(key), signature="")
        return head if key is None else replace(head, signature=make_signature(head.line(), key))

    @property
    def holds(self) -> bool:
        """Whether its signature does, or it has none."""
        return is_signed(replace(self, signature="").line(), self.signature, self.signed_by)


def head_path(log: Path) -> Path:
    """Where the head of a log stands: beside it, under its full name and ".head"."""
    return log.with_name(log.name + ".head")


def read_head(log: Path) -> Head | None:
    """The head of a log; None without one. Raises PlanError if it cannot be read."""
    path = head_path(log)
    try:
        data = path.read_bytes()
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
    """Put a new head in the place of the old one, after the entry was written."""
    head = Head(HEAD_FORMAT, entries, last).signed(key)
    write_whole(head_path(log), head.line(), force=True)
    sync_folder(log.parent)
