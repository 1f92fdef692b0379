"""Content credentials (C2PA): a signed statement in the file of what was done to it.

Certificate and key are checked before a long run.

The library is `c2pa-python` (the extra `redact-footage[c2pa]`). It must not use the network: no
host is allowed, no time-stamp authority is named, and nothing is fetched. No thumbnail is made, and
nothing is copied from the credentials of the original, whose thumbnail would show a face.
"""

from __future__ import annotations

import importlib
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from .. import __version__
from ..errors import DependencyError, OutputError, UsageError
from ..files import new_partial, read_file
from ..formats.containers import WRITABLE
from ..types import day
from ..words import problem, reason_of

_CURVES: Final = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """The key and certificate that sign.

    Attributes:
        chain: certificates as PEM, the signer's first.
        key: private key of the first, PKCS #8 as PEM, not encrypted; never written anywhere.
        algorithm: name that C2PA gives it, for example "es256".
        sha256: of the signer's certificate, hex.
        files: where chain and key were read from.
    """

    chain: bytes
    key: bytes
    algorithm: str
    sha256: str
    files: tuple[Path, Path]

    def __repr__(self) -> str:
        return f"Credentials({self.algorithm}, {self.sha256[:12]}…)"  # the key is in no message


def load_credentials(certificate: Path, key: Path, passphrase: bytes | None) -> Credentials:
    """Read certificate and key, and refuse what readers of content credentials would not accept.

    Args:
        certificate: PEM file with the signer's certificate and those of its authorities.
        key: PEM file.
        passphrase: of the key, None if it is not encrypted.

    Raises:
        UsageError: says what is wrong with which file.
    """
    private = _private(key, passphrase)
    pem, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    try:
        chain = _chain(certificate)
        public = chain[0].public_key().public_bytes(pem, form)
    except _UNREADABLE as error:  # parts of a certificate are only read when they are used
        raise problem(
            UsageError, "c2pa_certificate_unread", certificate=certificate, error=error
        ) from None
    if private.public_key().public_bytes(pem, form) != public:
        raise problem(UsageError, "c2pa_other_key", key=key, certificate=certificate)
    return Credentials(
        b"".join(c.public_bytes(pem) for c in chain),
        private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        _algorithm(private, key),
        chain[0].fingerprint(hashes.SHA256()).hex(),
        (certificate, key),
    )


_UNREADABLE: Final = (
    ValueError,
    KeyError,  # of a kind of text in a name that cryptography before 50 does not know
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


def _chain(path: Path) -> list[x509.Certificate]:
    try:
        chain = x509.load_pem_x509_certificates(read_file(path))
    except OSError as error:
        raise problem(UsageError, "path_unread", path=path, reason=reason_of(error)) from None
    except ValueError:
        raise problem(UsageError, "c2pa_no_certificate", path=path) from None
    signer = chain[0]
    if _signed_by_itself(signer):
        raise problem(UsageError, "c2pa_self_signed", path=path)
    if _is_authority(signer):
        raise problem(UsageError, "c2pa_authority", path=path)
    now = datetime.now(UTC)
    if not signer.not_valid_before_utc <= now <= signer.not_valid_after_utc:
        raise problem(
            UsageError,
            "c2pa_expired",
            path=path,
            first=day(signer.not_valid_before_utc),
            last=day(signer.not_valid_after_utc),
        )
    return chain


def _signed_by_itself(certificate: x509.Certificate) -> bool:
    if certificate.issuer != certificate.subject:
        return False
    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False


_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def _private(path: Path, passphrase: bytes | None) -> _Key:
    try:
        key = serialization.load_pem_private_key(read_file(path), passphrase)
    except OSError as error:
        raise problem(UsageError, "path_unread", path=path, reason=reason_of(error)) from None
    except (ValueError, TypeError):
        raise problem(UsageError, "c2pa_no_key", path=path) from None
    except UnsupportedAlgorithm as error:
        raise problem(UsageError, "c2pa_key_refused", path=path, error=error) from None
    if isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey, ed25519.Ed25519PrivateKey)):
        return key
    raise problem(UsageError, "c2pa_key_kind", path=path)


def _algorithm(key: _Key, path: Path) -> str:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    name = _CURVES.get(key.curve.name)
    if name is None:
        raise problem(UsageError, "c2pa_curve", path=path, curve=key.curve.name)
    return name


SOURCE_LABEL: Final = "org.redact-footage.source"
"""Assertion that holds the SHA-256 of the original."""

MIME: Final = {row.muxer: row.mime for row in WRITABLE.values() if row.holds_credentials}
"""By container. Others have no place for credentials, or the library does not know it."""

SETTINGS: Final[dict[str, Any]] = {
    "version": 1,
    "core": {"allowed_network_hosts": []},
    # Whom to trust is for the reader to say: the list of the C2PA is not kept here.
    "verify": {
        "verify_after_sign": True,
        "verify_trust": False,
        "remote_manifest_fetch": False,
        "ocsp_fetch": False,
    },
    "builder": {"thumbnail": {"enabled": False}},
}


def require_c2pa() -> Any:
    """The module. Raises DependencyError if it cannot be used."""
    try:
        return importlib.import_module("c2pa")
    except (ImportError, OSError) as error:
        raise problem(DependencyError, "no_c2pa", error=error) from error


def sign_content(
    path: Path, container: str, credentials: Credentials, source_sha256: str, did: str
) -> None:
    """Put content credentials into a finished file.

    Args:
        path: the file; replaced as a whole, and only if the credentials in it can be read back.
        container: one of `MIME`.
        credentials: to sign with.
        source_sha256: of the original, hex.
        did: what was done, in a sentence.

    Raises:
        DependencyError: the library is not installed.
        OutputError: the container is not one of these, the file could not be signed, or the result
            is not valid.
    """
    if container not in MIME:
        raise problem(OutputError, "c2pa_no_room", container=container)
    c2pa = require_c2pa()
    signed = new_partial(path.parent, path.name, 0o600)
    try:
        statement = json.dumps(_statement(container, source_sha256, did))
        _sign(c2pa, path, signed.path, MIME[container], statement, credentials)
        _require_valid(signed.path, container, source_sha256)
        shutil.copyfile(signed.path, path)
    except (c2pa.C2paError, OSError) as error:
        raise problem(OutputError, "c2pa_unmade", error=error) from error
    finally:
        signed.remove()


def _sign(
    c2pa: Any, source: Path, signed: Path, mime: str, statement: str, credentials: Credentials
) -> None:
    """Write a copy of a file with a signed statement in it. Raises the library's errors."""
    info = c2pa.C2paSignerInfo(
        credentials.algorithm.encode(), credentials.chain, credentials.key, None
    )
    with (
        c2pa.Context(c2pa.Settings.from_dict(SETTINGS)) as context,
        c2pa.Signer.from_info(info) as signer,
        c2pa.Builder(statement, context=context) as builder,
        source.open("rb") as before,
        signed.open("w+b") as after,
    ):
        builder.sign(signer, mime, before, after)


def _statement(container: str, source_sha256: str, did: str) -> dict[str, Any]:
    agent = {"name": "redact", "version": __version__}
    actions = [
        {"action": "c2pa.opened", "parameters": {"ingredientIds": ["original"]}},
        {"action": "c2pa.edited", "description": did, "softwareAgent": agent},
    ]
    return {
        "claim_generator_info": [agent],
        "format": MIME[container],
        # Only name and type: no picture, no hash of its metadata, none of its own credentials.
        "ingredients": [
            {
                "title": "original",
                "format": MIME[container],
                "relationship": "parentOf",
                "label": "original",
            }
        ],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": actions}},
            {"label": SOURCE_LABEL, "data": {"alg": "sha256", "hash": source_sha256}},
        ],
    }


def read_content(path: Path, container: str) -> tuple[dict[str, Any], bool]:
    """What content credentials in a file say, and whether they are valid.

    Raises:
        DependencyError: the library is not installed.
        OutputError: the file has none that can be read.
    """
    c2pa = require_c2pa()
    try:
        with (
            c2pa.Context(c2pa.Settings.from_dict(SETTINGS)) as context,
            path.open("rb") as file,
            c2pa.Reader(MIME[container], file, context=context) as reader,
        ):
            return json.loads(reader.json()), reader.get_validation_state() in ("Valid", "Trusted")
    except (c2pa.C2paError, OSError) as error:
        raise problem(OutputError, "c2pa_unreadable", path=path, error=error) from error


def _require_valid(path: Path, container: str, source_sha256: str) -> None:
    """Raises OutputError unless the credentials are valid, and say what they should and no more."""
    store, valid = read_content(path, container)
    manifests = store.get("manifests", {})
    text = json.dumps(store)
    if not valid:
        failed = store.get("validation_results", {}).get("activeManifest", {}).get("failure", [])
        why = ", ".join(str(f.get("code")) for f in failed) or "?"
        raise problem(OutputError, "c2pa_does_not_hold", why=why)
    if len(manifests) != 1 or "thumbnail" in text or source_sha256 not in text:
        raise problem(OutputError, "c2pa_says_other")
