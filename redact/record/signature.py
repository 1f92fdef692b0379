"""Ed25519 signatures beside the files they cover, and the keys that make them.

A signature file is the 64 bytes of the signature over the exact bytes of the signed file (RFC
8032, no prehash), so anyone can check it with another program; see `docs/evidence.md`. The signed
file itself names the public key. A valid signature proves that the file has not changed since the
holder of the private key signed it. Whose key that is, no signature can say.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Meta, Struct

from ..errors import OutputExistsError, PlanError, RedactError, UsageError
from ..files import read_file, unwritable, write_whole
from ..media import sha256_of_bytes

SUFFIX: Final = ".sig"
LENGTH: Final = 64
"""Bytes of a signature. Meaning: that of Ed25519 (RFC 8032, 5.1.6)."""

PublicKeyHex = Annotated[
    str,
    Meta(
        pattern="^([0-9a-f]{64})?$",
        description="raw Ed25519 public key, hex; empty: not signed, or by an older redact, "
        "which kept the key in the signature file",
    ),
]


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it was read.

    Attributes:
        value: its 64 bytes.
        public_key: hex; None where the file does not say, as today's do not.
        signed_sha256: hex, of the signed file; None where the file does not say.
    """

    value: bytes
    public_key: str | None = None
    signed_sha256: str | None = None


class _OldFile(Struct, forbid_unknown_fields=True, frozen=True):
    """The signature file that redact wrote before: one line of JSON in one exact layout."""

    format: Annotated[str, Meta(pattern="^redact-signature$")]
    algorithm: Annotated[str, Meta(pattern="^Ed25519$")]
    signed_sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    public_key: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    signature: Annotated[str, Meta(pattern="^[0-9a-f]{128}$")]


def signature_path(signed: Path) -> Path:
    return signed.with_name(signed.name + SUFFIX)


def make_signature(data: bytes, key: Ed25519PrivateKey) -> bytes:
    """Content of the signature file for `data`, which must name the key: 64 bytes."""
    return key.sign(data)


def parse_signature(data: bytes, name: str) -> Signature:
    """Raises PlanError unless `data` is a signature, or exactly what redact wrote before."""
    if len(data) == LENGTH:
        return Signature(data)
    hint = "The signature file was damaged or edited; take the original one."
    if not data.startswith(b"{"):
        raise PlanError(f"{name}: has {len(data)} bytes, and a signature has {LENGTH}", hint)
    try:
        old = msgspec.json.decode(data, type=_OldFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlanError(f"{name}: {error}", hint) from None
    # One layout only: otherwise blanks could be changed without anybody noticing.
    if msgspec.json.encode(old) + b"\n" != data:
        raise PlanError(f"{name}: is not in the layout that redact writes", hint)
    return Signature(bytes.fromhex(old.signature), old.public_key, old.signed_sha256)


@dataclass(frozen=True, slots=True)
class SignatureResult:
    """What checking one signature gave.

    Attributes:
        holds: the signature fits the data and what its file says about them.
        changed: "" if it holds, else which file was changed: "signed", "signature", or "one of
            them" where nothing tells; "key" where the signature is another key's than the one
            that the signed file names.
        fingerprint: of the key that it was checked with, "" without one; for "key", of the other.
        public_key: that key, hex; "" where neither file names one.
    """

    holds: bool
    changed: str
    fingerprint: str
    public_key: str


def check_signature(data: bytes, signature: Signature, named: str) -> SignatureResult:
    """Check a signature over `data`, and if it fails say which of the two was changed.

    Args:
        data: the signed file.
        named: public key that it names, hex; "" where it names none.
    """
    # A key that the signature file names counts only where the signed file names none: else
    # anyone could put a signature of their own in the place of the one that was announced.
    other = signature.public_key or ""
    key = named or other
    valid = _is_valid(data, signature.value, key)
    if not valid and other not in ("", key) and _is_valid(data, signature.value, other):
        return SignatureResult(False, "key", fingerprint(bytes.fromhex(other)), other)
    if signature.signed_sha256 is None:
        changed = "" if valid else "one of them"
    else:
        fits = signature.signed_sha256 == sha256_of_bytes(data)
        # Where signature and recorded hash both fail, only the signed file can be at fault
        # (one change cannot hit both); where one of them holds, the signed file is as it was.
        same = other in ("", key)
        changed = "signature" if valid or fits else "signed"
        changed = "" if valid and fits and same else changed
    return SignatureResult(not changed, changed, fingerprint(bytes.fromhex(key)), key)


_SMALL_ORDER: Final = frozenset(
    (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)
"""Points of order 8 and less in all their encodings, without the sign bit: under such a "key" one
signature fits many contents, and nobody holds a private key for it (the list of libsodium)."""


def is_small_order(key: bytes) -> bool:
    """Whether a raw public key is one under which anybody can sign."""
    return (key[:-1] + bytes((key[-1] & 0x7F,))).hex() in _SMALL_ORDER


def _is_valid(data: bytes, signature: bytes, key: str) -> bool:
    if key and is_small_order(bytes.fromhex(key)):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def named_key(key: Ed25519PrivateKey | None) -> str:
    """How a file that is to be signed names the key: raw public key, hex; "" for no key."""
    return "" if key is None else raw_public(key.public_key()).hex()


def raw_public(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def fingerprint(raw: bytes) -> str:
    """First 160 bits of the SHA-256 of the raw public key, in groups of four to read aloud.

    "" for no key.
    """
    if not raw:
        return ""
    digest = sha256_of_bytes(raw)[:40]
    return " ".join(digest[i : i + 4] for i in range(0, 40, 4))


def new_key(path: Path, passphrase: bytes | None) -> Ed25519PrivateKey:
    """Make a key pair: `path` (PEM, PKCS#8, mode 0600) and `path`.pub (PEM, mode 0644).

    Raises:
        OutputExistsError: either file is there; keys are never overwritten.
        OutputError: the folder cannot be written.
    """
    public = path.with_name(path.name + ".pub")
    for taken in (path, public):
        if taken.exists():
            raise OutputExistsError(
                f"{taken}: is already there", "Keys are never overwritten; choose another --out."
            )
    key = Ed25519PrivateKey.generate()
    protection: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption()
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise unwritable(path, error) from None
    write_whole(path, pem, mode=0o600)
    try:
        write_whole(public, public_pem(key.public_key()))
    except RedactError:  # half a pair is of no use, and would be in the way
        path.unlink()
        raise
    return key


def public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def load_private_key(path: Path, passphrase: bytes | None) -> Ed25519PrivateKey:
    """Raises PlanError (unreadable, not such a key) or UsageError (passphrase)."""
    data = _read_key(path)
    try:
        key = serialization.load_pem_private_key(data, passphrase or None)
    except TypeError:
        if passphrase:  # given, but the key has none: harmless
            return load_private_key(path, None)
        raise UsageError(
            f"{path}: needs its passphrase", "Set REDACT_PASSPHRASE or answer the prompt."
        ) from None
    except (ValueError, UnsupportedAlgorithm) as error:
        if passphrase and b"ENCRYPTED" in data:
            raise UsageError(f"{path}: wrong passphrase", "Type the passphrase again.") from error
        if b"PUBLIC KEY" in data:
            raise PlanError(
                f"{path}: is a public key, which cannot sign",
                "Give the private key, the file without .pub at its end.",
            ) from None
        raise PlanError(
            f"{path}: is not a private key in PEM form", "Make one with 'redact key new'."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise PlanError(f"{path}: is not an Ed25519 key", "Make one with 'redact key new'.")
    return key


def load_public_key(path: Path) -> bytes:
    """Raw public key from a PEM file. Raises PlanError."""
    data = _read_key(path)
    try:
        key = serialization.load_pem_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if b"PRIVATE KEY" in data:
            raise PlanError(
                f"{path}: is a private key; here the public one is needed",
                "Give the .pub file beside it, and show the private key to nobody.",
            ) from None
        raise PlanError(
            f"{path}: is not a public key in PEM form",
            "Give the .pub file that 'redact key new' wrote.",
        ) from None
    if not isinstance(key, Ed25519PublicKey):
        raise PlanError(f"{path}: is not an Ed25519 key", "Give a .pub file made by redact.")
    if is_small_order(raw_public(key)):
        raise PlanError(
            f"{path}: is a key under which anybody can sign", "Give a .pub file made by redact."
        )
    return raw_public(key)


def needs_passphrase(path: Path) -> bool:
    return b"ENCRYPTED" in _read_key(path)


def _read_key(path: Path) -> bytes:
    try:
        return read_file(path)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise PlanError(f"{path}: cannot read the key ({why})", "Check the path.") from None
