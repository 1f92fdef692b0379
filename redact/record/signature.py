"""Ed25519 signatures beside the files they cover, and the keys that make them.

A signature file is the 64 bytes of the signature over the exact bytes of the signed file (RFC
8032, no prehash), so anyone can check it with another program; see `docs/evidence.md`. The signed
file itself names the public key. A valid signature proves that the file has not changed since the
holder of the private key signed it. A signature cannot say whose key that is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Meta

from ..errors import OutputExistsError, PlanError, RedactError, UsageError
from ..files import read_file, unwritable, write_whole
from ..media import sha256_of_bytes
from ..words import problem

SIGNATURE_SUFFIX: Final = ".sig"
SIGNATURE_BYTES: Final = 64
"""Bytes of an Ed25519 signature (RFC 8032, 5.1.6)."""

PublicKeyHex = Annotated[
    str,
    Meta(pattern="^([0-9a-f]{64})?$", description="raw Ed25519 public key, hex; empty: not signed"),
]

SignatureHex = Annotated[
    str, Meta(pattern="^([0-9a-f]{128})?$", description="Ed25519 signature, hex; empty: not signed")
]


def signature_path(signed: Path) -> Path:
    """Path of a file's signature: beside it, its full name plus ".sig"."""
    return signed.with_name(signed.name + SIGNATURE_SUFFIX)


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
"""Points of order 8 and less in all their encodings, without the sign bit: with such a "key" one
signature fits many contents, and there is no private key for it (libsodium's list)."""


def is_small_order(key: bytes) -> bool:
    """Whether a raw public key is so weak that anybody can sign with it."""
    return (key[:-1] + bytes((key[-1] & 0x7F,))).hex() in _SMALL_ORDER


def is_signed(data: bytes, signature: str, key: str) -> bool:
    """Whether a signature of `data` was made with a key, both hex; also true if both are ""."""
    if not key:
        return not signature
    if is_small_order(bytes.fromhex(key)):
        return False
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True


def named_key(key: Ed25519PrivateKey | None) -> str:
    """A key as the signed file names it: raw public key, hex; "" for no key."""
    return "" if key is None else raw_public(key.public_key()).hex()


def raw_public(key: Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def fingerprint(raw: bytes | str) -> str:
    """First 160 bits of the SHA-256 of the raw public key (or its hex), in groups of four to read
    aloud.

    "" for no key.
    """
    raw = bytes.fromhex(raw) if isinstance(raw, str) else raw
    if not raw:
        return ""
    digest = sha256_of_bytes(raw)[:40]
    return " ".join(digest[i : i + 4] for i in range(0, 40, 4))


def new_key(path: Path, passphrase: bytes | None) -> Ed25519PrivateKey:
    """Make a key pair: `path` (PEM, PKCS#8, mode 0600) and `path`.pub (PEM, mode 0644).

    Raises:
        OutputExistsError: one of the files exists; keys are never overwritten.
        OutputError: the folder cannot be written.
    """
    public = path.with_name(path.name + ".pub")
    for taken in (path, public):
        if taken.exists():
            raise problem(OutputExistsError, "key_there", path=taken)
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
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        pem = key.public_key().public_bytes(serialization.Encoding.PEM, form)
        write_whole(public, pem)
    except RedactError:  # half a pair is useless, and would be in the way
        path.unlink()
        raise
    return key


def load_private_key(path: Path, passphrase: bytes | None) -> Ed25519PrivateKey:
    """Private key from a PEM file. Raises PlanError (unreadable, not such a key) or UsageError
    (passphrase)."""
    data = _read_key(path)
    try:
        key = serialization.load_pem_private_key(data, passphrase or None)
    except TypeError:
        if passphrase:  # given, but the key has none: harmless
            return load_private_key(path, None)
        raise problem(UsageError, "needs_passphrase", path=path) from None
    except (ValueError, UnsupportedAlgorithm) as error:
        if passphrase and b"ENCRYPTED" in data:
            raise problem(UsageError, "wrong_passphrase", path=path) from error
        if b"PUBLIC KEY" in data:
            raise problem(PlanError, "public_cannot_sign", path=path) from None
        raise problem(PlanError, "no_private_key", path=path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise problem(PlanError, "not_ed25519", path=path)
    return key


def load_public_key(path: Path) -> bytes:
    """Raw public key from a PEM file. Raises PlanError."""
    data = _read_key(path)
    try:
        key = serialization.load_pem_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if b"PRIVATE KEY" in data:
            raise problem(PlanError, "private_where_public", path=path) from None
        raise problem(PlanError, "no_public_key", path=path) from None
    if not isinstance(key, Ed25519PublicKey):
        raise problem(PlanError, "not_ed25519_public", path=path)
    if is_small_order(raw_public(key)):
        raise problem(PlanError, "weak_key", path=path)
    return raw_public(key)


def needs_passphrase(path: Path) -> bool:
    """Whether a PEM file of a private key is encrypted. Raises PlanError if it cannot be read."""
    return b"ENCRYPTED" in _read_key(path)


def _read_key(path: Path) -> bytes:
    try:
        return read_file(path)
    except FileNotFoundError:
        raise problem(PlanError, "no_key_there", path=path) from None
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise problem(PlanError, "key_unread", path=path, why=why) from None
