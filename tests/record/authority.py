"""An authority that certifies signers, made up for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Signer:
    """Files with a certificate chain and its key."""

    chain: Path
    key: Path


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Chambers"),
        ]
    )


def certificate(
    subject: str,
    public: ec.EllipticCurvePublicKey,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    authority: bool = False,
    days: int = 30,
) -> x509.Certificate:
    """A certificate that began a year ago if `days` is negative, else yesterday."""
    now = datetime.now(UTC)
    begin = now - timedelta(days=365 if days < 0 else 1)
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(not authority, *[False] * 4, authority, authority, False, False),
            critical=True,
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    if not authority:
        use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        made = made.add_extension(use, critical=False)
    return made.sign(key, hashes.SHA256())


def make_signer(folder: Path, days: int = 30) -> Signer:
    """A signer under an authority of its own."""
    root, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    leaf = certificate("Clerk", own.public_key(), "Authority", root, days=days)
    top = certificate("Authority", root.public_key(), "Authority", root, authority=True)
    signer = Signer(folder / "chain.pem", folder / "signer.key")
    signer.chain.write_bytes(leaf.public_bytes(PEM) + top.public_bytes(PEM))
    write_key(own, signer.key)
    return signer


def write_key(key: ec.EllipticCurvePrivateKey, path: Path, passphrase: bytes = b"") -> None:
    hidden = (
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption()
    )
    path.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, hidden))
