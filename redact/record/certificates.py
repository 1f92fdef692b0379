"""Checks the certificate and the key that sign content credentials: what readers of them would not
accept is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ..errors import UsageError
from ..files import read_file
from ..types import day
from ..words import problem, reason_of

_CURVES: Final = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


def checked(
    certificate: Path, key: Path, passphrase: bytes | None
) -> tuple[bytes, bytes, str, str]:
    """Chain, key, algorithm and SHA-256 as `Credentials` holds them; arguments and errors as of
    `load_credentials`."""
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
    return (
        b"".join(c.public_bytes(pem) for c in chain),
        private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        _algorithm(private, key),
        chain[0].fingerprint(hashes.SHA256()).hex(),
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
