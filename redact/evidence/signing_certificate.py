"""Certificate and key for content credentials (C2PA), looked at before a long run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ..errors import UsageError
from ..types import day

_CURVES: Final = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_ADVICE: Final = (
    "Ask the authority that made the certificate for the whole chain, yours first, as PEM text."
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs.

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
    """Read certificate and key, and refuse what no reader of content credentials would take.

    Args:
        certificate: PEM file with the signer's certificate and those of its authorities.
        key: PEM file.
        passphrase: of the key, None where it is not encrypted.

    Raises:
        UsageError: says what is wrong with which file.
    """
    chain = _chain(certificate)
    private = _private(key, passphrase)
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = serialization.Encoding.PEM
    if private.public_key().public_bytes(pem, public) != chain[0].public_key().public_bytes(
        pem, public
    ):
        raise UsageError(
            f"{key}: is not the key of the first certificate in {certificate}",
            "Give the key that belongs to it; the signer's certificate comes first in its file.",
        )
    return Credentials(
        b"".join(c.public_bytes(pem) for c in chain),
        private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        _algorithm(private, key),
        chain[0].fingerprint(hashes.SHA256()).hex(),
        (certificate, key),
    )


def _chain(path: Path) -> list[x509.Certificate]:
    try:
        chain = x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})", "Check the path.") from None
    except ValueError:
        raise UsageError(f"{path}: holds no certificate as PEM text", _ADVICE) from None
    signer = chain[0]
    if _signed_by_itself(signer):
        raise UsageError(
            f"{path}: the first certificate is signed by itself, and readers of content "
            "credentials refuse such a signer",
            "Use a certificate that an authority has signed, followed by the authority's own.",
        )
    if _is_authority(signer):
        raise UsageError(f"{path}: the first certificate is an authority's", _ADVICE)
    now = datetime.now(UTC)
    if not signer.not_valid_before_utc <= now <= signer.not_valid_after_utc:
        raise UsageError(
            f"{path}: the certificate is valid from {day(signer.not_valid_before_utc)} to "
            f"{day(signer.not_valid_after_utc)}, and not now",
            "Use one that is valid; content credentials of redact hold no time stamp.",
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
        key = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})", "Check the path.") from None
    except (ValueError, TypeError):
        raise UsageError(
            f"{path}: holds no private key as PEM text, or the passphrase is wrong",
            "Check the file and its passphrase.",
        ) from None
    if isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey, ed25519.Ed25519PrivateKey)):
        return key
    raise UsageError(f"{path}: no key of a kind that content credentials know", _KINDS)


_KINDS: Final = "Use a key on the curve P-256, P-384 or P-521, an Ed25519 key, or RSA."


def _algorithm(key: _Key, path: Path) -> str:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    name = _CURVES.get(key.curve.name)
    if name is None:
        raise UsageError(f"{path}: a key on the curve {key.curve.name}", _KINDS)
    return name
